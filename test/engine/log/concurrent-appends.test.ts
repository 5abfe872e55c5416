import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { appendAtOnce, concurrencyMutants, linearizable } from './concurrent-appends.js';

it('LOG-9 concurrent appends have one order that agrees with real time, and each batch stays together', () =>
  fc.assert(linearizable(appendAtOnce), { numRuns: 200, interruptAfterTimeLimit: 20_000 }));

findsMutants(concurrencyMutants);
