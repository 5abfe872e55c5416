import type fc from 'fast-check';
import { test } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { holds } from '../replay.js';
import { holdsToItsRules } from './application-claims.js';
import { applicationMutants } from './application-mutants.js';
import { crashPlans, peacefulPlans, type ApplicationPlan } from './application-plan.js';

const claims: Readonly<Record<string, { readonly plans: fc.Arbitrary<ApplicationPlan>; readonly runs: number }>> = {
  'STR-1 STR-7 STR-8 STR-9 STR-10 STR-12 whatever crashes, nothing is lost, and at rest everything is as if it had not':
    { plans: crashPlans(), runs: 50 },
  'STR-1 STR-2 while instances come and go and none crashes, each record counts once': {
    plans: peacefulPlans(['count', 'stateless', 'largest']),
    runs: 20,
  },
};

/** More runs by `npm run soak -- streams`. */
const factor = Number(process.env.PARTITA_STREAMS_FACTOR ?? 1);

test.each(Object.entries(claims))('%s', { timeout: 3_600_000 }, async (name, { plans, runs }) => {
  await holds({ file: 'properties/streams/applications.test.ts', name }, plans, holdsToItsRules, runs * factor);
});

findsMutants(applicationMutants);
