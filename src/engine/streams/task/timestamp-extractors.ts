import { StreamsError } from '../streams-error.js';
import type { ConsumedRecord, TimestampExtractor } from '../topology/topology-node.js';

/** Takes the record's own timestamp, and fails if it is negative. The default (Kafka's `FailOnInvalidTimestamp`). */
export const failOnInvalidTimestamp: TimestampExtractor = (record) => {
  if (record.timestamp >= 0) return record.timestamp;
  throw new StreamsError(
    'StreamsException',
    `Input record ${described(record)} has invalid (negative) timestamp. Use a different TimestampExtractor to process this data.`,
  );
};

/** Takes the record's own timestamp; if that is negative, the record is skipped (Kafka's `LogAndSkipOnInvalidTimestamp`). */
export const logAndSkipOnInvalidTimestamp: TimestampExtractor = (record) => record.timestamp;

/** Takes the record's own timestamp, or the largest of its partition so far if it is negative (Kafka's `UsePartitionTimeOnInvalidTimestamp`). */
export const usePartitionTimeOnInvalidTimestamp: TimestampExtractor = (record, partitionTimeMs) => {
  if (record.timestamp >= 0) return record.timestamp;
  if (partitionTimeMs >= 0) return partitionTimeMs;
  throw new StreamsError(
    'StreamsException',
    `Could not infer new timestamp for input record ${described(record)} because partition time is unknown.`,
  );
};

/** Takes the time at which the record is read (Kafka's `WallclockTimestampExtractor`). */
export const wallclockTimestamp: TimestampExtractor = (_record, _partitionTimeMs, systemTimeMs) => systemTimeMs;

function described({ topic, partition, offset, timestamp }: ConsumedRecord): string {
  return `${topic}-${partition}@${offset} (timestamp ${timestamp})`;
}
