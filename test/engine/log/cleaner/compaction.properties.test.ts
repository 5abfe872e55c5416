import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../../mutants/mutant.js';
import { cleaningMutants, compactionHolds, keysAreAlike, keysAreNeeded } from './compaction-laws.js';

it('CMP-1 to CMP-5 and CMP-7 to CMP-9 hold for all sequences of appends, transactions, rolls, cleanings and pauses', () =>
  fc.assert(compactionHolds(), { numRuns: 60 }));

it('CMP-10 a record without a key is refused, and nothing of its batch is there', () =>
  fc.assert(keysAreNeeded(), { numRuns: 50 }));

it('CMP-11 keys with the bytes of internal keys are cleaned like others', () =>
  fc.assert(keysAreAlike(), { numRuns: 30 }));

findsMutants(cleaningMutants);
