import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { findsTimestamps, layoutsAreAlike, lookupMutants } from './log-lookups.js';

it('LOG-6 a timestamp finds the record that a scan finds, in any sequence of timestamps and after compaction', () =>
  fc.assert(findsTimestamps(), { numRuns: 80, interruptAfterTimeLimit: 20_000 }));

it('LOG-8 sizes of segments, indexes and caches, batching and compression change nothing that a client sees', () =>
  fc.assert(layoutsAreAlike(), { numRuns: 60, interruptAfterTimeLimit: 20_000 }));

findsMutants(lookupMutants);
