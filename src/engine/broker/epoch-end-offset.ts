import type { PartitionLog } from '../log/partition-log.js';

/** An epoch of a log, and the offset after the last one that was written in it or in an earlier one. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: number;
}

/**
 * Where the latest epoch of the log that is not later than `epoch` ends; undefined for an epoch that this log has not come to
 * (Kafka's `endOffsetForEpoch`).
 */
export function epochEndOffset(
  log: Pick<PartitionLog, 'leaderEpoch' | 'leaderEpochFor' | 'logStartOffset' | 'logEndOffset'>,
  epoch: number,
): EpochEnd | undefined {
  if (epoch > log.leaderEpoch) return undefined;
  if (epoch === log.leaderEpoch) return { epoch, endOffset: log.logEndOffset };
  // Epochs only grow with the offsets: look for the first offset of a later one.
  let low = log.logStartOffset;
  let high = log.logEndOffset;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (log.leaderEpochFor(middle) > epoch) high = middle;
    else low = middle + 1;
  }
  return { epoch: low > log.logStartOffset ? log.leaderEpochFor(low - 1) : epoch, endOffset: low };
}
