/** The topic configs that the log itself reads, by Kafka's names without the dots. Defaults are Kafka's. */
export interface LogConfig {
  /** `segment.bytes`: a batch that would make the active segment larger begins a new one. */
  readonly segmentBytes: number;
  /** `index.interval.bytes`: how far the entries of the offset index lie apart, at least. */
  readonly indexIntervalBytes: number;
  /** How much of the end of the log is kept in memory besides what is not durable yet. No config of Kafka's: there the page cache does it. */
  readonly tailCacheBytes: number;
}

export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  indexIntervalBytes: 4096,
  tailCacheBytes: 1024 * 1024,
};
