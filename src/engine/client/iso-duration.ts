import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';

const pattern =
  /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?=[+-]?\d)(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** The length of an ISO 8601 duration of days, hours, minutes and seconds, as Java's `Duration.parse` reads them; below a millisecond it is cut. Throws INVALID_REQUEST. */
export function durationMs(text: string): Millis {
  const found = pattern.exec(text);
  if (found === null || /^[+-]?P$/i.test(text)) {
    throw new KafkaError('INVALID_REQUEST', `"${text}" is no duration. Give one in ISO 8601, such as PT1H30M or P7D.`);
  }
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = found;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3)) * (seconds.startsWith('-') ? -1 : 1);
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const length = (total * 1000 + milliseconds) * (sign === '-' ? -1 : 1);
  if (Number.isSafeInteger(length)) return length;
  throw new KafkaError('INVALID_REQUEST', `The duration "${text}" is too long.`);
}
