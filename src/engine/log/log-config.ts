/** The topic configs that the log itself reads, by Kafka's names without the dots (`LogConfig`). Defaults are Kafka's. Times are in milliseconds. */
export interface LogConfig {
  /** `segment.bytes`: a batch that would make the active segment larger begins a new one. */
  readonly segmentBytes: number;
  /** `segment.ms`: how far the timestamps of a segment may lie apart. */
  readonly segmentMs: number;
  /** `segment.jitter.ms`: up to so much is taken off `segment.ms`, drawn anew for each segment. */
  readonly segmentJitterMs: number;
  /** `segment.index.bytes`: how large an index file may grow; a full index rolls the segment. */
  readonly segmentIndexBytes: number;
  /** `index.interval.bytes`: how far the entries of the offset index lie apart, at least. */
  readonly indexIntervalBytes: number;
  /** `max.message.bytes`: of a batch as it is stored. */
  readonly maxMessageBytes: number;
  /** `cleanup.policy`. Neither: only DeleteRecords removes anything. */
  readonly isDeleted: boolean;
  readonly isCompacted: boolean;
  /** `retention.ms` and `retention.bytes`; -1: no limit. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  /** `file.delete.delay.ms`: how long the files of a deleted segment stay. */
  readonly fileDeleteDelayMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  /** `delete.retention.ms`: how long a tombstone stays after the first cleaning that saw it. */
  readonly deleteRetentionMs: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  /** `compression.type`; `producer`: as it comes. */
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** `compression.gzip.level`, `compression.lz4.level`, `compression.zstd.level`. */
  readonly gzipLevel: number;
  readonly lz4Level: number;
  readonly zstdLevel: number;
  /** The broker's `producer.id.expiration.ms`. */
  readonly producerIdExpirationMs: number;
  /** How much of the end of the log is kept in memory besides what is not durable yet. No config of Kafka's: there the page cache does it. */
  readonly tailCacheBytes: number;
}

const week = 7 * 24 * 60 * 60 * 1000;
const day = 24 * 60 * 60 * 1000;

export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: week,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1_048_588,
  isDeleted: true,
  isCompacted: false,
  retentionMs: week,
  retentionBytes: -1,
  fileDeleteDelayMs: 60_000,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  deleteRetentionMs: day,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: 3_600_000,
  compressionType: 'producer',
  gzipLevel: -1,
  lz4Level: 9,
  zstdLevel: 3,
  producerIdExpirationMs: day,
  tailCacheBytes: 1024 * 1024,
};
