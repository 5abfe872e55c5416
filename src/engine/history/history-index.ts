import type { History, HistoryEvent, PartitionName, ReadRecord } from './history.js';

type FactLine<F extends HistoryEvent['f']> = Extract<HistoryEvent, { f: F }>;

/** A record that a client was asked to send, and what became of it. */
export interface SentValue {
  readonly process: string;
  /** Records of one request are one operation; a record that was sent alone is one by itself. */
  readonly operation: string;
  readonly invokedAt: number;
  readonly partition: PartitionName;
  readonly value: number;
  /** `info` too when its end was never seen. */
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly offset: number | undefined;
  readonly lines: readonly number[];
}

/** A poll that has ended. */
export interface Poll {
  readonly process: string;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly line: number;
  readonly records: readonly ReadRecord[];
}

/** A batch as the broker appended it. `goneAt`: the line that says that the log was cut back before it, by a crash or otherwise. */
export type Append = FactLine<'append'> & { goneAt?: number };

/** Where a value was put, and the lines that say so. */
export interface Placement {
  readonly value: number;
  readonly lines: number[];
}

/** The smallest and the largest place of a value. */
export interface Places {
  readonly first: number;
  readonly last: number;
}

/**
 * What the checkers look things up in. A value stands at an offset if its send was certainly carried out, or if any poll returned it there: consumers must never
 * be given anything else, whatever became of the poll.
 */
export class HistoryIndex {
  readonly sends: readonly SentValue[];
  readonly polls: readonly Poll[];
  private readonly reads = new Map<PartitionName, Map<number, number[]>>();
  private readonly logs = new Map<PartitionName, Map<number, Placement[]>>();
  private readonly positions = new Map<PartitionName, Map<number, Places>>();
  private readonly offsets = new Map<PartitionName, ReadonlyMap<number, number>>();
  private readonly appended = new Map<PartitionName, Append[]>();
  private readonly removals = new Map<PartitionName, FactLine<'clean' | 'start'>[]>();

  constructor(readonly history: History) {
    this.sends = sendsOf(history.events);
    this.polls = history.events.flatMap((event) =>
      event.f === 'poll' && event.e !== 'inv'
        ? [{ process: event.p, outcome: event.e, line: event.i, records: event.recs ?? [] }]
        : [],
    );
    for (const poll of this.polls) {
      if (poll.outcome !== 'ok') continue;
      for (const [partition, , value] of poll.records)
        entry(
          entry(this.reads, partition, () => new Map<number, number[]>()),
          value,
          () => [],
        ).push(poll.line);
    }
    for (const sent of this.sends)
      if (sent.offset !== undefined && this.isCertain(sent))
        this.place(sent.partition, sent.offset, sent.value, sent.lines);
    for (const poll of this.polls)
      for (const [partition, offset, value] of poll.records) this.place(partition, offset, value, [poll.line]);
    for (const event of history.events) {
      if (event.f === 'append') entry(this.appended, event.tp, () => []).push({ ...event });
      if (event.f === 'trunc' || event.f === 'recover') this.cutBack(event.tp, event.to, event.i);
      if (event.f === 'clean' || event.f === 'start') entry(this.removals, event.tp, () => []).push(event);
    }
    for (const [partition, log] of this.logs) {
      const dense = new Map([...log.keys()].sort((one, other) => one - other).map((offset, at) => [offset, at]));
      this.offsets.set(partition, dense);
      this.positions.set(partition, placesOf(log, dense));
    }
  }

  get partitions(): readonly PartitionName[] {
    return [...this.logs.keys()];
  }

  /** The values at each offset; one, if all is well. */
  log(partition: PartitionName): ReadonlyMap<number, readonly Placement[]> {
    return this.logs.get(partition) ?? new Map<number, Placement[]>();
  }

  /** The lines of the successful polls that returned the value. */
  readsOf(partition: PartitionName, value: number): readonly number[] {
    return this.reads.get(partition)?.get(value) ?? [];
  }

  /** Every value that a successful poll returned. */
  valuesRead(partition: PartitionName): readonly number[] {
    return [...(this.reads.get(partition)?.keys() ?? [])];
  }

  /** The send was carried out: it said so, or somebody has read what it sent. */
  isCertain(sent: SentValue): boolean {
    return sent.outcome === 'ok' || (sent.outcome === 'info' && this.readsOf(sent.partition, sent.value).length > 0);
  }

  /** The smallest and the largest place of the value among the offsets that are in use (gaps do not count). */
  places(partition: PartitionName, value: number): Places | undefined {
    return this.positions.get(partition)?.get(value);
  }

  /** How many places further `to` is than `from`, both offsets that were read; offsets that are not in use do not count. */
  placesBetween(partition: PartitionName, from: number, to: number): number {
    const dense = this.offsets.get(partition);
    return (dense?.get(to) ?? 0) - (dense?.get(from) ?? 0);
  }

  /** What the broker appended to a partition, in its sequence; nothing if the history does not tell. */
  appendsOf(partition: PartitionName): readonly Append[] {
    return this.appended.get(partition) ?? [];
  }

  get appendedPartitions(): readonly PartitionName[] {
    return [...this.appended.keys()];
  }

  /** Whether retention, a deletion of records or the cleaner has taken an offset out, before a line if one is given. */
  isRemoved(partition: PartitionName, offset: number, before = Infinity): boolean {
    return (this.removals.get(partition) ?? []).some((event) => {
      if (event.i >= before) return false;
      if (event.f === 'start') return offset < event.off;
      return event.removed.some(([from, to]) => offset >= from && offset <= to);
    });
  }

  /** How many offsets in use lie between two that were read, and were there still at a line. */
  offsetsBetween(partition: PartitionName, from: number, to: number, line: number): number {
    const used = [...(this.offsets.get(partition)?.keys() ?? [])];
    return used.filter((offset) => offset > from && offset < to && !this.isRemoved(partition, offset, line)).length;
  }

  private cutBack(partition: PartitionName, to: number, line: number): void {
    const appends = this.appended.get(partition) ?? [];
    for (let at = appends.length - 1; at >= 0; at--) {
      const append = appends[at] as Append;
      if (append.goneAt !== undefined) continue;
      if (append.off < to) return;
      append.goneAt = line;
    }
  }

  private place(partition: PartitionName, offset: number, value: number, lines: readonly number[]): void {
    const log = entry(this.logs, partition, () => new Map<number, Placement[]>());
    const placements = entry(log, offset, () => []);
    const known = placements.find((placement) => placement.value === value);
    if (known === undefined) placements.push({ value, lines: [...lines] });
    else known.lines.push(...lines);
  }
}

function sendsOf(events: readonly HistoryEvent[]): readonly SentValue[] {
  const begun = new Map<number, FactLine<'send'>>();
  const ended = new Map<number, FactLine<'send'>>();
  for (const event of events) {
    if (event.f !== 'send') continue;
    if (!begun.has(event.op)) begun.set(event.op, event);
    if (event.e !== 'inv') ended.set(event.op, event);
  }
  return [...begun.values()].map((begin) => {
    const end = ended.get(begin.op);
    return {
      process: begin.p,
      operation: begin.batch === undefined ? `op ${begin.op}` : `batch ${begin.p} ${begin.batch}`,
      invokedAt: begin.i,
      partition: begin.tp,
      value: begin.v,
      outcome: end === undefined || end.e === 'inv' ? 'info' : end.e,
      offset: end?.off ?? undefined,
      lines: end === undefined || end === begin ? [begin.i] : [begin.i, end.i],
    };
  });
}

function placesOf(
  log: ReadonlyMap<number, readonly Placement[]>,
  dense: ReadonlyMap<number, number>,
): Map<number, Places> {
  const places = new Map<number, Places>();
  for (const [offset, place] of dense)
    for (const { value } of log.get(offset) ?? [])
      places.set(value, { first: places.get(value)?.first ?? place, last: place });
  return places;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
