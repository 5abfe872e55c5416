import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { joining, joinProperty, streamJoinMutants } from './processors/stream-join-laws.js';
import { graceRestoreProperty, replayProperty, restoreMutants } from './state/restore-laws.js';

const numRuns = 100;

describe('Streams', () => {
  it('STR-5 a join of streams pairs what belongs together, and gives the rest once, when nothing can come any more', () => {
    fc.assert(joinProperty, { numRuns });
  });

  it('STR-5 windows to one side without grace pair nothing that is at their edge once stream time is there, as in Kafka: it is kept no longer', () => {
    const paired = (beforeMs: number, graceMs: number) => {
      const { take } = joining('inner', { beforeMs, afterMs: 0, graceMs });
      return [...take('R', 'R53', 53), ...take('R', 'R55', 55), ...take('L', 'L55', 55)];
    };
    expect(paired(2, 0)).toEqual(['L55,R55 ts 55']);
    expect(paired(2, 1)).toEqual(['L55,R53 ts 55', 'L55,R55 ts 55']);
    expect(paired(0, 0)).toEqual([]);
    expect(paired(0, 1)).toEqual(['L55,R55 ts 55']);
  });

  it('STR-9 a join with a grace goes on after a restore as it would have without', () => {
    fc.assert(graceRestoreProperty, { numRuns });
  });

  it('STR-11 a record that is read again after a crash is passed on again', () => {
    fc.assert(replayProperty, { numRuns });
  });

  findsMutants([...streamJoinMutants, ...restoreMutants]);
});
