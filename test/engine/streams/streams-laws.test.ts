import fc from 'fast-check';
import { describe, it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { joinProperty, streamJoinMutants } from './processors/stream-join-laws.js';
import { graceRestoreProperty, replayProperty, restoreMutants } from './state/restore-laws.js';

const numRuns = 100;

describe('Streams', () => {
  it('STR-5 a join of streams pairs what belongs together, and gives the rest once, when nothing can come any more', () => {
    fc.assert(joinProperty, { numRuns });
  });

  it('STR-9 a join with a grace goes on after a restore as it would have without', () => {
    fc.assert(graceRestoreProperty, { numRuns });
  });

  it('STR-11 a record that is read again after a crash is passed on again', () => {
    fc.assert(replayProperty, { numRuns });
  });

  findsMutants([...streamJoinMutants, ...restoreMutants]);
});
