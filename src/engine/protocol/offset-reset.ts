import type { Millis } from '../environment/environment.js';

/** Where to begin when there is no offset to go on from (`auto.offset.reset`, KIP-1106). */
export type OffsetReset =
  | { readonly strategy: 'earliest' | 'latest' | 'none' }
  /** At what was written this long ago. */
  | { readonly strategy: 'by_duration'; readonly durationMs: Millis };

/** Reads `earliest`, `latest`, `none` or `by_duration:PnDTnHnMn.nS`; undefined if it is none of them. */
export function readOffsetReset(text: string): OffsetReset | undefined {
  if (text === 'earliest' || text === 'latest' || text === 'none') return { strategy: text };
  const prefix = 'by_duration:';
  const durationMs = text.startsWith(prefix) ? readDuration(text.slice(prefix.length)) : undefined;
  return durationMs === undefined || durationMs < 0 ? undefined : { strategy: 'by_duration', durationMs };
}

const durationForm =
  /^([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** A duration as Java's `Duration.parse` reads it: days of 24 hours, fractions of seconds alone. */
function readDuration(text: string): Millis | undefined {
  const [, sign, days, time, hours, minutes, seconds, fraction = ''] = durationForm.exec(text) ?? [];
  const isEmpty = [days, hours, minutes, seconds].every((part) => part === undefined);
  if (isEmpty || time?.toUpperCase() === 'T') return undefined;
  const amount = (part: string | undefined): number => Number(part ?? 0);
  const whole = amount(days) * 86_400 + amount(hours) * 3600 + amount(minutes) * 60 + amount(seconds);
  const rest = Number(`0.${fraction || '0'}`) * (seconds?.startsWith('-') === true ? -1 : 1);
  if (Math.abs(whole) >= 2 ** 63) return undefined;
  return Math.floor((whole + rest) * 1000) * (sign === '-' ? -1 : 1);
}
