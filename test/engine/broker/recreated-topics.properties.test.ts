import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { beginsAnew, recreationMutants } from './recreated-topic-laws.js';

it('LOG-10 a topic that is created again begins anew: no record, commit, producer or id of the one before counts', () =>
  fc.assert(beginsAnew(), { numRuns: 40 }));

findsMutants(recreationMutants);
