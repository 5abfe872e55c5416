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
import type { ApplicationPlan } from './application-plan.js';
import type { ProgramName } from './application-programs.js';
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

/** Carries out a plan, and holds what came of it to all that must hold. */
export async function holdsToItsRules(plan: ApplicationPlan): Promise<void> {
  const run = await runApplication(plan);
  for (const rule of [...always, ...(ofProgram[plan.program] ?? [])]) rule(run);
}
