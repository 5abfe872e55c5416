import type { GroupRunSpec, GroupRunStep, RunGroup } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, type GroupQuestion, type GroupScenario } from '../group-outcome.js';

export type StepId =
  | 'drain'
  | 'left'
  | 'run-drain'
  | 'saw-drain'
  | 'newcomer'
  | 'run-newcomer'
  | 'saw-newcomer'
  | 'rewind'
  | 'run-rewind'
  | 'saw-rewind'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'left' | 'saw-drain' | 'newcomer' | 'saw-newcomer' | 'rewind' | 'saw-rewind' | 'guarantee';

const second = 1000;
export const first = 'billing';
export const later = 'audit';
export const recordCount = 6;
const drainedAtMs = 8 * second;
const newcomerAtMs = 9 * second;
const newcomerDoneAtMs = 15 * second;
export const rewindAtMs = 16 * second;
export const endsAtMs = 25 * second;

const reading = (group: string): RunGroup => ({
  group,
  topic: 'orders',
  protocol: 'eager',
  autoOffsetReset: 'earliest',
  commits: 'each',
  sessionTimeoutMs: 6 * second,
  heartbeatIntervalMs: second,
  members: [{ member: `${group}-1`, handlingMs: 400 }],
});

/** Six records; one group reads them all, another comes later, and then the first is set back to the beginning. */
export const readAgainSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'orders', partitions: 1, keyed: true }],
  groups: [reading(first), reading(later)],
  script: [
    { atMs: 0, does: 'start', member: `${first}-1` },
    ...Array.from({ length: recordCount }, (_, index): GroupRunStep => {
      const key = `order-${index + 1}`;
      return { atMs: second + index * 700, does: 'send', key, value: `${key} placed` };
    }),
    { atMs: newcomerAtMs, does: 'start', member: `${later}-1` },
    { atMs: newcomerDoneAtMs - second, does: 'stop', member: `${first}-1` },
    { atMs: rewindAtMs, does: 'reset-offsets', group: first, to: { kind: 'earliest' } },
    { atMs: rewindAtMs + second, does: 'start', member: `${first}-1` },
  ],
  endsAtMs,
};

/** Scenario 2: reading moves a cursor; it takes nothing out of the log. */
export function readAgain(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'read-again',
    spec: readAgainSpec,
    steps: [
      { id: 'drain', phase: 'set-up' },
      { id: 'left', phase: 'predict', question: 'left' },
      { id: 'run-drain', phase: 'run', untilMs: drainedAtMs },
      { id: 'saw-drain', phase: 'observe', question: 'saw-drain' },
      { id: 'newcomer', phase: 'predict', question: 'newcomer' },
      { id: 'run-newcomer', phase: 'run', untilMs: newcomerDoneAtMs },
      { id: 'saw-newcomer', phase: 'observe', question: 'saw-newcomer' },
      { id: 'rewind', phase: 'predict', question: 'rewind' },
      { id: 'run-rewind', phase: 'run' },
      { id: 'saw-rewind', phase: 'observe', question: 'saw-rewind' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      left,
      'saw-drain': sawDrain,
      newcomer,
      'saw-newcomer': sawNewcomer,
      rewind,
      'saw-rewind': sawRewind,
      guarantee,
    },
    variations: [{ setting: 'auto.offset.reset', group: later }, { setting: 'handling' }],
    isOffsetDragged: true,
    challenge: {
      isMet: (outcome) => outcome.finished && groupOf(outcome, later).handledRecords.length < recordCount,
      hintAfter: 3,
    },
  };
}

/** How many records the log holds, from a view of the run. */
export function storedCount({ topics }: GroupRunView): number {
  return topics.reduce(
    (sum, { partitions }) =>
      sum + partitions.reduce((count, { logStartOffset, logEndOffset }) => count + logEndOffset - logStartOffset, 0),
    0,
  );
}

const left: GroupQuestion = {
  kind: 'prediction',
  options: () =>
    [0, recordCount].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === 0 ? { misconception: 'M1' as const } : {}),
      holds: (outcome: GroupRunView) => storedCount(outcome) === count,
    })),
};

/** When a group had committed the end of the log for the first time. */
export function drainedAt(view: GroupRunView, group: string): number | undefined {
  return groupOf(view, group).commits.find(({ offset }) => offset === recordCount)?.atMs;
}

const sawDrain: GroupQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'emptied', values: [], misconception: 'M1', holds: (outcome) => storedCount(outcome) === 0 },
    {
      id: 'cursor',
      values: [],
      holds: (outcome) => storedCount(outcome) === recordCount && drainedAt(outcome, first) !== undefined,
    },
    {
      id: 'marked',
      values: [],
      misconception: 'M1',
      holds: (outcome) =>
        outcome.topics.some(({ partitions }) => partitions.some(({ cells }) => cells.length !== recordCount)),
    },
  ],
};

const newcomer: GroupQuestion = {
  kind: 'prediction',
  options: () =>
    [0, recordCount].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === 0 ? { misconception: 'M1' as const } : {}),
      holds: (outcome: GroupRunView) => groupOf(outcome, later).handledRecords.length === count,
    })),
};

const sawNewcomer: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'two-cursors',
      values: [],
      holds: (outcome) => drainedAt(outcome, first) !== undefined && drainedAt(outcome, later) !== undefined,
    },
    {
      id: 'one-cursor',
      values: [],
      misconception: 'M2',
      holds: (outcome) => groupOf(outcome, later).handledCount === 0,
    },
    {
      id: 'disturbed',
      values: [],
      misconception: 'M2',
      holds: (outcome) =>
        groupOf(outcome, first).members.some(({ handlings }) =>
          handlings.some(({ attempt, fromMs }) => attempt > 1 && fromMs < rewindAtMs),
        ),
    },
  ],
};

/** Who reads again when one group is set back. */
const rewind: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'nobody', values: [], misconception: 'M1', holds: (outcome) => !readsAgain(outcome, first) },
    { id: 'both', values: [], misconception: 'M2', holds: (outcome) => readsAgain(outcome, later) },
    { id: 'first', values: [], holds: (outcome) => readsAgain(outcome, first) && !readsAgain(outcome, later) },
  ],
};

function readsAgain(view: GroupRunView, group: string): boolean {
  const { handledCount, handledRecords } = groupOf(view, group);
  return handledCount > handledRecords.length;
}

const sawRewind: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'appended',
      values: [],
      misconception: 'M1',
      holds: (outcome) => storedCount(outcome) > recordCount,
    },
    {
      id: 'same-log',
      values: [],
      holds: (outcome) => storedCount(outcome) === recordCount && readsAgain(outcome, first),
    },
  ],
};

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    { id: 'read', values: [], misconception: 'M1', holds: () => false, trial: (spec) => spec },
    {
      id: 'commit',
      values: [],
      misconception: 'M1',
      holds: () => false,
      trial: (spec) => ({
        ...spec,
        script: spec.script.map((step) =>
          step.does === 'reset-offsets' ? { ...step, to: { kind: 'latest' as const } } : step,
        ),
      }),
    },
    {
      id: 'delete',
      values: [recordCount],
      holds: () => true,
      trial: (spec) => ({
        ...spec,
        script: spec.script.map((step) =>
          step.does === 'reset-offsets'
            ? {
                atMs: step.atMs,
                does: 'delete-records' as const,
                topic: 'orders',
                partition: 0,
                beforeOffset: recordCount,
              }
            : step,
        ),
      }),
    },
  ],
};
