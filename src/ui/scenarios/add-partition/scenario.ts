import type { GroupRunSpec } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, sendsOf, withGroup, type GroupQuestion, type GroupScenario } from '../group-outcome.js';

export type StepId =
  | 'half-done'
  | 'run-half'
  | 'moves'
  | 'stays'
  | 'run-added'
  | 'saw-added'
  | 'shrink'
  | 'run-shrink'
  | 'saw-shrink'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'moves' | 'stays' | 'saw-added' | 'shrink' | 'saw-shrink' | 'guarantee';

const second = 1000;
export const group = 'A';
export const topic = 'orders';
/** Its next record goes elsewhere once there are four partitions; that of the other one doesn't. */
export const moving = 'order-2';
export const staying = 'order-4';
export const addedAtMs = 6 * second;
const halfAtMs = 5 * second;
export const restAtMs = 10 * second;
const shownAtMs = 18 * second;
export const shrinkAtMs = 20 * second;
export const slowMs = 4 * second;

/** Two orders are half done when the topic gets a fourth partition; the member that has their older records is slow. */
export const addPartitionSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic, partitions: 3, keyed: true }],
  groups: [
    {
      group,
      topic,
      protocol: 'eager',
      autoOffsetReset: 'earliest',
      commits: 'each',
      maxPollRecords: 1,
      members: [
        { member: 'A-1', handlingMs: slowMs },
        { member: 'A-2', handlingMs: 300 },
      ],
    },
  ],
  script: [
    { atMs: 0, does: 'start', member: 'A-1' },
    { atMs: 500, does: 'start', member: 'A-2' },
    { atMs: 4 * second, does: 'send', key: moving, value: 'order-2 created' },
    { atMs: 4.1 * second, does: 'send', key: 'order-1', value: 'order-1 created' },
    { atMs: 4.2 * second, does: 'send', key: staying, value: 'order-4 created' },
    { atMs: 4.3 * second, does: 'send', key: moving, value: 'order-2 paid' },
    { atMs: addedAtMs, does: 'set-partitions', topic, partitions: 4 },
    { atMs: restAtMs, does: 'send', key: moving, value: 'order-2 shipped' },
    { atMs: restAtMs + 100, does: 'send', key: staying, value: 'order-4 paid' },
    { atMs: shrinkAtMs, does: 'set-partitions', topic, partitions: 3 },
  ],
  endsAtMs: 24 * second,
};

/** Scenario 5: another number of partitions gives keys other places. */
export function addPartition(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'add-partition',
    spec: addPartitionSpec,
    steps: [
      { id: 'half-done', phase: 'set-up' },
      { id: 'run-half', phase: 'run', untilMs: halfAtMs },
      { id: 'moves', phase: 'predict', question: 'moves' },
      { id: 'stays', phase: 'predict', question: 'stays' },
      { id: 'run-added', phase: 'run', untilMs: shownAtMs },
      { id: 'saw-added', phase: 'observe', question: 'saw-added' },
      { id: 'shrink', phase: 'predict', question: 'shrink' },
      { id: 'run-shrink', phase: 'run' },
      { id: 'saw-shrink', phase: 'observe', question: 'saw-shrink' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      moves: goesTo('order-2 shipped', 0),
      stays: goesTo('order-4 paid', undefined),
      'saw-added': sawAdded,
      shrink,
      'saw-shrink': sawShrink,
      guarantee,
    },
    variations: [{ setting: 'handling' }, { setting: 'max.poll.records' }, { setting: 'group.protocol' }],
    challenge: {
      isMet: (outcome) => outcome.finished && isKept(outcome) && partitionCount(outcome) === 4,
      hintAfter: 3,
    },
  };
}

/** The partition in which a record lies; undefined if it was not stored. */
export function placeOf(view: GroupRunView, value: string): number | undefined {
  return view.topics[0]?.partitions.find(({ cells }) => cells.some((cell) => cell.value === value))?.partition;
}

export function partitionCount(view: GroupRunView): number {
  return view.topics[0]?.partitions.length ?? 0;
}

export function isKept(view: GroupRunView): boolean {
  return groupOf(view, group).verdict.kept;
}

/** Where a record goes; `before` is where its key's records went until then, if they go elsewhere now. */
function goesTo(value: string, before: number | undefined): GroupQuestion {
  return {
    kind: 'prediction',
    options: (_, outcome) =>
      [0, 1, 2, 3].map((partition) => ({
        id: String(partition),
        values: [partition],
        ...(partition === placeOf(outcome, value) || (before !== undefined && partition !== before)
          ? {}
          : { misconception: 'M6' as const }),
        holds: (view: GroupRunView) => placeOf(view, value) === partition,
      })),
  };
}

const sawAdded: GroupQuestion = {
  kind: 'observation',
  options: (spec) => [
    {
      id: 'moved',
      values: [],
      misconception: 'M6',
      holds: (outcome) => placeOf(outcome, 'order-2 created') !== 0,
    },
    {
      id: 'overtaken',
      values: [],
      holds: (outcome) => groupOf(outcome, group).verdict.brokenKeys.includes(moving),
    },
    {
      id: 'lost',
      values: [],
      misconception: 'M6',
      holds: (outcome) => groupOf(outcome, group).handledRecords.length < sendsOf(spec).length,
    },
  ],
};

const shrinking = ({ actions }: GroupRunView) => actions.find(({ atMs }) => atMs === shrinkAtMs);

/** What the broker answered when it was asked to take a partition away. */
export function refusalOf(view: GroupRunView): { readonly code: string; readonly message: string } | undefined {
  return shrinking(view)?.refused;
}

const shrink: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'merged',
      values: [],
      misconception: 'M6',
      holds: (outcome) => partitionCount(outcome) === 3 && placeOf(outcome, 'order-2 shipped') === 0,
    },
    {
      id: 'dropped',
      values: [],
      misconception: 'M6',
      holds: (outcome) => partitionCount(outcome) === 3 && placeOf(outcome, 'order-2 shipped') === undefined,
    },
    { id: 'refused', values: [], holds: (outcome) => refusalOf(outcome) !== undefined },
  ],
};

const sawShrink: GroupQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'three', values: [], misconception: 'M6', holds: (outcome) => partitionCount(outcome) === 3 },
    {
      id: 'four',
      values: [],
      holds: (outcome) => partitionCount(outcome) === 4 && refusalOf(outcome)?.code === 'INVALID_PARTITIONS',
    },
  ],
};

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'cooperative',
      values: [],
      misconception: 'M6',
      holds: () => false,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, protocol: 'cooperative' })),
    },
    {
      id: 'drain',
      values: [],
      holds: () => true,
      trial: (spec) => ({
        ...spec,
        script: [...spec.script]
          .map((step) =>
            step.does === 'send' && step.atMs >= restAtMs ? { ...step, atMs: step.atMs + 12 * second } : step,
          )
          .toSorted((one, other) => one.atMs - other.atMs),
        endsAtMs: spec.endsAtMs + 10 * second,
      }),
    },
    {
      id: 'four-at-once',
      values: [4],
      holds: () => true,
      trial: (spec) => ({
        ...spec,
        topics: spec.topics.map((each) => ({ ...each, partitions: 4 })),
        script: spec.script.filter(({ does }) => does !== 'set-partitions'),
      }),
    },
  ],
};
