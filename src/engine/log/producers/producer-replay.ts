import type { Storage, StorageWrite } from '../../environment/storage.js';
import type { BatchHeader } from '../../protocol/record-batch.js';
import { partitionFolder, sidecarBlob, type TopicPartition } from '../file-names.js';
import { batchesOfFile } from '../log-recovery.js';
import type { Segment } from '../segment.js';
import { readSoundBlob } from '../sound-blob.js';
import { controlMarker } from './control-marker.js';
import { decodeSnapshot, encodeSnapshot } from './producer-snapshot.js';
import { ProducerStates } from './producer-states.js';

/** What is known of a log's producers while it is opened: the latest snapshot, and what the batches behind it tell. */
export class ProducerReplay {
  states: ProducerStates;
  private snapshots: readonly number[];

  constructor(
    private readonly log: TopicPartition & { readonly storage: Storage },
    private readonly expirationMs: number,
    private now: number,
    snapshots: readonly number[],
  ) {
    this.states = new ProducerStates(partitionFolder(log));
    this.snapshots = snapshots;
  }

  /** The offsets at which snapshots are stored. */
  get snapshotOffsets(): readonly number[] {
    return this.snapshots;
  }

  /** Brings the states to the place from which on `segment` is read: a snapshot before it, and the batches since. */
  async begin(earlier: readonly Segment[], segment: Segment, position: number, logStartOffset: number): Promise<void> {
    const offset = position === 0 ? segment.baseOffset : segment.nextOffset;
    const from = await this.loadLatest(logStartOffset, offset);
    await this.replay([...earlier, segment], from, offset);
  }

  /**
   * The next segment is read, and the one before it ended at `offset`: the states go on as a snapshot taken there would tell them, as in Kafka. It keeps none
   * that is not after the log's start.
   */
  enterSegment(offset: number, logStartOffset: number): void {
    this.reload(offset > logStartOffset);
  }

  /** Takes note of a batch. Transactions that it ends go into the index of its segment. */
  add(segment: Segment, header: BatchHeader, bytes: Uint8Array): void {
    if (header.producerId < 0) return;
    const marker = header.isControlBatch ? controlMarker(bytes, header) : undefined;
    const { completed } = this.states.apply({ header, origin: 'replication', marker });
    if (completed === undefined) return;
    const lastStableOffset = this.states.transactions.lastStableOffset(completed);
    if (
      completed.isAborted &&
      segment.transactions.entries.every(({ lastOffset }) => lastOffset !== completed.lastOffset)
    )
      segment.transactions = segment.transactions.with({ ...completed, lastStableOffset });
    this.states.transactions.complete(completed);
  }

  /** The states as they are when the log ends at `endOffset`; what was read just now is kept as a snapshot would tell it, as in Kafka. */
  async finish(
    segments: readonly Segment[],
    logStartOffset: number,
    endOffset: number,
    isRecovered: boolean,
  ): Promise<void> {
    if (isRecovered) this.reload(endOffset > logStartOffset);
    else await this.replay(segments, await this.loadLatest(logStartOffset, endOffset), endOffset);
    this.settleAt(segments, logStartOffset, endOffset);
  }

  /**
   * The states as they are once the log has been cut and ends at `endOffset`; answers what goes with what was cut. Where nobody is known the log is not read, as in
   * Kafka: the last snapshot has to do.
   */
  async truncate(
    segments: readonly Segment[],
    logStartOffset: number,
    endOffset: number,
    now: number,
  ): Promise<StorageWrite[]> {
    this.now = now;
    const isAnybodyKnown = this.states.isAnybodyKnown;
    const from = await this.loadLatest(logStartOffset, endOffset);
    if (isAnybodyKnown) await this.replay(segments, from, endOffset);
    return this.settleAt(segments, logStartOffset, endOffset);
  }

  /**
   * A snapshot of what is known when the log ends at `offset`. Of the others those stay that stand where a segment begins (`bases`): should a later one turn out
   * to be damaged, or beyond the end, they are what opening goes back to.
   */
  snapshotAt(offset: number, bases: ReadonlySet<number>): StorageWrite[] {
    const bytes = encodeSnapshot(this.states.entries);
    const gone = this.forget((other) => other >= offset || !bases.has(other));
    this.snapshots = [...this.snapshots, offset];
    const name = sidecarBlob(this.log, offset, 'snapshot');
    return [...gone.filter((write) => !('name' in write && write.name === name)), { kind: 'put-blob', name, bytes }];
  }

  /** Removes the snapshots for which `isDead` holds. */
  forget(isDead: (offset: number) => boolean): StorageWrite[] {
    const dead = this.snapshots.filter(isDead);
    this.snapshots = this.snapshots.filter((offset) => !isDead(offset));
    return dead.map((offset) => ({ kind: 'delete-blob', name: sidecarBlob(this.log, offset, 'snapshot') }));
  }

  /** Nothing is under way any more. Removes the snapshots that are of no use for a log that begins and ends there. */
  private settleAt(segments: readonly Segment[], logStartOffset: number, endOffset: number): StorageWrite[] {
    this.states.transactions.replicatedTo(Infinity);
    const bases = new Set(segments.map(({ baseOffset }) => baseOffset));
    const last = this.snapshots.at(-1);
    return this.forget(
      (offset) => offset <= logStartOffset || offset > endOffset || !(bases.has(offset) || offset === last),
    );
  }

  private reload(isKept: boolean): void {
    const known = isKept ? (decodeSnapshot(encodeSnapshot(this.states.entries)) ?? []) : [];
    this.states.load(known, this.now, this.expirationMs);
  }

  /** Begins with the latest sound snapshot after the log's start that is not beyond `offset`, and answers where it stands. */
  private async loadLatest(logStartOffset: number, offset: number): Promise<number> {
    for (const candidate of this.snapshots.filter((at) => at > logStartOffset && at <= offset).reverse()) {
      const bytes = await readSoundBlob(this.log.storage, sidecarBlob(this.log, candidate, 'snapshot'));
      const entries = bytes && decodeSnapshot(bytes);
      if (entries === undefined) continue;
      this.states.load(entries, this.now, this.expirationMs);
      return candidate;
    }
    this.states.clear();
    return logStartOffset;
  }

  private async replay(segments: readonly Segment[], from: number, to: number): Promise<void> {
    for (const segment of segments) {
      if (segment.nextOffset <= from || segment.baseOffset >= to) continue;
      const position = segment.positionBefore(from);
      const batches = batchesOfFile(this.log.storage, segment.file, {
        from: position,
        to: segment.size,
        checks: 'none',
      });
      for await (const { header, bytes } of batches) {
        if (header.lastOffset < from) continue;
        if (header.baseOffset >= to) return;
        this.add(segment, header, bytes);
      }
    }
  }
}
