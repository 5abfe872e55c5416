import type { Finding } from './finding.js';
import { IndexCheck, type RawIndexes } from './index-check.js';
import { rawBatches, type RawBatch, type RawProblem } from './raw-batches.js';
import { UnreadableBytes, type RawFile, type RawStore } from './raw-store.js';
import { RebuiltProducers } from './rebuilt-producers.js';
import {
  indexChecksum,
  parseCheckpoint,
  parseEpochs,
  parseOffsetIndex,
  parseSnapshot,
  parseTimeIndex,
  parseTransactionIndex,
  type RawCheckpoint,
  type RawEpoch,
  type RawSegmentNote,
} from './side-files.js';
import { snapshotFault } from './snapshot-check.js';

/** What was found in the folder of a partition. */
export interface CheckedPartition {
  /** As its folder is called: `orders-0`. */
  readonly partition: string;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly segments: number;
  readonly batches: number;
  readonly records: number;
  /** Of the files, and of the blobs beside them. */
  readonly bytes: { readonly log: number; readonly beside: number };
}

interface SegmentFile extends RawFile {
  readonly baseOffset: number;
}

/** How the log goes on behind a segment. */
type SegmentOutcome = 'whole' | 'damaged' | 'ended';

const indexKinds = ['index', 'timeindex', 'txnindex'] as const;

/** What one commit writes at most, besides one batch. */
const largestCommitBytes = 4 * 1024 * 1024 + 1024 * 1024;

/**
 * Reads everything in the folder of a partition and compares the parts with each other: batches, their sequence, indexes, snapshots of the producers, leader epochs and
 * the checkpoint. `visit` sees every sound batch from the log's start on, with its records if `keepsRecords`.
 */
export class PartitionCheck {
  readonly findings: Finding[] = [];
  private readonly blobs: readonly RawFile[];
  private readonly files: readonly SegmentFile[];
  private producers = new RebuiltProducers();
  private checkpoint: RawCheckpoint | undefined;
  private epochs: readonly RawEpoch[] | undefined;
  private snapshots: number[] = [];
  /** Compaction may have taken any record before it. */
  private cleanedTo = 0;
  private next = 0;
  private firstOffset = 0;
  /** From here on all batches were seen. */
  private knownFrom = 0;
  /** Where the log ends is not known: its end is damaged. */
  private isEndDamaged = false;
  private lastEpoch = -1;
  private batches = 0;
  private records = 0;

  constructor(
    private readonly store: RawStore,
    private readonly folder: string,
    private readonly visit: (batch: RawBatch) => void = () => undefined,
    private readonly keepsRecords = false,
  ) {
    this.blobs = store.blobs.filter(({ name }) => name.startsWith(`${folder}/`));
    this.files = store.files
      .filter(({ name }) => name.startsWith(`${folder}/`))
      .flatMap((file) => {
        const [, digits] = /\/(\d{20})\.log$/.exec(file.name) ?? [];
        if (digits !== undefined) return [{ ...file, baseOffset: Number(digits) }];
        this.find('repairable', 'orphan', { name: file.name }, `${file.name} is no file of a log`);
        return [];
      });
  }

  async run(): Promise<CheckedPartition> {
    this.checkpoint = await this.parsed('checkpoint', 'checkpoint', parseCheckpoint);
    this.epochs = await this.parsed('leader-epoch-checkpoint', 'leader-epochs', parseEpochs);
    this.snapshots = this.offsetsOf('snapshot');
    const live = this.withoutDead(await this.afterCleaning());
    this.cleanedTo = Math.max(this.checkpoint?.cleanedTo ?? 0, this.endOfCleaned(live));
    this.firstOffset = live[0]?.baseOffset ?? 0;
    this.next = this.firstOffset;
    this.knownFrom = this.firstOffset;
    this.checkPresence(live);
    for (const [index, file] of live.entries()) {
      const outcome = await this.checkSegment(file, live[index + 1], index === live.length - 1);
      if (outcome === 'ended') break;
      if (outcome === 'damaged') this.goOnAt(live[index + 1]?.baseOffset);
    }
    if (!this.isEndDamaged) {
      await this.checkSnapshots(Infinity);
      this.checkEpochs();
    }
    this.checkOrphans();
    const logEndOffset = Math.max(this.next, this.logStartOffset);
    return {
      partition: this.folder,
      logStartOffset: Math.max(this.logStartOffset, this.firstOffset),
      logEndOffset,
      segments: live.length,
      batches: this.batches,
      records: this.records,
      bytes: { log: sum(live), beside: sum(this.blobs) },
    };
  }

  /** What lies between was damaged: nothing is known of what it would have told. */
  private goOnAt(offset: number | undefined): void {
    this.isEndDamaged = offset === undefined;
    this.knownFrom = offset ?? this.next;
    this.next = this.knownFrom;
    this.producers = new RebuiltProducers();
  }

  private get logStartOffset(): number {
    return this.checkpoint?.logStartOffset ?? 0;
  }

  /** A cleaning that was under way has happened if the segment is there that it made; then those that it replaced are gone. */
  private async afterCleaning(): Promise<RawCheckpoint | undefined> {
    const { checkpoint } = this;
    if (checkpoint?.cleaning === undefined) return checkpoint;
    const { replaced, by } = checkpoint.cleaning;
    const first = this.files.find(({ baseOffset }) => baseOffset === by.baseOffset);
    this.find('repairable', 'checkpoint', {}, `a cleaning of the segments ${replaced.join(', ')} was under way`);
    if (first?.size !== by.size) return checkpoint;
    let end = by.baseOffset;
    for await (const { lastOffset } of rawBatches(this.store, first)) end = lastOffset + 1;
    if (end !== by.nextOffset) return checkpoint;
    const sealed = [...checkpoint.sealed.filter(({ baseOffset }) => !replaced.includes(baseOffset)), by];
    return { ...checkpoint, sealed: sealed.sort((a, b) => a.baseOffset - b.baseOffset) };
  }

  /** The files that count. */
  private withoutDead(checkpoint: RawCheckpoint | undefined): SegmentFile[] {
    this.checkpoint = checkpoint;
    const active = checkpoint?.active?.baseOffset ?? -1;
    return this.files.filter((file) => {
      if (file.baseOffset >= active || this.noteOf(file.baseOffset) !== undefined) return true;
      this.find('repairable', 'orphan', { name: file.name }, `${file.name} has been deleted and waits to go`);
      return false;
    });
  }

  private noteOf(baseOffset: number): RawSegmentNote | undefined {
    const { active, sealed = [] } = this.checkpoint ?? {};
    return (
      sealed.find((note) => note.baseOffset === baseOffset) ?? (active?.baseOffset === baseOffset ? active : undefined)
    );
  }

  private isSealed(baseOffset: number): boolean {
    return this.checkpoint?.sealed.some((note) => note.baseOffset === baseOffset) === true;
  }

  /** Where the last segment ends in which offsets are missing as the checkpoint tells. */
  private endOfCleaned(live: readonly SegmentFile[]): number {
    const gaps = live.filter(({ baseOffset }, index) => {
      const next = live[index + 1];
      const note = this.noteOf(baseOffset);
      return next !== undefined && note !== undefined && this.isSealed(baseOffset) && note.nextOffset < next.baseOffset;
    });
    return gaps.at(-1)?.baseOffset ?? 0;
  }

  private checkPresence(live: readonly SegmentFile[]): void {
    const present = new Set(live.map(({ baseOffset }) => baseOffset));
    if (this.checkpoint === undefined) {
      if (live.length > 0 && !this.findings.some(({ kind }) => kind === 'checkpoint'))
        this.find('repairable', 'checkpoint', {}, `${this.folder} has no checkpoint: it will be read as a whole`);
      return;
    }
    for (const { baseOffset, nextOffset } of this.checkpoint.sealed)
      if (!present.has(baseOffset) && nextOffset > this.logStartOffset)
        this.find(
          'corrupt',
          'missing-segment',
          { offsets: { from: Math.max(baseOffset, this.logStartOffset), to: nextOffset - 1 } },
          `the segment that begins at offset ${baseOffset} and ends before ${nextOffset} is missing`,
        );
    const { active } = this.checkpoint;
    if (active === undefined || present.has(active.baseOffset)) return;
    const isEmpty = active.size === 0;
    this.find(
      isEmpty ? 'repairable' : 'corrupt',
      'missing-segment',
      isEmpty ? {} : { offsets: { from: active.baseOffset, to: active.nextOffset - 1 } },
      `the active segment, which begins at offset ${active.baseOffset}, is missing`,
    );
  }

  private async checkSegment(
    file: SegmentFile,
    following: SegmentFile | undefined,
    isLast: boolean,
  ): Promise<SegmentOutcome> {
    if (file.baseOffset < this.next) {
      this.find('repairable', 'orphan', { name: file.name }, `${file.name} begins before the segment before it ends`);
      return 'whole';
    }
    if (file.baseOffset > this.next && !this.isGapKnown(file, isLast)) return 'ended';
    this.next = file.baseOffset;
    const note = this.noteOf(file.baseOffset);
    const isSealed = this.isSealed(file.baseOffset);
    const indexes = await this.indexesOf(file, note);
    const check = indexes && new IndexCheck(indexes);
    const mayHaveGaps = isSealed && note?.size === file.size;
    const batches = rawBatches(this.store, file, this.keepsRecords);
    let problem: RawProblem | null;
    for (;;) {
      const step = await batches.next();
      if (step.done === true) {
        problem = step.value;
        break;
      }
      const batch = step.value;
      const misplaced = await this.checkPlace(file, batch, mayHaveGaps);
      if (misplaced) return 'damaged';
      const aborted = this.producers.take(batch);
      check?.take(batch, aborted);
      this.checkEpoch(file, batch);
      this.batches += 1;
      this.records += batch.recordCount;
      this.next = batch.lastOffset + 1;
      if (this.next > this.logStartOffset) this.visit(batch);
    }
    const from = Math.max(this.logStartOffset, this.knownFrom);
    const faults = check?.finish(isSealed, from, isSealed ? this.next : (note?.nextOffset ?? 0)) ?? [];
    if (problem === null)
      for (const { kind, what } of faults)
        this.find('corrupt', kind, { name: file.name }, `${kind} of ${file.name}: ${what}`);
    return this.checkEnd(file, note, following, problem);
  }

  private async checkPlace(file: SegmentFile, batch: RawBatch, mayHaveGaps: boolean): Promise<boolean> {
    const { baseOffset, position } = batch;
    const bytes = { from: position, to: file.size };
    if (baseOffset < this.next) {
      this.find(
        'corrupt',
        'damaged-log',
        { name: file.name, bytes, offsets: { from: this.next } },
        `${file.name}, byte ${position}: offset ${baseOffset} comes where ${this.next} or later should be`,
      );
      return true;
    }
    if (baseOffset > this.next && !mayHaveGaps && this.next >= this.cleanedTo)
      this.find(
        'corrupt',
        'offset-gap',
        { name: file.name, offsets: { from: this.next, to: baseOffset - 1 } },
        `${file.name}, byte ${position}: offsets ${this.next} to ${baseOffset - 1} are missing`,
      );
    // A cleaning that did not come to its end has left the checkpoint of the cleaner where it was.
    else if (baseOffset > this.next) this.cleanedTo = Math.max(this.cleanedTo, baseOffset);
    await this.checkSnapshots(baseOffset);
    return false;
  }

  /** Whether the offsets before this segment may be missing; if not, says so. */
  private isGapKnown(file: SegmentFile, isLast: boolean): boolean {
    const { next, checkpoint } = this;
    const before = checkpoint?.sealed.findLast(({ baseOffset }) => baseOffset < file.baseOffset);
    if (before?.nextOffset === next) {
      this.cleanedTo = Math.max(this.cleanedTo, file.baseOffset);
      return true;
    }
    const offsets = { from: next, to: file.baseOffset - 1 };
    const missing = `offsets ${next} to ${file.baseOffset - 1} are missing before ${file.name}`;
    if (checkpoint === undefined) {
      this.find(
        'repairable',
        'offset-gap',
        { offsets },
        `${missing}, and no checkpoint tells whether compaction took them`,
      );
      return true;
    }
    // Power was lost while the log rolled: what came in the same commit goes with what was lost before it.
    if (isLast && file.size <= largestCommitBytes && !this.isSealed(file.baseOffset)) {
      this.find('repairable', 'torn-tail', { offsets: { from: next } }, `${missing}: the log ends there`);
      return false;
    }
    if (!this.findings.some(({ kind, offsets: told }) => kind === 'missing-segment' && told?.to === offsets.to))
      this.find('corrupt', 'offset-gap', { offsets }, missing);
    this.goOnAt(file.baseOffset);
    return true;
  }

  private async checkEnd(
    file: SegmentFile,
    note: RawSegmentNote | undefined,
    following: SegmentFile | undefined,
    problem: RawProblem | null,
  ): Promise<SegmentOutcome> {
    const toldEnd = note === undefined ? undefined : note.nextOffset;
    if (problem === null) {
      if (toldEnd === undefined || this.next >= toldEnd) return 'whole';
      if (following !== undefined) return 'whole'; // The gap before the next segment tells of it.
      // Nothing vouches that what was told of had been flushed.
      this.find(
        'repairable',
        'torn-tail',
        { offsets: { from: this.next, to: toldEnd - 1 } },
        `${file.name} ends before offset ${this.next}, but was to go on to ${toldEnd}`,
      );
      return 'whole';
    }
    const { position, what, isUnreadable } = problem;
    const isVouchedFor = note !== undefined && position < note.size && file.size >= note.size;
    const isTail = following === undefined || (await this.isFresh(following));
    const severity = isTail && !isVouchedFor && !isUnreadable ? 'repairable' : 'corrupt';
    const to = following !== undefined ? following.baseOffset - 1 : toldEnd !== undefined ? toldEnd - 1 : undefined;
    this.find(
      severity,
      severity === 'repairable' ? 'torn-tail' : 'damaged-log',
      {
        name: file.name,
        bytes: { from: position, to: file.size },
        offsets: { from: this.next, ...(to !== undefined && to >= this.next && { to }) },
      },
      `${file.name}, byte ${position}: ${what}`,
    );
    return severity === 'repairable' ? 'ended' : 'damaged';
  }

  /** Whether a segment may have come into being in the very commit that was torn. */
  private async isFresh(file: SegmentFile): Promise<boolean> {
    const isLast = this.files.at(-1)?.baseOffset === file.baseOffset;
    return isLast && !this.isSealed(file.baseOffset) && file.size <= largestCommitBytes;
  }

  private async indexesOf(file: SegmentFile, note: RawSegmentNote | undefined): Promise<RawIndexes | undefined> {
    const names = indexKinds.map((kind) => this.nameOf(file.baseOffset, kind));
    const contents = await Promise.all(names.map((name) => this.soundBlob(name)));
    const told = note?.indexes;
    if (note === undefined) return undefined; // It is younger than the checkpoint, or that is lost: its indexes are made anew.
    if (told !== undefined && told !== indexChecksum(contents)) {
      this.find(
        'repairable',
        'offset-index',
        { name: file.name },
        `the indexes beside ${file.name} are not those that its checkpoint tells of`,
      );
      return undefined;
    }
    const [offsets, times, aborts] = contents;
    const parsed = {
      offsets: offsets && parseOffsetIndex(offsets, file.baseOffset),
      times: times && parseTimeIndex(times, file.baseOffset),
      aborts: aborts === undefined ? [] : parseTransactionIndex(aborts),
    };
    if (parsed.offsets !== undefined && parsed.times !== undefined && parsed.aborts !== undefined)
      return { offsets: parsed.offsets, times: parsed.times, aborts: parsed.aborts };
    this.find('repairable', 'offset-index', { name: file.name }, `indexes of ${file.name} are missing or damaged`);
    return undefined;
  }

  /** The snapshots that stand at offsets up to `upTo` and have not been looked at. */
  private async checkSnapshots(upTo: number): Promise<void> {
    for (;;) {
      const offset = this.snapshots[0];
      if (offset === undefined || offset > upTo) return;
      this.snapshots.shift();
      const name = this.nameOf(offset, 'snapshot');
      if (this.checkpoint !== undefined && !this.checkpoint.snapshots.includes(offset)) {
        this.find('repairable', 'orphan', { name }, `${name} belongs to nothing`);
        continue;
      }
      const bytes = await this.soundBlob(name);
      const snapshot = bytes && parseSnapshot(bytes);
      if (snapshot === undefined) this.find('repairable', 'producer-snapshot', { name }, `${name} is damaged`);
      else if (offset > this.next && upTo === Infinity)
        this.find('repairable', 'producer-snapshot', { name }, `${name} lies beyond the log's end, ${this.next}`);
      else {
        const fault = snapshotFault(snapshot, this.producers.all, {
          knownFrom: this.knownFrom,
          cleanedTo: this.cleanedTo,
          logStartOffset: this.logStartOffset,
        });
        if (fault !== undefined) this.find('corrupt', 'producer-snapshot', { name }, `${name}: ${fault}`);
      }
    }
  }

  private checkEpoch(file: SegmentFile, { baseOffset, leaderEpoch, position }: RawBatch): void {
    if (leaderEpoch < 0) return;
    if (leaderEpoch < this.lastEpoch)
      this.find(
        'corrupt',
        'leader-epochs',
        { name: file.name, offsets: { from: baseOffset } },
        `the batch at offset ${baseOffset} was written in epoch ${leaderEpoch}, after ${this.lastEpoch}`,
      );
    this.lastEpoch = Math.max(this.lastEpoch, leaderEpoch);
    if (this.epochs === undefined || baseOffset < Math.max(this.logStartOffset, this.epochs[0]?.[1] ?? 0)) return;
    const told = this.epochs.findLast(([, start]) => start <= baseOffset)?.[0];
    if (told === leaderEpoch) return;
    const note = this.noteOf(file.baseOffset);
    const isRead = note === undefined || position >= note.size;
    this.find(
      isRead ? 'repairable' : 'corrupt',
      'leader-epochs',
      { offsets: { from: baseOffset } },
      `the batch at offset ${baseOffset} was written in epoch ${leaderEpoch}, but the list of epochs says ${told ?? 'nothing'}`,
    );
  }

  private checkEpochs(): void {
    for (const [epoch, start] of this.epochs ?? [])
      if (start > Math.max(this.next, this.logStartOffset))
        this.find(
          'repairable',
          'leader-epochs',
          {},
          `epoch ${epoch} would begin at offset ${start}, but the log ends at ${this.next}`,
        );
  }

  private checkOrphans(): void {
    // Those of segments that wait to go, go with them.
    const bases = new Set(this.files.map(({ baseOffset }) => baseOffset));
    const known = new Set(['checkpoint', 'leader-epoch-checkpoint', 'partition.metadata']);
    for (const { name } of this.blobs) {
      const within = name.slice(this.folder.length + 1);
      const [, digits, kind] = /^(\d{20})\.(index|timeindex|txnindex|snapshot)$/.exec(within) ?? [];
      if (known.has(within) || kind === 'snapshot' || (digits !== undefined && bases.has(Number(digits)))) continue;
      this.find('repairable', 'orphan', { name }, `${name} belongs to nothing`);
    }
    for (const offset of this.checkpoint?.snapshots ?? [])
      if (!this.offsetsOf('snapshot').includes(offset))
        this.find(
          'repairable',
          'producer-snapshot',
          {},
          `the snapshot of the producers at offset ${offset} is missing`,
        );
  }

  private offsetsOf(kind: string): number[] {
    return this.blobs.flatMap(({ name }) => {
      const [, digits, found] = /\/(\d{20})\.(\w+)$/.exec(name) ?? [];
      return found === kind ? [Number(digits)] : [];
    });
  }

  private nameOf(offset: number, kind: string): string {
    return `${this.folder}/${String(offset).padStart(20, '0')}.${kind}`;
  }

  private async parsed<Value>(
    name: string,
    kind: 'checkpoint' | 'leader-epochs',
    parse: (bytes: Uint8Array) => Value | undefined,
  ): Promise<Value | undefined> {
    const whole = `${this.folder}/${name}`;
    if (!this.blobs.some((blob) => blob.name === whole)) return undefined;
    const bytes = await this.soundBlob(whole);
    const value = bytes && parse(bytes);
    if (value === undefined) this.find('repairable', kind, { name: whole }, `${whole} is damaged`);
    return value;
  }

  private async soundBlob(name: string): Promise<Uint8Array | undefined> {
    if (!this.blobs.some((blob) => blob.name === name)) return undefined;
    try {
      return await this.store.readBlob(name);
    } catch (error) {
      if (error instanceof UnreadableBytes) return undefined;
      throw error;
    }
  }

  private find(
    severity: Finding['severity'],
    kind: Finding['kind'],
    where: Pick<Finding, 'name' | 'bytes' | 'offsets'>,
    message: string,
  ): void {
    this.findings.push({ severity, kind, partition: this.folder, ...where, message });
  }
}

function sum(files: readonly RawFile[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}
