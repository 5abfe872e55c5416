import type { Millis } from '../environment/environment.js';
import type { LogConfig } from '../log/log-config.js';

/**
 * A run of one partition's log, as data: what is appended and when, and who looks after the log. The same spec gives the same trace. Times are
 * run times, counted from the moment when the script begins; timestamps of records as well.
 */
export interface LogRunSpec {
  readonly kind: 'log';
  /** Any text; draws the delays of the disk. */
  readonly seed: string;
  readonly topic: string;
  /** Kafka's defaults where absent. */
  readonly config: Partial<LogConfig>;
  /** `log.retention.check.interval.ms`: retention looks at 0 and then every so often. Absent: never. */
  readonly retentionCheckMs?: Millis;
  /** When the cleaner looks: first, and then every `log.cleaner.backoff.ms`. Absent: never. */
  readonly cleaner?: { readonly firstMs: Millis; readonly everyMs: Millis };
  /** What is done to the log, by time. */
  readonly script: readonly LogRunStep[];
  /** When the run is over. */
  readonly endsAtMs: Millis;
}

export type LogRunStep = { readonly atMs: Millis } & (
  | {
      readonly does: 'append';
      readonly key: string | null;
      /** null: a tombstone. */
      readonly value: string | null;
      /** The moment of the append if absent. */
      readonly timestampMs?: Millis;
    }
  /** A new segment is begun, as `segment.ms` or a full segment would. */
  | { readonly does: 'roll' }
  /** A reader asks for what lies from an offset on (its position if absent; at first the log's start). */
  | { readonly does: 'read'; readonly reader: string; readonly offset?: number }
);
