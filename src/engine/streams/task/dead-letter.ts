import type { RecordHeaders } from '../processor/record.js';
import type { ErrorHandlerContext } from './exception-handlers.js';

/** A record for the topic of those that could not be handled (KIP-1034). */
export interface DeadLetter {
  readonly topic: string;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
}

const utf8 = new TextEncoder();

/** The dead letter for a failure: the source record's own bytes, and Kafka's headers `__streams.errors.…`; none without a topic for it. */
export function deadLetterOf(context: ErrorHandlerContext, error: unknown): DeadLetter[] {
  const { deadLetterTopic, timestamp, sourceRawKey, sourceRawValue } = context;
  if (deadLetterTopic === null) return [];
  const headers = headersOf(context, error).map(
    ([name, text]) => [`__streams.errors.${name}`, utf8.encode(text)] as const,
  );
  return [{ topic: deadLetterTopic, timestamp, key: sourceRawKey, value: sourceRawValue, headers }];
}

function headersOf({ topic, partition, offset }: ErrorHandlerContext, error: unknown): [name: string, text: string][] {
  const isError = error instanceof Error;
  return [
    ['exception', isError ? error.name : typeof error],
    ['message', isError ? error.message : String(error)],
    ['stacktrace', (isError ? error.stack : undefined) ?? ''],
    ['topic', topic ?? ''],
    ['partition', String(partition)],
    ['offset', String(offset)],
  ];
}
