import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { appendAtOnce, concurrencyMutants, keepsLimits, linearizable, readUpTo } from './concurrent-appends.js';

it('LOG-9 concurrent appends have one order that agrees with real time, and each batch stays together', () =>
  fc.assert(linearizable(appendAtOnce), { numRuns: 200, interruptAfterTimeLimit: 20_000 }));

it('LOG-13 a reader beside writers never gets what lies beyond its limit', () =>
  fc.assert(keepsLimits(readUpTo), { numRuns: 150, interruptAfterTimeLimit: 20_000 }));

findsMutants(concurrencyMutants);
