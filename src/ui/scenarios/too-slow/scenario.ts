import type { GroupRunSpec, GroupRunStep } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, memberOf, repeatsOf, withGroup, type GroupQuestion, type GroupScenario } from '../group-outcome.js';

export type StepId =
  | 'slow'
  | 'stays'
  | 'run-out'
  | 'saw-out'
  | 'commit'
  | 'run-commit'
  | 'saw-commit'
  | 'progress'
  | 'run-storm'
  | 'saw-storm'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'stays' | 'saw-out' | 'commit' | 'saw-commit' | 'progress' | 'saw-storm' | 'guarantee';

const second = 1000;
export const group = 'A';
export const slow = 'A-1';
/** The partition whose records take too long, all together. */
export const busyPartition = 0;
export const recordCount = 6;
export const handlingMs = 1_500;
export const maxPollIntervalMs = 6 * second;
export const endsAtMs = 48 * second;
const startsAtMs = 2 * second;

/** Six records in one partition, 1.5 s each, from one poll: 9 s; and a poll is expected every 6 s. */
export const tooSlowSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'reports', partitions: 2, keyed: true }],
  groups: [
    {
      group,
      topic: 'reports',
      protocol: 'eager',
      autoOffsetReset: 'earliest',
      commits: 'after-handling',
      sessionTimeoutMs: 6 * second,
      heartbeatIntervalMs: second,
      maxPollIntervalMs,
      members: [
        { member: slow, handlingMs },
        { member: 'A-2', handlingMs },
      ],
    },
  ],
  script: [
    { atMs: 0, does: 'start', member: slow },
    { atMs: 100, does: 'start', member: 'A-2' },
    // order-1 lies in p0, order-2 in p1 (murmur2, two partitions).
    ...Array.from({ length: recordCount }, (_, index): GroupRunStep => {
      return { atMs: startsAtMs, does: 'send', key: 'order-1', value: `report ${index + 1}` };
    }),
    { atMs: startsAtMs, does: 'send', key: 'order-2', value: 'report 7' },
  ],
  endsAtMs,
};

/** When it is asked whether the slow member is still in the group, and when it has committed. */
export const outAtMs = 9 * second;
export const committedAtMs = 12 * second;

/** Scenario 10: heartbeats say that a process lives, polls that it gets on. */
export function tooSlow(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'too-slow',
    spec: tooSlowSpec,
    steps: [
      { id: 'slow', phase: 'set-up' },
      { id: 'stays', phase: 'predict', question: 'stays' },
      { id: 'run-out', phase: 'run', untilMs: outAtMs },
      { id: 'saw-out', phase: 'observe', question: 'saw-out' },
      { id: 'commit', phase: 'predict', question: 'commit' },
      { id: 'run-commit', phase: 'run', untilMs: committedAtMs },
      { id: 'saw-commit', phase: 'observe', question: 'saw-commit' },
      { id: 'progress', phase: 'predict', question: 'progress' },
      { id: 'run-storm', phase: 'run' },
      { id: 'saw-storm', phase: 'observe', question: 'saw-storm' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      stays,
      'saw-out': sawOut,
      commit,
      'saw-commit': sawCommit,
      progress,
      'saw-storm': sawStorm,
      guarantee,
    },
    variations: [
      { setting: 'max.poll.records' },
      { setting: 'max.poll.interval.ms' },
      { setting: 'session.timeout.ms' },
      { setting: 'heartbeat.interval.ms' },
      { setting: 'commits' },
      { setting: 'handling' },
    ],
    challenge: {
      isMet: (outcome, spec) =>
        outcome.finished &&
        isDone(outcome) &&
        repeatsOf(outcome, group) === 0 &&
        spec.groups.every((each) => each.maxPollIntervalMs === maxPollIntervalMs),
      hintAfter: 3,
    },
  };
}

/** Whether everything is handled and committed in the end. */
export function isDone(view: GroupRunView): boolean {
  return groupOf(view, group).partitions.every(({ lag }) => lag === 0);
}

/** How many offsets of the busy partition are committed. */
export function committedCount(view: GroupRunView): number {
  return groupOf(view, group).partitions[busyPartition]?.committed ?? 0;
}

/** How often a member was out of the group. */
export function removalsOf(view: GroupRunView): number {
  return groupOf(view, group).members.reduce((count, { removals }) => count + removals.length, 0);
}

const isOut = (view: GroupRunView): boolean => memberOf(view, slow).removals.some(({ atMs }) => atMs < outAtMs);

const stays: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'heartbeats', values: [], misconception: 'M12', holds: (outcome) => !isOut(outcome) },
    { id: 'out', values: [], holds: isOut },
    {
      id: 'stopped',
      values: [],
      misconception: 'M12',
      holds: (outcome) => memberOf(outcome, slow).lives.some(({ end }) => end !== undefined),
    },
  ],
};

const sawOut: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'session',
      values: [],
      misconception: 'M12',
      holds: (outcome) => memberOf(outcome, slow).removals.some(({ reason }) => reason === 'session-expired'),
    },
    {
      id: 'left',
      values: [],
      holds: (outcome) => memberOf(outcome, slow).removals.some(({ reason }) => reason === 'left'),
    },
    {
      id: 'interrupted',
      values: [],
      misconception: 'M12',
      holds: (outcome) =>
        memberOf(outcome, slow)
          .handlings.slice(0, recordCount)
          .some(({ isCutShort }) => isCutShort),
    },
  ],
};

const firstCommit = (view: GroupRunView) => groupOf(view, group).commits.find(({ member }) => member === slow);

/** With what the slow member's first commit was refused; undefined if it was accepted. */
export function refusalOf(view: GroupRunView): string | undefined {
  return firstCommit(view)?.refused;
}

const commit: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'accepted', values: [], misconception: 'M12', holds: (outcome) => refusalOf(outcome) === undefined },
    { id: 'refused', values: [], holds: (outcome) => refusalOf(outcome) !== undefined },
  ],
};

const sawCommit: GroupQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'once', values: [], misconception: 'M12', holds: (outcome) => repeatsOf(outcome, group) === 0 },
    {
      id: 'twice',
      values: [],
      holds: (outcome) =>
        memberOf(outcome, 'A-2').handlings.some(
          ({ partition, attempt, fromMs }) => partition === busyPartition && attempt > 1 && fromMs < committedAtMs,
        ),
    },
    {
      id: 'rest',
      values: [],
      misconception: 'M12',
      holds: (outcome) =>
        memberOf(outcome, 'A-2').handlings.find(({ partition }) => partition === busyPartition)?.offset !== 0,
    },
  ],
};

/** How many of the six are committed in the end: a number is typed in. */
const progress: GroupQuestion = {
  kind: 'prediction',
  answeredBy: 'number',
  options: (_, outcome) => {
    const right = committedCount(outcome);
    return [...new Set([right, 2, 4, recordCount])].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === right ? {} : { misconception: 'M12' as const }),
      holds: (view: GroupRunView) => committedCount(view) === count,
    }));
  },
};

const sawStorm: GroupQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'settles', values: [], misconception: 'M13', holds: (outcome) => removalsOf(outcome) <= 2 },
    { id: 'storm', values: [], holds: (outcome) => removalsOf(outcome) > 2 && committedCount(outcome) === 0 },
    { id: 'slowly', values: [], misconception: 'M12', holds: (outcome) => committedCount(outcome) > 0 },
  ],
};

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'heartbeat',
      values: [200],
      misconception: 'M12',
      holds: () => false,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, heartbeatIntervalMs: 200 })),
    },
    {
      id: 'session',
      values: [30],
      misconception: 'M12',
      holds: () => false,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, sessionTimeoutMs: 30 * second })),
    },
    {
      id: 'records',
      values: [2],
      holds: () => true,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, maxPollRecords: 2 })),
    },
    {
      id: 'interval',
      values: [15],
      holds: () => true,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, maxPollIntervalMs: 15 * second })),
    },
  ],
};
