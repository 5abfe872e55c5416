import type { ErrorName } from '../../protocol/errors.js';

/** Why a member does not get what it asks for, in Kafka's words. */
export interface Refusal {
  readonly error: Exclude<ErrorName, 'NONE'>;
  readonly message: string | null;
}

/** What Kafka answers where it fails with an exception of its own. */
export const failure: Refusal = { error: 'UNKNOWN_SERVER_ERROR', message: null };

export function refusal(error: Refusal['error'], message: string): Refusal {
  return { error, message };
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'error' in outcome;
}
