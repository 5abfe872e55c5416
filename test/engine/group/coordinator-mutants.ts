import fc from 'fast-check';
import type { Assignor } from '../../../src/engine/client/assignors/assignor.js';
import { cooperativeStickyAssignor } from '../../../src/engine/client/assignors/cooperative-sticky.js';
import { consumerCommitError } from '../../../src/engine/group/consumer/commit.js';
import { decideConsumerHeartbeat } from '../../../src/engine/group/consumer/heartbeat.js';
import { answeredOnly } from '../../../src/engine/group/decision.js';
import { ConsumerGroup } from '../../../src/engine/group/consumer/consumer-group.js';
import { decideOffsetCommit } from '../../../src/engine/group/offset-commit.js';
import { decideOffsetExpiry } from '../../../src/engine/group/offset-expiry.js';
import { searchOnce, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { claimRule } from '../client/assignors/claim-rule.js';
import { ClassicLife, classicSteps, type ClassicMutation, type ClassicStep } from './classic-life.js';
import { commitRule, leaveRule } from './consumer/protocol-life.js';

const numRuns = 400;

/** Looks for a life of a classic group that breaks a rule. */
function inLives(isIncremental: boolean, mutation: ClassicMutation): Mutant['search'] {
  const property = fc.property(classicSteps, (plan) => {
    const life = new ClassicLife(isIncremental, mutation);
    for (const step of plan) life.take(step);
  });
  return () => searchProperty(property, numRuns);
}

/** A static member sleeps through a rebalance, which takes a partition from it, and wakes up: chance alone seldom brings that about. */
const sleepsThroughARebalance: readonly ClassicStep[] = [
  { do: 'act', who: 0 },
  { do: 'pass', ms: 100 },
  { do: 'act', who: 0 },
  { do: 'act', who: 0 },
  { do: 'act', who: 0 },
  { do: 'poll', who: 0 },
  { do: 'act', who: 2 },
  { do: 'act', who: 2 },
  { do: 'pass', ms: 20_000 },
  { do: 'act', who: 2 },
  { do: 'act', who: 2 },
  { do: 'act', who: 2 },
  { do: 'poll', who: 2 },
  { do: 'poll', who: 2 },
  { do: 'commit', who: 2 },
  { do: 'commit', who: 0 },
  { do: 'act', who: 0 },
];

/** Plays that one life. */
export function wakeUp(isIncremental: boolean, mutation: ClassicMutation = {}): ClassicLife {
  const life = new ClassicLife(isIncremental, mutation);
  for (const step of sleepsThroughARebalance) life.take(step);
  return life;
}

const once = (isIncremental: boolean, mutation: ClassicMutation): Mutant['search'] => {
  return () => searchOnce(() => Promise.resolve().then(() => wakeUp(isIncremental, mutation)));
};

/** An assignor that takes the oldest claims to own a partition for the true ones. */
const believesOldClaims: Assignor = {
  ...cooperativeStickyAssignor,
  assign: (partitions, members) =>
    cooperativeStickyAssignor.assign(
      partitions,
      members.map((member) => ({ ...member, generationId: 100 - member.generationId })),
    ),
};

/** An assignor that hands out at once what somebody else has still to give up. */
const doesNotWait: Assignor = {
  ...cooperativeStickyAssignor,
  assign: (partitions, members) =>
    cooperativeStickyAssignor.assign(
      partitions,
      members.map((member) => ({ ...member, owned: new Map() })),
    ),
};

/** What the rules of groups must find when it is broken in the coordinator, or in those who share its partitions out. */
export const coordinatorMutants: readonly Mutant[] = [
  {
    property: 'GRC-8',
    breaks: 'a coordinator that takes offsets without an expiry of their own for expired once it has read them back',
    says: /GRC-8 is broken: the commit of .* has gone/,
    bugs: [28],
    search: inLives(false, {
      rules: {
        readBack: (record) =>
          record.kind === 'offset-commit' && record.value !== null
            ? { ...record, value: { ...record.value, expireTimestamp: 0 } }
            : record,
      },
    }),
  },
  {
    property: 'GRC-8',
    breaks: 'a coordinator that deletes offsets while the group rebalances',
    says: /GRC-8 is broken: the commit of .* has gone, but the group is (PreparingRebalance|CompletingRebalance)/,
    bugs: [29],
    search: inLives(false, {
      rules: {
        expire: (group, stored, retention, now) => {
          const isBetween = !(group instanceof ConsumerGroup) && !['Stable', 'Empty'].includes(group.state);
          const seen = isBetween ? { ...group, state: 'Stable' as const, subscribedTopics: new Set<string>() } : group;
          return decideOffsetExpiry(seen, stored, retention, now);
        },
      },
    }),
  },
  {
    property: 'GRC-6',
    breaks: 'a coordinator that takes commits of any generation, of members that have lost their partitions',
    says: /GRC-6 is broken: the commit of .* fell/,
    bugs: [43],
    search: once(false, {
      rules: {
        commit: (group, request, config, now) =>
          decideOffsetCommit(group, { ...request, generationId: group?.generationId ?? -1 }, config, now),
      },
    }),
  },
  {
    property: 'GRC-10',
    breaks: 'a coordinator that takes commits of a static member whose place another has taken',
    says: /GRC-10 is broken: .* could commit/,
    search: inLives(false, {
      rules: {
        commit: (group, request, config, now) => {
          const instance = request.groupInstanceId;
          const memberId = (instance !== null && group?.staticMembers.get(instance)) || request.memberId;
          return decideOffsetCommit(group, { ...request, memberId }, config, now);
        },
      },
    }),
  },
  {
    property: 'GRI-5',
    breaks: 'a member that goes on with what it had though it has missed a generation',
    says: /GRC-1 is broken/,
    bugs: [33],
    search: once(true, { member: { keepsWhatItMissed: true } }),
  },
  {
    property: 'GRI-4',
    breaks: 'an assignor that takes the oldest claims to own a partition for the true ones',
    says: /GRI-4 is broken/,
    bugs: [33],
    search: () => searchProperty(claimRule(believesOldClaims), numRuns),
  },
  {
    property: 'GRI-3',
    breaks: 'an assignor that hands out what somebody else has still to give up',
    says: /(GRI-2|GRI-3) is broken/,
    search: inLives(true, { member: { assignor: doesNotWait } }),
  },
  {
    property: 'GRN-5',
    breaks: 'a coordinator that fences commits by the epoch of the member, not of the partition',
    says: /GRN-5 is broken: .* was answered STALE_MEMBER_EPOCH, expected undefined/,
    bugs: [34],
    search: () =>
      searchProperty(
        commitRule((group, commit) =>
          group.members.get(commit.memberId)?.memberEpoch === commit.memberEpoch
            ? consumerCommitError(group, commit)
            : 'STALE_MEMBER_EPOCH',
        ),
        numRuns,
      ),
  },
  {
    property: 'GRN-5',
    breaks: 'a coordinator that takes commits of any earlier epoch, of whoever had the partition',
    says: /GRN-5 is broken: .* was answered undefined, expected STALE_MEMBER_EPOCH/,
    bugs: [34],
    search: () =>
      searchProperty(
        commitRule((group, commit) => {
          const member = group.members.get(commit.memberId);
          return member !== undefined && commit.memberEpoch < member.memberEpoch
            ? undefined
            : consumerCommitError(group, commit);
        }),
        numRuns,
      ),
  },
  {
    property: 'GRN-9',
    breaks: 'a coordinator that takes leaving for a while for leaving',
    says: /GRN-9 is broken: m\d leaves: undefined, expected -2/,
    search: () =>
      searchProperty(
        leaveRule((known, request, ...context) =>
          decideConsumerHeartbeat(known, { ...request, memberEpoch: Math.max(request.memberEpoch, -1) }, ...context),
        ),
        numRuns,
      ),
  },
  {
    property: 'GRN-9',
    breaks: 'a coordinator that lets whoever comes in the name of a static member begin anew',
    says: /GRN-9 is broken: who comes in its name/,
    search: () =>
      searchProperty(
        leaveRule((known, request, ...context) => {
          const isAgain = request.memberId.endsWith('-again');
          return decideConsumerHeartbeat(known, isAgain ? { ...request, instanceId: null } : request, ...context);
        }),
        numRuns,
      ),
  },
  {
    property: 'GRN-9',
    breaks: 'a coordinator that keeps the place of whoever leaves until its session is over',
    says: /GRN-9 is broken: m\d leaves: \d+, expected undefined/,
    search: () =>
      searchProperty(
        leaveRule((known, request, ...context) => {
          const { memberId, memberEpoch } = request;
          return memberEpoch === -1
            ? answeredOnly({ memberId, memberEpoch, heartbeatIntervalMs: 5000, assignment: null })
            : decideConsumerHeartbeat(known, request, ...context);
        }),
        numRuns,
      ),
  },
];
