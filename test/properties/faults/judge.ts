import { checkHistory } from '../../../src/engine/history/check-history.js';
import type { FaultRun } from './fault-run.js';

/** Everything that a run did wrong, a sentence each: what its history shows, and what did not happen in the end. */
export function faultsOf({ history, problems }: FaultRun): readonly string[] {
  return [
    ...checkHistory(history).map(({ name, message, evidence }) => `${name}: ${message} Lines ${evidence.join(', ')}.`),
    ...problems.map(({ rule, message }) => `${rule}: ${message}`),
  ];
}
