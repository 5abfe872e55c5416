import fc from 'fast-check';
import { describe, it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import {
  clocksMayStep,
  retentionHolds,
  retentionKeepsWhatIsNeeded,
  retentionMutants,
  retentions,
} from './retention-laws.js';

describe('retention', () => {
  it.each(retentions)('RET-1 to RET-4 hold %s for all sequences of appends, pauses and passes', (_, config) =>
    fc.assert(retentionHolds(config), { numRuns: 40 }),
  );

  it('RET-5 keeps what lies beyond the high watermark, and what readers must know of aborted transactions', () =>
    fc.assert(retentionKeepsWhatIsNeeded(), { numRuns: 60 }));

  it('RET-6 removes what is old by the clock and nothing else, however the clock steps', () =>
    fc.assert(clocksMayStep(), { numRuns: 100 }));
});

findsMutants(retentionMutants);
