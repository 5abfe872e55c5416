import type { BatchHeader } from '../../protocol/record-batch.js';
import type { LogConfig } from '../log-config.js';
import type { ProducerEntry } from '../producers/producer-entry.js';
import type { AbortedTransaction, TransactionIndex } from '../producers/transaction-index.js';
import type { Segment } from '../segment.js';

/** What the cleaner made of a group of segments. */
export interface CleanedSegment {
  readonly bytes: Uint8Array;
  /** Of the batches in `bytes`, in order. */
  readonly headers: readonly BatchHeader[];
  /** That of the last segment it was made of: retention by time goes on counting from it. */
  readonly modifiedAt: number;
  readonly transactions: TransactionIndex;
}

/** What the cleaner needs of a log. */
export interface CleanableLog {
  readonly topic: string;
  readonly partition: number;
  readonly config: LogConfig;
  /** Oldest first; the last one is the active segment. */
  readonly segments: readonly Segment[];
  readonly logStartOffset: number;
  readonly lastStableOffset: number;
  readonly highWatermark: number;
  readonly cleanerCheckpoint: number | undefined;
  readonly activeProducers: Iterable<ProducerEntry>;
  abortedTransactions(fromOffset: number, upTo: number): readonly AbortedTransaction[];
  readSegment(segment: Segment, position: number, length: number): Promise<Uint8Array>;
  replaceSegments(old: readonly Segment[], cleaned: CleanedSegment): Promise<void>;
  cleanedTo(offset: number): Promise<void>;
}
