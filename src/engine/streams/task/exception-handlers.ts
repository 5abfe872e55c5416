import type { RecordHeaders, StreamRecord } from '../processor/record.js';
import { deadLetterOf, type DeadLetter } from './dead-letter.js';
import type { ProducedRecord, RawRecord } from './raw-record.js';

/** What was going on when something went wrong (Kafka's `ErrorHandlerContext`, KIP-1033). */
export interface ErrorHandlerContext {
  readonly taskId: string;
  readonly processorNodeId: string;
  /** Of the record at the task's source; `null` in a punctuation. */
  readonly topic: string | null;
  /** -1 in a punctuation. */
  readonly partition: number;
  /** -1 in a punctuation. */
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: RecordHeaders;
  /** The key as it lay in the source topic (KIP-1034). */
  readonly sourceRawKey: Uint8Array | null;
  readonly sourceRawValue: Uint8Array | null;
  /** `errors.dead.letter.queue.topic.name`, if it is set. */
  readonly deadLetterTopic: string | null;
}

/** What a handler decides: the record is left out and the task goes on, or the task fails. Dead letters are sent either way. */
export interface HandlerResponse {
  readonly result: 'resume' | 'fail';
  readonly deadLetters?: readonly DeadLetter[];
}

/** What a handler of failed sends decides; `retry` sends once more. */
export interface ProductionHandlerResponse {
  readonly result: 'resume' | 'fail' | 'retry';
  readonly deadLetters?: readonly DeadLetter[];
}

export type DeserializationExceptionHandler = (
  context: ErrorHandlerContext,
  record: RawRecord,
  error: unknown,
) => HandlerResponse;

/** `record` is `null` where a punctuation failed. */
export type ProcessingExceptionHandler = (
  context: ErrorHandlerContext,
  record: StreamRecord<unknown, unknown> | null,
  error: unknown,
) => HandlerResponse;

/** What could not be sent: a record, or one that has no bytes yet because a serde refused its key or value. */
export type FailedProduction =
  | { readonly kind: 'send'; readonly record: ProducedRecord; readonly isRetriable: boolean }
  | { readonly kind: 'serialization'; readonly origin: 'key' | 'value'; readonly topic: string };

export type ProductionExceptionHandler = (
  context: ErrorHandlerContext,
  failed: FailedProduction,
  error: unknown,
) => ProductionHandlerResponse;

/** Fails; a dead letter is sent if there is a topic for it. Kafka's default for what cannot be deserialized or processed. */
export function logAndFail(context: ErrorHandlerContext, _record: unknown, error: unknown): HandlerResponse {
  return { result: 'fail', deadLetters: deadLetterOf(context, error) };
}

/** Leaves the record out and counts it as dropped; a dead letter is sent if there is a topic for it. */
export function logAndContinue(context: ErrorHandlerContext, _record: unknown, error: unknown): HandlerResponse {
  return { result: 'resume', deadLetters: deadLetterOf(context, error) };
}

/** Tries again what may succeed later, and fails at the rest. Kafka's default for what cannot be sent. */
export const retryOrFail: ProductionExceptionHandler = (context, failed, error) =>
  failed.kind === 'send' && failed.isRetriable
    ? { result: 'retry' }
    : { result: 'fail', deadLetters: deadLetterOf(context, error) };
