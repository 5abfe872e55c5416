/** Why a log could not be opened. */
export type PartitaErrorCode =
  | 'INVALID_NAME'
  /** Another tab of this origin has the log of this name open. */
  | 'LOG_IN_USE'
  | 'STORAGE_UNAVAILABLE'
  | 'WORKER_FAILED';

/** An error of the log as a whole; errors of requests are `KafkaError`s. */
export class PartitaError extends Error {
  override readonly name = 'PartitaError';
  constructor(
    readonly code: PartitaErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
