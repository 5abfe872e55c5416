import type fc from 'fast-check';
import { test } from 'vitest';
import { holds } from '../replay.js';
import { crashPlans, peacefulPlans, type ApplicationPlan } from './application-plan.js';
import type { ProgramName } from './application-programs.js';
import {
  countsAreNeverLess,
  foreignKeysAreJoined,
  largestIsTheFold,
  oneTaskInOnePlace,
  repartitionKeepsOrder,
  statelessOutputIsWhole,
  storesAreTheirChangelogs,
  tablesAreJoined,
  type ApplicationRule,
} from './application-rules.js';
import { runApplication } from './application-run.js';

/** What holds of every program: STR-9 and STR-10. */
const always = [storesAreTheirChangelogs, oneTaskInOnePlace];

/** What holds of one: STR-8 and STR-12 of what is stateless, STR-1 of aggregates, STR-7 of joined tables. */
const ofProgram: Readonly<Partial<Record<ProgramName, readonly ApplicationRule[]>>> = {
  stateless: [statelessOutputIsWhole, repartitionKeepsOrder],
  largest: [largestIsTheFold],
  count: [countsAreNeverLess],
  tables: [tablesAreJoined],
  foreignKey: [foreignKeysAreJoined],
};

async function claim(plan: ApplicationPlan): Promise<void> {
  const run = await runApplication(plan);
  for (const rule of [...always, ...(ofProgram[plan.program] ?? [])]) rule(run);
}

const claims: Readonly<Record<string, { readonly plans: fc.Arbitrary<ApplicationPlan>; readonly runs: number }>> = {
  'STR-1 STR-7 STR-8 STR-9 STR-10 STR-12 whatever crashes, nothing is lost, and at rest everything is as if it had not':
    {
      plans: crashPlans(),
      runs: 50,
    },
  'STR-1 STR-2 while instances come and go and none crashes, each record counts once': {
    plans: peacefulPlans(['count', 'stateless', 'largest']),
    runs: 20,
  },
};

/** More runs by `npm run soak -- streams`. */
const factor = Number(process.env.PARTITA_STREAMS_FACTOR ?? 1);

test.each(Object.entries(claims))('%s', { timeout: 3_600_000 }, async (name, { plans, runs }) => {
  await holds({ file: 'properties/streams/applications.test.ts', name }, plans, claim, runs * factor);
});
