import type { Millis } from '../environment/environment.js';
import { segmentFile, sidecarBlob, type TopicPartition } from '../log/file-names.js';
import type { LeaderEpochs } from '../log/leader-epochs.js';
import type { SealedSegment } from '../log/log-checkpoint.js';
import { checkpointWrite, epochWrite, sealedSegment, sidecarWrites } from '../log/log-writes.js';
import { encodeSnapshot } from '../log/producers/producer-snapshot.js';
import type { Segment } from '../log/segment.js';
import { encodeBatch, readBatchHeader, type BatchHeader } from '../protocol/record-batch.js';
import type { ArchivedPartition, ArchivedSegment } from './manifest.js';
import { PartitionScan, type Indexing } from './partition-scan.js';
import type { Staging } from './staging.js';

/** A transaction that had no end in the export: it ends with an abort marker now, so that readers of committed records do not wait for ever. */
export interface AbortedOnImport extends TopicPartition {
  readonly producerId: number;
  readonly firstOffset: number;
  /** That of the marker. */
  readonly markerOffset: number;
}

/** The log of one partition as it is put down before its topic is there: all that opening it needs. */
export class StagedPartition {
  readonly scan: PartitionScan;
  private readonly sealed: SealedSegment[] = [];
  private current: ArchivedSegment | undefined;
  private size = 0;

  constructor(
    private readonly staging: Staging,
    /** Under the name that the topic will have. */
    private readonly partition: TopicPartition,
    private readonly archived: ArchivedPartition,
    private readonly epochs: LeaderEpochs,
    indexing: Indexing,
  ) {
    this.scan = new PartitionScan(indexing);
  }

  /** The next segment begins. */
  async begin(segment: ArchivedSegment): Promise<void> {
    if (this.current !== undefined) this.sealed.push(sealedSegment(await this.endSegment()));
    this.current = segment;
    this.size = 0;
    this.scan.begin(segmentFile(this.partition, segment.baseOffset), segment.baseOffset, segment.modifiedAt);
    await this.append(new Uint8Array(0));
  }

  /** Puts down a batch that was looked at. */
  async add(header: BatchHeader, bytes: Uint8Array): Promise<void> {
    this.scan.add(header, bytes);
    await this.append(bytes);
  }

  /** Every segment is there: ends the transactions that have no end, and puts down what stands beside the segments. Answers the transactions. */
  async finish(now: Millis): Promise<readonly AbortedOnImport[]> {
    const aborted = await this.abortOpenTransactions(now);
    const active = await this.endSegment();
    await this.staging.write(epochWrite(this.partition, this.epochs));
    const endOffset = this.archived.endOffset + aborted.length;
    const { baseOffset, indexChecksum: indexes } = active;
    const { size, nextOffset, largest, firstTimestamp, bytesSinceIndexEntry } = active.state;
    const checkpoint = checkpointWrite(this.partition, {
      logStartOffset: this.archived.logStartOffset,
      recoveryPoint: endOffset,
      cleanedTo: this.archived.cleanedTo ?? undefined,
      snapshots: [endOffset],
      active: { baseOffset, indexes, size, nextOffset, largest, firstTimestamp, bytesSinceIndexEntry },
      sealed: this.sealed,
      cleaning: undefined,
    });
    await this.staging.write(checkpoint);
    // Nothing is known of the producers: one that has the same id here by chance would be taken for one of them.
    const name = sidecarBlob(this.partition, endOffset, 'snapshot');
    await this.staging.write({ kind: 'put-blob', name, bytes: encodeSnapshot([]) });
    return aborted;
  }

  private async endSegment(): Promise<Segment> {
    const segment = this.scan.finish();
    for (const write of sidecarWrites(this.partition, segment)) await this.staging.write(write);
    return segment;
  }

  private async abortOpenTransactions(now: Millis): Promise<AbortedOnImport[]> {
    const aborted: AbortedOnImport[] = [];
    for (const { producerId, producerEpoch, firstOffset } of this.scan.openTransactions) {
      const markerOffset = this.archived.endOffset + aborted.length;
      const marker = encodeBatch({
        records: [{ ...abortRecord, timestamp: now }],
        baseOffset: markerOffset,
        partitionLeaderEpoch: this.epochs.latest,
        isTransactional: true,
        isControlBatch: true,
        producerId,
        producerEpoch,
      });
      await this.add(readBatchHeader(marker, 0), marker);
      aborted.push({ ...this.partition, producerId, firstOffset, markerOffset });
    }
    return aborted;
  }

  private async append(bytes: Uint8Array): Promise<void> {
    const { baseOffset, modifiedAt } = this.current as ArchivedSegment;
    const file = segmentFile(this.partition, baseOffset);
    await this.staging.write({ kind: 'append', file, position: this.size, bytes, modifiedAt });
    this.size += bytes.length;
  }
}

/** The end of a transaction that is taken back (`EndTransactionMarker`), of the first coordinator there was. */
const abortRecord = { key: new Uint8Array([0, 0, 0, 0]), value: new Uint8Array([0, 0, 0, 0, 0, 0]) };
