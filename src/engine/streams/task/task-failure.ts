import { StreamsError } from '../streams-error.js';

/** A node failed and nobody said to go on: on its way up to the task (Kafka's `FailedProcessingException`). */
export class ProcessingFailure extends Error {
  override readonly name = 'ProcessingFailure';

  constructor(
    readonly nodeName: string,
    override readonly cause: unknown,
  ) {
    super(`${nodeName} failed.`);
  }
}

/** The error that a task ends with for what went wrong while it did `what`. */
export function taskError(what: string, error: unknown): StreamsError {
  if (error instanceof ProcessingFailure) return new StreamsError('StreamsException', what, { cause: error.cause });
  if (error instanceof StreamsError) return error;
  return new StreamsError('StreamsException', what, { cause: error });
}
