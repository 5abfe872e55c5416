import type { GroupRunSpec, GroupRunStep, RunCommits, RunGroup } from '../../../engine/scenario/group-run-spec.js';
import type { GroupBandView, GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { alone, groupOf, type GroupQuestion, type GroupScenario, repeatsOf, withGroup } from '../group-outcome.js';

export type StepId =
  | 'loop'
  | 'first'
  | 'run-first'
  | 'saw-first'
  | 'after'
  | 'run-after'
  | 'saw-after'
  | 'auto'
  | 'run-auto'
  | 'saw-auto'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'first' | 'saw-first' | 'after' | 'saw-after' | 'auto' | 'saw-auto' | 'guarantee';

const second = 1000;
export const recordCount = 5;
export const crashesAfter = 3;
export const startsAtMs = second;
export const restartsAtMs = 6 * second;
export const endsAtMs = 22 * second;
export const sessionMs = 6 * second;

/** The same loop three times: it commits before it handles, after it, or leaves it to the consumer. */
export const commitFirst = 'commit-first';
export const processFirst = 'process-first';
export const autoCommit = 'auto-commit';

const looping = (group: string, commits: RunCommits): RunGroup => ({
  group,
  topic: 'orders',
  protocol: 'eager',
  autoOffsetReset: 'earliest',
  commits,
  sessionTimeoutMs: sessionMs,
  heartbeatIntervalMs: second,
  members: [{ member: `${group}-1`, handlingMs: second, crashesAfter }],
});

const groups = [
  looping(commitFirst, 'before-handling'),
  looping(processFirst, 'after-handling'),
  looping(autoCommit, 'auto'),
];

/** Five records, polled at once; the process dies when it has handled three, and is started again. */
export const crashSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'orders', partitions: 1, keyed: true }],
  groups,
  script: [
    ...Array.from({ length: recordCount }, (_, index): GroupRunStep => {
      const key = `order-${index + 1}`;
      return { atMs: index * 100, does: 'send', key, value: `${key} paid` };
    }),
    ...[startsAtMs, restartsAtMs].flatMap((atMs) =>
      groups.map(({ group }): GroupRunStep => ({ atMs, does: 'start', member: `${group}-1` })),
    ),
  ],
  endsAtMs,
};

/** Scenario 9: what a crash loses and what it repeats depends on which of two lines comes first. */
export function crash(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'crash',
    spec: crashSpec,
    steps: [
      { id: 'loop', phase: 'set-up', groups: [commitFirst] },
      { id: 'first', phase: 'predict', question: 'first', groups: [commitFirst] },
      { id: 'run-first', phase: 'run', groups: [commitFirst] },
      { id: 'saw-first', phase: 'observe', question: 'saw-first', groups: [commitFirst] },
      { id: 'after', phase: 'predict', question: 'after', groups: [processFirst] },
      { id: 'run-after', phase: 'run', groups: [processFirst] },
      { id: 'saw-after', phase: 'observe', question: 'saw-after', groups: [processFirst] },
      { id: 'auto', phase: 'predict', question: 'auto', groups: [autoCommit] },
      { id: 'run-auto', phase: 'run', groups: [autoCommit] },
      { id: 'saw-auto', phase: 'observe', question: 'saw-auto', groups: [autoCommit] },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      first: calls(commitFirst),
      'saw-first': saw(commitFirst),
      after: calls(processFirst),
      'saw-after': saw(processFirst),
      auto: calls(autoCommit),
      'saw-auto': saw(autoCommit),
      guarantee,
    },
    variations: [
      { setting: 'commits', group: processFirst },
      { setting: 'max.poll.records' },
      { setting: 'auto.commit.interval.ms', group: autoCommit },
      { setting: 'session.timeout.ms' },
    ],
    challenge: {
      isMet: (outcome) =>
        outcome.finished && lostOf(groupOf(outcome, processFirst)) === 0 && repeatsOf(outcome, processFirst) <= 1,
      hintAfter: 3,
    },
  };
}

/** How many records the group's process had handled when it died. */
export function handledBeforeDeath(outcome: GroupRunView, group: string): number {
  const [process] = groupOf(outcome, group).members;
  const diedMs = process?.lives[0]?.toMs;
  if (process === undefined || diedMs === undefined) return 0;
  return process.handlings.filter(({ toMs, isCutShort }) => !isCutShort && toMs !== undefined && toMs <= diedMs).length;
}

/** How many of the records a group has never handled. */
export function lostOf({ handledRecords }: GroupBandView): number {
  return recordCount - handledRecords.length;
}

/** How often the code of a group was called in all. */
function calls(group: string): GroupQuestion {
  return {
    kind: 'prediction',
    options: () =>
      [crashesAfter, recordCount, recordCount + crashesAfter].map((count) => ({
        id: String(count),
        values: [count],
        ...(count === recordCount || (count === crashesAfter) === (group !== commitFirst)
          ? { misconception: 'M11' as const }
          : {}),
        holds: (outcome: GroupRunView) => groupOf(outcome, group).handledCount === count,
      })),
  };
}

function saw(group: string): GroupQuestion {
  return {
    kind: 'observation',
    options: () => [
      { id: 'lost', values: [], holds: (outcome) => lostOf(groupOf(outcome, group)) > 0 },
      {
        id: 'exactly',
        values: [],
        misconception: 'M11',
        holds: (outcome) => lostOf(groupOf(outcome, group)) === 0 && repeatsOf(outcome, group) === 0,
      },
      { id: 'repeated', values: [], holds: (outcome) => repeatsOf(outcome, group) > 0 },
    ],
  };
}

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'each',
      values: [],
      misconception: 'M11',
      holds: () => false,
      trial: (spec) =>
        alone(
          withGroup(spec, processFirst, (each) => ({ ...each, commits: 'each' })),
          processFirst,
        ),
    },
    {
      id: 'auto-often',
      values: [100],
      misconception: 'M11',
      holds: () => false,
      trial: (spec) =>
        alone(
          withGroup(spec, autoCommit, (each) => ({ ...each, autoCommitIntervalMs: 100 })),
          autoCommit,
        ),
    },
    { id: 'upsert', values: [], holds: () => true, trial: (spec) => alone(spec, processFirst) },
  ],
};
