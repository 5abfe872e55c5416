import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { durationMs } from './iso-duration.js';
import { earliestTimestamp, latestTimestamp } from './list-offsets.js';

/**
 * Where reading begins without a usable committed offset: Kafka's `auto.offset.reset`. `by_duration:PT1H` begins with the first record of the last hour (ISO 8601,
 * KIP-1106), at the end where there is none.
 */
export type AutoOffsetReset = 'earliest' | 'latest' | 'none' | `by_duration:${string}`;

const byDuration = 'by_duration:';

/** The timestamp to ask ListOffsets with; undefined for `none`. */
export function resetTimestamp(reset: AutoOffsetReset, now: Millis): number | undefined {
  if (reset === 'none') return undefined;
  if (reset === 'earliest') return earliestTimestamp;
  return reset === 'latest' ? latestTimestamp : now - durationMs(reset.slice(byDuration.length));
}

/** Throws INVALID_CONFIG for a policy that there is not. */
export function checkReset(reset: string): void {
  if (reset === 'earliest' || reset === 'latest' || reset === 'none') return;
  try {
    if (reset.startsWith(byDuration) && durationMs(reset.slice(byDuration.length)) >= 0) return;
  } catch {
    // Told below.
  }
  throw new KafkaError(
    'INVALID_CONFIG',
    `autoOffsetReset is "${reset}". Give earliest, latest, none or by_duration: with a duration of 0 or more, such as by_duration:PT1H.`,
  );
}
