import { describe, expect, test } from 'vitest';
import { busyPlans } from '../group-plan.js';
import * as rules from '../group-rules.js';
import { runPlan, type Variation } from '../group-run.js';
import { counterexample } from '../replay.js';
import { forgetsCommits, givesNothingToTheRest, givesOneShareToAll, startsOneTooFar } from './broken-groups.js';
import { appendsLater, ignoresKeys, losesProduces, LyingDisk, skipsBatches } from './broken-logs.js';

interface Mutant {
  readonly rule: rules.Rule;
  /** What is broken. */
  readonly variation: Variation;
  readonly found: RegExp;
}

const mutants: Readonly<Record<string, Mutant>> = {
  'LOG-12 a broker that appends some batches after later ones': {
    rule: rules.logKeepsSendOrder,
    variation: { broker: appendsLater },
    found: /LOG-12 is broken/,
  },
  'LOG-12 a partitioner that pays no attention to keys': {
    rule: rules.perKeyOrder,
    variation: { partitioner: ignoresKeys },
    found: /LOG-12 is broken: of key . \d+ was finished before/,
  },
  'GRC-1 a coordinator that gives one share to all members': {
    rule: rules.oneOwnerAtMost,
    variation: { broker: givesOneShareToAll },
    found: /GRC-1 is broken: double-ownership/,
  },
  'GRC-2 a coordinator that gives some members nothing': {
    rule: rules.everyPartitionOwned,
    variation: { broker: givesNothingToTheRest },
    found: /GRC-2 is broken/,
  },
  'GRC-4 a broker that forgets commits': {
    rule: rules.startsAtTheCommit,
    variation: { broker: forgetsCommits },
    found: /GRC-4 is broken: start-mismatch/,
  },
  'GRC-4 a broker that is one record off': {
    rule: rules.startsAtTheCommit,
    variation: { broker: startsOneTooFar },
    found: /GRC-4 is broken: start-mismatch/,
  },
  'GRC-5 a member that commits too late for at most once': {
    rule: rules.atMostOnce,
    variation: { commits: 'after-processing' },
    found: /GRC-5 is broken: member-\d+ processed the record \d@\d+ again/,
  },
  'GRC-5 a member that commits too early for at least once': {
    rule: rules.atLeastOnce,
    variation: { commits: 'before-processing' },
    found: /GRC-5 is broken: the values .* were committed and never processed/,
  },
  'the history over a disk that says too early that all is safe': {
    rule: rules.historyIsSound,
    variation: { storage: () => new LyingDisk() },
    // Records and commits are lost alike; which of them shows first is chance.
    found:
      /the history is broken: (inconsistent-offsets|lost-write|unseen|nonmonotonic-poll|start-mismatch|commit-regression|committed-vanished|durable-loss)/,
  },
  'the history of a broker that loses what it acknowledged': {
    rule: rules.historyIsSound,
    variation: { broker: losesProduces },
    found: /the history is broken: (inconsistent-offsets|lost-write|unseen)/,
  },
  'the history of a broker that forgets commits': {
    rule: rules.historyIsSound,
    variation: { broker: forgetsCommits },
    found: /the history is broken: commit-regression/,
  },
  'the history of a broker that leaves batches out of its answers': {
    rule: rules.historyIsSound,
    variation: { broker: skipsBatches },
    found: /the history is broken: (poll-skip|lost-write|unseen)/,
  },
};

describe('each rule is broken by its mutant, and the property finds it', () => {
  test.each(Object.entries(mutants))('%s', { timeout: 120_000 }, async (_, { rule, variation, found }) => {
    expect(await counterexample(busyPlans, async (plan) => rule(await runPlan(plan, variation)), 60)).toMatch(found);
  });
});
