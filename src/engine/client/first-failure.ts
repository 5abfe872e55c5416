import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';

/** What a response says of one of the topics that were asked for. */
interface Outcome {
  readonly name: string | null;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Throws the first error of a response to a request for several topics, with what the broker says of it. */
export function throwFirst(purpose: string, outcomes: readonly Outcome[]): void {
  const first = outcomes.find(({ errorCode }) => errorCode !== 0);
  if (first === undefined) return;
  const { name, message } = errorByCode(first.errorCode);
  throw new KafkaError(name, `Topic ${first.name ?? ''} could not ${purpose}: ${first.errorMessage || message}`);
}
