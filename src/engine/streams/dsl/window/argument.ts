import { StreamsError } from '../../streams-error.js';

/** @throws StreamsError IllegalArgumentException, as Kafka's classes of windows throw */
export function requireArgument(isGood: boolean, message: string): void {
  if (!isGood) throw new StreamsError('IllegalArgumentException', message);
}

export function requireGrace(graceMs: number): void {
  requireArgument(graceMs >= 0, 'Grace period must not be negative.');
}
