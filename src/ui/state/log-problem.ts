import type { PartitaErrorCode } from '../../entry/partita-error.js';

/** Why nothing is kept. */
export interface LogProblem {
  /** What the page has words for; of everything else only the message tells. */
  readonly kind: 'unavailable' | 'lost' | 'blocked' | 'too-new' | 'failed';
  /** What the engine says, in English. */
  readonly message: string;
}

const kinds: Partial<Record<PartitaErrorCode, LogProblem['kind']>> = {
  STORAGE_UNAVAILABLE: 'unavailable',
  STORE_LOST: 'lost',
  UPGRADE_BLOCKED: 'blocked',
  VERSION_TOO_NEW: 'too-new',
};

/** What the page tells of an error with which the log could not be opened, or ended. */
export function logProblem(error: unknown): LogProblem {
  if (!(error instanceof Error)) return { kind: 'failed', message: String(error) };
  const code = 'code' in error ? (error.code as PartitaErrorCode) : undefined;
  return { kind: (code === undefined ? undefined : kinds[code]) ?? 'failed', message: error.message };
}
