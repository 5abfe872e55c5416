import {
  changesAreAllPassedOn,
  countsAreNeverLess,
  foreignKeysAreJoined,
  oneTaskInOnePlace,
  repartitionKeepsOrder,
  setsAreTheFold,
  statelessOutputIsWhole,
  storesAreTheirChangelogs,
  tablesAreJoined,
  type ApplicationRule,
} from './application-rules.js';
import { crashPlans, peacefulPlans, type ApplicationPlan } from './application-plan.js';
import { probe } from './application-probes.js';
import { runApplication } from './application-run.js';
import { innerJoinPairs, rowsOfTheirTurn, unmatchedGoOutOnceTheyAreAlone } from './join-rules.js';
import type { ProgramName } from './programs.js';
import {
  closedWindowsGoOut,
  hoppingWindowsHold,
  lateSessionsHold,
  onlyClosedWindowsAreForgotten,
  sessionsHold,
  slidingWindowsHold,
  suppressedWindowsGoOutOnce,
} from './window-rules.js';
import type fc from 'fast-check';

/** What holds of every program: STR-9 and STR-10. */
const always = [storesAreTheirChangelogs, oneTaskInOnePlace];

const ofProgram: Readonly<Record<ProgramName, readonly ApplicationRule[]>> = {
  stateless: [statelessOutputIsWhole, repartitionKeepsOrder],
  sets: [setsAreTheFold],
  count: [countsAreNeverLess],
  changes: [changesAreAllPassedOn],
  tables: [tablesAreJoined],
  foreignKey: [foreignKeysAreJoined],
  hopping: [hoppingWindowsHold],
  sliding: [slidingWindowsHold],
  sessions: [sessionsHold],
  shortSessions: [lateSessionsHold],
  suppressed: [suppressedWindowsGoOutOnce],
  onClose: [closedWindowsGoOut],
  kept: [onlyClosedWindowsAreForgotten],
  innerJoin: [innerJoinPairs],
  leftJoin: [unmatchedGoOutOnceTheyAreAlone(['left'])],
  outerJoin: [unmatchedGoOutOnceTheyAreAlone(['left', 'right'])],
  enriched: [rowsOfTheirTurn(false)],
  asOf: [rowsOfTheirTurn(true)],
};

/** Carries out a plan, and holds what came of it to all that must hold. */
export async function holdsToItsRules(plan: ApplicationPlan): Promise<void> {
  const run = await runApplication(plan);
  probe(run);
  for (const rule of [...always, ...ofProgram[plan.program]]) rule(run);
}

export interface ApplicationClaim {
  readonly plans: fc.Arbitrary<ApplicationPlan>;
  /** How many of them `npm test` carries out. */
  readonly runs: number;
}

/** By what the tests are called. STR-9 and STR-10 hold in each. */
export const applicationClaims: Readonly<Record<string, ApplicationClaim>> = {
  'STR-1 STR-2 aggregates are the fold of what came, and every one on the way that of some of it': {
    plans: crashPlans(['sets']),
    runs: 50,
  },
  'STR-3 windows hold what came in time': { plans: crashPlans(['hopping', 'sliding', 'sessions']), runs: 50 },
  'STR-4 windows go out when they have closed': { plans: crashPlans(['suppressed', 'onClose']), runs: 50 },
  'STR-5 streams are joined with what is near, or with nothing when nothing can come any more': {
    plans: crashPlans(['innerJoin', 'leftJoin', 'outerJoin']),
    runs: 50,
  },
  'STR-6 streams are joined with the rows of their turn, or of their time': {
    plans: crashPlans(['enriched', 'asOf']),
    runs: 50,
  },
  'STR-7 joined tables are at rest the join of what their topics hold': {
    plans: crashPlans(['tables', 'foreignKey']),
    runs: 50,
  },
  'STR-8 STR-12 all that came goes out, in the order of each key': { plans: crashPlans(['stateless']), runs: 50 },
  'STR-11 what is read again is passed on again': { plans: crashPlans(['changes']), runs: 50 },
  'STR-13 only windows that have closed are forgotten': { plans: crashPlans(['kept']), runs: 50 },
  'STR-1 STR-2 STR-3 STR-4 while instances come and go and none crashes, each record counts once': {
    plans: peacefulPlans(['count', 'stateless', 'sets', 'shortSessions', 'suppressed']),
    runs: 30,
  },
};
