import type { Crash } from '../../../../src/engine/environment/memory-disk.js';
import type { Durability } from '../../../../src/engine/environment/storage.js';
import { controlMarker } from '../../../../src/engine/log/producers/control-marker.js';
import { batchesIn, decodeRecords } from '../../../../src/engine/protocol/record-batch.js';

/** A batch as whoever appended it knows it. */
export interface ModelBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** All of its header that must never change. */
  readonly text: string;
  readonly producerId: number;
  readonly lastSequence: number;
  readonly isTransactional: boolean;
  readonly marker: 'ABORT' | 'COMMIT' | undefined;
  readonly isControl: boolean;
  readonly records: readonly ModelRecord[];
}

export interface ModelRecord {
  readonly offset: number;
  /** All of it. */
  readonly text: string;
  readonly key: string | null;
  readonly isTombstone: boolean;
}

/** The batches in `bytes`. */
export function modelBatches(bytes: Uint8Array): ModelBatch[] {
  const shown = (part: Uint8Array | null) => (part === null ? '-' : [...part].join(','));
  return [...batchesIn(bytes)].map(({ header }) => {
    const { baseOffset, lastOffset, producerId, producerEpoch, baseSequence, lastOffsetDelta } = header;
    return {
      baseOffset,
      lastOffset,
      text: [producerId, producerEpoch, baseSequence, header.partitionLeaderEpoch, header.compression].join(' '),
      producerId,
      lastSequence: baseSequence + lastOffsetDelta,
      isTransactional: header.isTransactional,
      isControl: header.isControlBatch,
      marker: header.isControlBatch ? controlMarker(bytes, header)?.type : undefined,
      records: [...decodeRecords(bytes, header)].map(({ offset, key, value, timestamp, headers }) => ({
        offset,
        text: [shown(key), shown(value), timestamp, ...headers.map((each) => `${each.key}=${shown(each.value)}`)].join(
          ' ',
        ),
        key: key === null ? null : shown(key),
        isTombstone: value === null,
      })),
    };
  });
}

/** What of a log may be found. */
export interface PossibleLog {
  /** All that was attempted and not refused, in order, also what has been deleted or cleaned away since. */
  readonly batches: readonly ModelBatch[];
  /** Where it may start: what was promised, and what was asked for since. */
  readonly start: { readonly least: number; readonly most: number };
  /** Where it ends at least after such a crash. */
  readonly end: Readonly<Record<Crash, number>>;
}

/** What was promised of a log. */
export interface PromisedLog {
  /** One of these must be found: two while a truncation is under way. */
  readonly possible: readonly PossibleLog[];
  /** Offsets that compaction may have taken. */
  readonly removable: ReadonlySet<number>;
  /** The latest leader epoch that is durable. */
  readonly leaderEpoch: number;
}

/** What a script has asked of one log and what it was told, for judging what a crash leaves. */
export class LogModel {
  private batches: ModelBatch[] = [];
  private start = { least: 0, most: 0 };
  private end: Record<Crash, number> = { process: 0, power: 0 };
  private before: PossibleLog | undefined;
  private readonly removable = new Set<number>();
  private leaderEpoch = -1;
  private promise: PromisedLog | undefined;

  /** What is promised now: the same object until it changes. */
  get promised(): PromisedLog {
    return (this.promise ??= {
      possible: [this.possible, ...(this.before === undefined ? [] : [this.before])],
      removable: new Set(this.removable),
      leaderEpoch: this.leaderEpoch,
    });
  }

  opened(leaderEpoch: number): void {
    this.leaderEpoch = leaderEpoch;
    this.promise = undefined;
  }

  attempted(batches: readonly ModelBatch[]): void {
    this.batches.push(...batches);
    this.promise = undefined;
  }

  acknowledged(lastOffset: number, durability: Durability): void {
    this.end.process = Math.max(this.end.process, lastOffset + 1);
    if (durability === 'strict') this.end.power = Math.max(this.end.power, lastOffset + 1);
    this.promise = undefined;
  }

  /** The append at `baseOffset` has failed, and with it all that came after. */
  refused(baseOffset: number): void {
    this.batches = this.batches.filter((batch) => batch.baseOffset < baseOffset);
    this.promise = undefined;
  }

  startMayBe(offset: number): void {
    this.start.most = Math.max(this.start.most, offset);
    this.promise = undefined;
  }

  startIs(offset: number): void {
    this.start.least = Math.max(this.start.least, offset);
    this.promise = undefined;
  }

  truncating(offset: number): void {
    const before = this.possible;
    this.batches = this.batches.filter(({ lastOffset }) => lastOffset < offset);
    const end = (this.batches.at(-1)?.lastOffset ?? -1) + 1;
    // Halfway through, some of what is cut is still there.
    this.before = {
      ...before,
      end: { process: Math.min(before.end.process, end), power: Math.min(before.end.power, end) },
    };
    this.end = { process: Math.min(this.end.process, end), power: Math.min(this.end.power, end) };
    // With all of its records the log forgets its leaders.
    if (offset < this.start.least) this.leaderEpoch = -1;
    this.start = { least: Math.min(this.start.least, offset), most: Math.min(this.start.most, offset) };
    this.promise = undefined;
  }

  truncated(): void {
    this.before = undefined;
    this.promise = undefined;
  }

  /** A cleaner goes over what lies before `end`: it may take what a later record of the key replaces, tombstones, and what transactions leave behind. */
  cleaning(end: number): void {
    const last = new Map<string, number>();
    for (const { records } of this.batches)
      for (const { key, offset } of records) if (key !== null) last.set(key, offset);
    const aborted = invisibleBatches(this.batches);
    for (const batch of this.batches) {
      if (batch.lastOffset >= end) continue;
      for (const { offset, key, isTombstone } of batch.records)
        if (batch.isControl || aborted.has(batch) || isTombstone || (key !== null && last.get(key) !== offset))
          this.removable.add(offset);
    }
    this.promise = undefined;
  }

  private get possible(): PossibleLog {
    return { batches: [...this.batches], start: { ...this.start }, end: { ...this.end } };
  }
}

/** Batches of transactions that were aborted, or have not ended. */
export function invisibleBatches(batches: readonly ModelBatch[]): ReadonlySet<ModelBatch> {
  const open = new Map<number, ModelBatch[]>();
  const aborted: ModelBatch[] = [];
  for (const batch of batches) {
    if (batch.isControl) {
      if (batch.marker === 'ABORT') aborted.push(...(open.get(batch.producerId) ?? []));
      open.delete(batch.producerId);
    } else if (batch.isTransactional) {
      open.set(batch.producerId, [...(open.get(batch.producerId) ?? []), batch]);
    }
  }
  return new Set([...aborted, ...[...open.values()].flat()]);
}

/** Where the oldest transaction begins that has not ended; undefined if there is none. */
export function firstOpenOffset(batches: readonly ModelBatch[]): number | undefined {
  const open = new Map<number, number>();
  for (const { isControl, isTransactional, producerId, baseOffset } of batches) {
    if (isControl) open.delete(producerId);
    else if (isTransactional && !open.has(producerId)) open.set(producerId, baseOffset);
  }
  return open.size === 0 ? undefined : Math.min(...open.values());
}
