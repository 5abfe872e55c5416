import type { GroupRunSpec, GroupRunStep, RunGroup, RunOffsetReset } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, memberOf, withGroup, type GroupQuestion, type GroupScenario } from '../group-outcome.js';

export type StepId =
  | 'groups'
  | 'earliest'
  | 'latest'
  | 'known'
  | 'run-new'
  | 'saw-new'
  | 'none'
  | 'run-none'
  | 'saw-none'
  | 'parked'
  | 'run-parked'
  | 'saw-parked'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  'earliest' | 'latest' | 'known' | 'saw-new' | 'none' | 'saw-none' | 'parked' | 'saw-parked' | 'guarantee';

const second = 1000;
export const newEarliest = 'new-earliest';
export const newLatest = 'new-latest';
export const newNone = 'new-none';
export const known = 'known';
export const parked = 'parked';
export const storedCount = 10;
export const knownOffset = 4;
export const parkedOffset = 3;
export const logStart = 6;
export const startsAtMs = 8 * second;
export const deletedAtMs = 12 * second;
export const backAtMs = 14 * second;
const lastSendsAtMs = 17 * second;
export const endsAtMs = 22 * second;

const reading = (group: string, autoOffsetReset: RunOffsetReset): RunGroup => ({
  group,
  topic: 'orders',
  protocol: 'eager',
  autoOffsetReset,
  commits: 'each',
  maxPollRecords: 1,
  sessionTimeoutMs: 6 * second,
  heartbeatIntervalMs: second,
  members: [{ member: `${group}-1`, handlingMs: 150 }],
});

const send = (index: number, atMs: number): GroupRunStep => ({
  atMs,
  does: 'send',
  key: `order-${(index % 6) + 1}`,
  value: `order #${index}`,
});

/** Ten records; two groups have read some of them, three come new; then the log's start passes what one of them has committed. */
export const resetSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'orders', partitions: 1, keyed: true }],
  groups: [
    reading(newEarliest, 'earliest'),
    reading(newLatest, 'latest'),
    reading(known, 'earliest'),
    reading(newNone, 'none'),
    reading(parked, 'latest'),
  ],
  script: [
    { atMs: 0, does: 'start', member: `${known}-1` } as const,
    { atMs: 0, does: 'start', member: `${parked}-1` } as const,
    ...Array.from({ length: storedCount }, (_, index) => send(index, 3 * second + index * 300)),
    { atMs: 3_800, does: 'stop', member: `${parked}-1` } as const,
    { atMs: 4_100, does: 'stop', member: `${known}-1` } as const,
    ...[newEarliest, newLatest, newNone, known].map((group) => ({
      atMs: startsAtMs,
      does: 'start' as const,
      member: `${group}-1`,
    })),
    { atMs: deletedAtMs, does: 'delete-records', topic: 'orders', partition: 0, beforeOffset: logStart } as const,
    { atMs: backAtMs, does: 'start', member: `${parked}-1` } as const,
    send(storedCount, lastSendsAtMs),
    send(storedCount + 1, lastSendsAtMs + 500),
  ].toSorted((one, other) => one.atMs - other.atMs),
  endsAtMs,
};

const newGroups = [newEarliest, newLatest, known];

/** Scenario 7: `auto.offset.reset` is asked only where there is no usable offset. */
export function reset(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'reset',
    spec: resetSpec,
    steps: [
      { id: 'groups', phase: 'set-up', groups: newGroups },
      { id: 'earliest', phase: 'predict', question: 'earliest', groups: newGroups },
      { id: 'latest', phase: 'predict', question: 'latest', groups: newGroups },
      { id: 'known', phase: 'predict', question: 'known', groups: newGroups },
      { id: 'run-new', phase: 'run', untilMs: deletedAtMs - second, groups: newGroups },
      { id: 'saw-new', phase: 'observe', question: 'saw-new', groups: newGroups },
      { id: 'none', phase: 'predict', question: 'none', groups: [newNone] },
      { id: 'run-none', phase: 'run', untilMs: deletedAtMs - second, groups: [newNone] },
      { id: 'saw-none', phase: 'observe', question: 'saw-none', groups: [newNone] },
      { id: 'parked', phase: 'predict', question: 'parked', groups: [parked] },
      { id: 'run-parked', phase: 'run', groups: [parked] },
      { id: 'saw-parked', phase: 'observe', question: 'saw-parked', groups: [parked] },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      earliest: begins(newEarliest, [0, storedCount]),
      latest: begins(newLatest, [0, storedCount]),
      known: begins(known, [0, knownOffset, storedCount]),
      'saw-new': sawNew,
      none,
      'saw-none': sawNone,
      parked: begins(parked, [parkedOffset, logStart, storedCount]),
      'saw-parked': sawParked,
      guarantee,
    },
    variations: [
      { setting: 'auto.offset.reset', group: parked },
      { setting: 'auto.offset.reset', group: known },
      { setting: 'auto.offset.reset', group: newNone },
    ],
    isOffsetDragged: true,
    challenge: {
      isMet: (outcome) => outcome.finished && beginsAt(outcome, parked) === logStart,
      hintAfter: 3,
    },
  };
}

/** The first offset that a group handled since its last start; undefined if it handled none. */
export function beginsAt(view: GroupRunView, group: string): number | undefined {
  const { lives, handlings } = memberOf(view, `${group}-1`);
  const since = lives.at(-1)?.fromMs ?? 0;
  return handlings.find(({ fromMs }) => fromMs >= since)?.offset;
}

/** The error with which the group's process ended; undefined if it did not fail. */
export function failureOf(view: GroupRunView, group: string): string | undefined {
  return memberOf(view, `${group}-1`).lives.at(-1)?.error?.code;
}

const misconceptions: Readonly<Record<string, 'M8' | 'M9'>> = {
  [newEarliest]: 'M8',
  [newLatest]: 'M9',
  [known]: 'M8',
  [parked]: 'M9',
};

/** The offset with which a group begins. */
function begins(group: string, offsets: readonly number[]): GroupQuestion {
  return {
    kind: 'prediction',
    options: (_, outcome) =>
      offsets.map((offset) => ({
        id: String(offset),
        values: [offset],
        ...(beginsAt(outcome, group) === offset ? {} : { misconception: misconceptions[group] }),
        holds: (view: GroupRunView) => beginsAt(view, group) === offset,
      })),
  };
}

const sawNew: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'always',
      values: [],
      misconception: 'M8',
      holds: (outcome) => beginsAt(outcome, known) === 0,
    },
    {
      id: 'only-new',
      values: [],
      holds: (outcome) =>
        groupOf(outcome, known).partitions[0]?.start?.source === 'committed' &&
        groupOf(outcome, newEarliest).partitions[0]?.start?.source === 'reset',
    },
    {
      id: 'latest-reads-all',
      values: [],
      misconception: 'M9',
      holds: (outcome) => groupOf(outcome, newLatest).handledRecords.includes(0),
    },
  ],
};

const none: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'waits',
      values: [],
      misconception: 'M8',
      holds: (outcome) => failureOf(outcome, newNone) === undefined && beginsAt(outcome, newNone) === undefined,
    },
    { id: 'fails', values: [], holds: (outcome) => failureOf(outcome, newNone) !== undefined },
    { id: 'start', values: [], misconception: 'M8', holds: (outcome) => beginsAt(outcome, newNone) === 0 },
  ],
};

const sawNone: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'ended',
      values: [],
      holds: (outcome) => memberOf(outcome, `${newNone}-1`).lives.some(({ end }) => end === 'failed'),
    },
    {
      id: 'committed',
      values: [],
      misconception: 'M8',
      holds: (outcome) => groupOf(outcome, newNone).partitions[0]?.committed !== undefined,
    },
  ],
};

const sawParked: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'from-start',
      values: [],
      misconception: 'M9',
      holds: (outcome) => beginsAt(outcome, parked) === logStart,
    },
    {
      id: 'skipped',
      values: [storedCount - parkedOffset],
      holds: (outcome) => beginsAt(outcome, parked) === storedCount,
    },
    {
      id: 'committed',
      values: [],
      misconception: 'M8',
      holds: (outcome) => beginsAt(outcome, parked) === parkedOffset,
    },
  ],
};

/** Whether the parked group is told of what it has lost, or reads all that there is. */
export function noticesLoss(view: GroupRunView): boolean {
  return failureOf(view, parked) !== undefined || beginsAt(view, parked) === logStart;
}

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    { id: 'latest', values: [], misconception: 'M9', holds: () => false, trial: (spec) => spec },
    {
      id: 'earliest',
      values: [],
      holds: () => true,
      trial: (spec) => withGroup(spec, parked, (each) => ({ ...each, autoOffsetReset: 'earliest' })),
    },
    {
      id: 'duration',
      values: [5],
      misconception: 'M9',
      holds: () => false,
      trial: (spec) => withGroup(spec, parked, (each) => ({ ...each, autoOffsetReset: { byDurationMs: 5 * second } })),
    },
  ],
};
