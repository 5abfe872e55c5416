/** Why a log could not be opened, or is no longer open. */
export type PartitaErrorCode =
  | 'INVALID_NAME'
  | 'INVALID_OPTION'
  /** Another tab of this origin has the log of this name open. */
  | 'LOG_IN_USE'
  /** The browser has no IndexedDB, or refuses it, as some private windows do, or fails at it. `ifUnavailable: 'memory'` goes on without it. */
  | 'STORAGE_UNAVAILABLE'
  /** What the log holds is damaged where it must be read to open it. */
  | 'STORAGE_CORRUPT'
  /** The browser has lost what the log held. Nothing was created in its place; `ifLost: 'begin-anew'` does. */
  | 'STORE_LOST'
  /** Another tab runs an older version of the app and does not let go of the log. Close it and open the log again. */
  | 'UPGRADE_BLOCKED'
  /** A newer version of the app has written the log. Nothing was changed; reload the page, or update the app. */
  | 'VERSION_TOO_NEW'
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
