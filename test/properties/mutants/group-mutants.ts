import fc from 'fast-check';
import { searchProperty, type Mutant } from '../../mutants/mutant.js';
import { busyPlans } from '../group-plan.js';
import * as rules from '../group-rules.js';
import { runPlan, type Variation } from '../group-run.js';
import { forgetsCommits, givesNothingToTheRest, givesOneShareToAll, startsOneTooFar } from './broken-groups.js';
import { appendsLater, ignoresKeys, losesProduces, LyingDisk, skipsBatches } from './broken-logs.js';

function groupMutant({
  rule,
  variation,
  ...mutant
}: Omit<Mutant, 'search'> & { readonly rule: rules.Rule; readonly variation: Variation }): Mutant {
  const property = fc.asyncProperty(busyPlans, async (plan) => rule(await runPlan(plan, variation)));
  return { ...mutant, search: () => searchProperty(property, 60) };
}

/** What the rules of consumer groups must find. */
export const groupMutants: readonly Mutant[] = [
  groupMutant({
    property: 'LOG-12',
    breaks: 'a broker that appends some batches after later ones',
    says: /LOG-12 is broken/,
    rule: rules.logKeepsSendOrder,
    variation: { broker: appendsLater },
  }),
  groupMutant({
    property: 'LOG-12',
    breaks: 'a partitioner that pays no attention to keys',
    says: /LOG-12 is broken: of key . \d+ was finished before/,
    rule: rules.perKeyOrder,
    variation: { partitioner: ignoresKeys },
  }),
  groupMutant({
    property: 'GRC-1',
    breaks: 'a coordinator that gives one share to all members',
    says: /GRC-1 is broken: double-ownership/,
    rule: rules.oneOwnerAtMost,
    variation: { broker: givesOneShareToAll },
  }),
  groupMutant({
    property: 'GRC-2',
    breaks: 'a coordinator that gives some members nothing',
    says: /GRC-2 is broken/,
    rule: rules.everyPartitionOwned,
    variation: { broker: givesNothingToTheRest },
  }),
  groupMutant({
    property: 'GRC-4',
    breaks: 'a broker that forgets commits',
    says: /GRC-4 is broken: start-mismatch/,
    rule: rules.startsAtTheCommit,
    variation: { broker: forgetsCommits },
  }),
  groupMutant({
    property: 'GRC-4',
    breaks: 'a broker that is one record off',
    says: /GRC-4 is broken: start-mismatch/,
    rule: rules.startsAtTheCommit,
    variation: { broker: startsOneTooFar },
  }),
  groupMutant({
    property: 'GRC-5',
    breaks: 'a member that commits too late for at most once',
    says: /GRC-5 is broken: member-\d+ processed the record \d@\d+ again/,
    rule: rules.atMostOnce,
    variation: { commits: 'after-processing' },
  }),
  groupMutant({
    property: 'GRC-5',
    breaks: 'a member that commits too early for at least once',
    says: /GRC-5 is broken: the values .* were committed and never processed/,
    rule: rules.atLeastOnce,
    variation: { commits: 'before-processing' },
  }),
  groupMutant({
    property: 'history',
    breaks: 'a disk that says too early that all is safe',
    // Records and commits are lost alike; which of them shows first is chance.
    says: /the history is broken: (inconsistent-offsets|lost-write|unseen|nonmonotonic-poll|start-mismatch|commit-regression|committed-vanished|durable-loss)/,
    rule: rules.historyIsSound,
    variation: { storage: () => new LyingDisk() },
  }),
  groupMutant({
    property: 'history',
    breaks: 'a broker that loses what it acknowledged',
    says: /the history is broken: (inconsistent-offsets|lost-write|unseen)/,
    rule: rules.historyIsSound,
    variation: { broker: losesProduces },
  }),
  groupMutant({
    property: 'history',
    breaks: 'a broker that forgets commits',
    says: /the history is broken: commit-regression/,
    rule: rules.historyIsSound,
    variation: { broker: forgetsCommits },
  }),
  groupMutant({
    property: 'history',
    breaks: 'a broker that leaves batches out of its answers',
    says: /the history is broken: (poll-skip|lost-write|unseen)/,
    rule: rules.historyIsSound,
    variation: { broker: skipsBatches },
  }),
];
