import type { GroupRunSpec, GroupRunStep, RunGroup } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { alone, groupOf, type GroupQuestion, type GroupScenario, handlingsOf, withGroup } from '../group-outcome.js';

export type StepId =
  | 'orders'
  | 'places'
  | 'sequence'
  | 'run-without'
  | 'saw-without'
  | 'keyed'
  | 'run-with'
  | 'saw-with'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'places' | 'sequence' | 'saw-without' | 'keyed' | 'saw-with' | 'guarantee';

const second = 1000;
export const withoutKey = 'without-key';
export const withKey = 'with-key';
/** The order that the questions are about. */
export const orderKey = 'order-2';
export const fastMs = 300;
export const slowMs = 4 * second;
/** The speed of both members where they are equal. */
export const equalMs = 1_500;
const orders = [orderKey, 'order-1', 'order-4'];
const states = ['created', 'paid', 'shipped'];

const group = (name: string, topic: string): RunGroup => ({
  group: name,
  topic,
  protocol: 'eager',
  autoOffsetReset: 'earliest',
  commits: 'each',
  members: [
    { member: `${name}-1`, handlingMs: fastMs },
    { member: `${name}-2`, handlingMs: slowMs },
  ],
});

/** Three orders, each created, paid and shipped; once sent without their keys, once with them; two members of unequal speed. */
export const orderSpec: GroupRunSpec = {
  kind: 'group',
  seed: '48',
  topics: [
    { topic: 'orders-without-keys', partitions: 3, keyed: false },
    { topic: 'orders', partitions: 3, keyed: true },
  ],
  groups: [group(withoutKey, 'orders-without-keys'), group(withKey, 'orders')],
  script: [
    ...[withoutKey, withKey].flatMap((name): GroupRunStep[] => [
      { atMs: 0, does: 'start', member: `${name}-1` },
      { atMs: second, does: 'start', member: `${name}-2` },
    ]),
    ...states.flatMap((state, round) =>
      orders.map((key, place): GroupRunStep => {
        const atMs = 5 * second + (round * orders.length + place) * 500;
        return { atMs, does: 'send', key, value: `${key} ${state}` };
      }),
    ),
  ],
  endsAtMs: 30 * second,
};

/** The numbers of the records of the order that the questions are about, as they were sent. */
const recordsOfOrder = states.map((_, round) => round * orders.length);

/** The partitions in which a group found the records of the order, as they were sent. */
export function placesOf(view: GroupRunView, name: string): readonly (number | undefined)[] {
  const handled = handlingsOf(view, name);
  return recordsOfOrder.map((record) => handled.find((handling) => handling.record === record)?.partition);
}

/** What happened to the order, in the sequence in which it was finished. */
export function sequenceOf(view: GroupRunView, name: string): readonly string[] {
  return handlingsOf(view, name)
    .filter(({ record, toMs }) => recordsOfOrder.includes(record) && toMs !== undefined)
    .toSorted((one, other) => (one.toMs ?? 0) - (other.toMs ?? 0))
    .map(({ record }) => states[recordsOfOrder.indexOf(record)] ?? '');
}

const isInOne = (view: GroupRunView, name: string): boolean => new Set(placesOf(view, name)).size === 1;
const isInTurn = (view: GroupRunView, name: string): boolean => placesOf(view, name).join() === '0,1,2';
const isAsSent = (view: GroupRunView, name: string): boolean => sequenceOf(view, name).join() === states.join();

/** Scenario 4: order lives in a partition, and a key chooses the partition. */
export function order(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'order',
    spec: orderSpec,
    steps: [
      { id: 'orders', phase: 'set-up', groups: [withoutKey] },
      { id: 'places', phase: 'predict', question: 'places', groups: [withoutKey] },
      { id: 'sequence', phase: 'predict', question: 'sequence', groups: [withoutKey] },
      { id: 'run-without', phase: 'run', groups: [withoutKey] },
      { id: 'saw-without', phase: 'observe', question: 'saw-without', groups: [withoutKey] },
      { id: 'keyed', phase: 'predict', question: 'keyed', groups: [withKey] },
      { id: 'run-with', phase: 'run', groups: [withKey] },
      { id: 'saw-with', phase: 'observe', question: 'saw-with', groups: [withKey] },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: { places, sequence, 'saw-without': sawWithout, keyed, 'saw-with': sawWith, guarantee },
    variations: [{ setting: 'seed' }, { setting: 'partitions' }, { setting: 'handling' }],
    challenge: {
      isMet: (outcome) =>
        outcome.finished && groupOf(outcome, withoutKey).verdict.kept && isShared(outcome, withoutKey),
      hintAfter: 3,
    },
  };
}

/** Whether both members of a group had something to do. */
function isShared(view: GroupRunView, name: string): boolean {
  return groupOf(view, name).members.every(({ handledCount }) => handledCount > 0);
}

/** Whether a group kept the sequence of every order. */
export function keepsOrder(view: GroupRunView): boolean {
  return view.groups.every(({ verdict }) => verdict.kept);
}

const places: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'one', values: [], misconception: 'M5', holds: (outcome) => isInOne(outcome, withoutKey) },
    { id: 'turn', values: [], misconception: 'M7', holds: (outcome) => isInTurn(outcome, withoutKey) },
    {
      id: 'chance',
      values: [],
      holds: (outcome) => !isInOne(outcome, withoutKey) && !isInTurn(outcome, withoutKey),
    },
  ],
};

const sequence: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'as-sent', values: [], misconception: 'M5', holds: (outcome) => isAsSent(outcome, withoutKey) },
    { id: 'not-as-sent', values: [], holds: (outcome) => !isAsSent(outcome, withoutKey) },
  ],
};

const sawWithout: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'log-mixed',
      values: [],
      misconception: 'M5',
      holds: (outcome) =>
        outcome.topics.some(({ partitions }) =>
          partitions.some(({ cells }) => cells.some(({ record }, at) => record < (cells[at - 1]?.record ?? 0))),
        ),
    },
    {
      id: 'overtaken',
      values: [],
      holds: (outcome) => groupOf(outcome, withoutKey).verdict.brokenKeys.includes(orderKey),
    },
    {
      id: 'lost',
      values: [],
      misconception: 'M1',
      holds: (outcome) => groupOf(outcome, withoutKey).handledRecords.length < orders.length * states.length,
    },
  ],
};

const keyed: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'global', values: [], misconception: 'M5', holds: (outcome) => isGlobal(outcome) },
    { id: 'per-key', values: [], holds: (outcome) => groupOf(outcome, withKey).verdict.kept && !isGlobal(outcome) },
    { id: 'none', values: [], misconception: 'M7', holds: (outcome) => !groupOf(outcome, withKey).verdict.kept },
  ],
};

const isGlobal = (view: GroupRunView): boolean => groupOf(view, withKey).verdict.keptAcrossKeys;

const sawWith: GroupQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'one-partition-each', values: [], holds: (outcome) => isInOne(outcome, withKey) },
    {
      id: 'all-in-one',
      values: [],
      misconception: 'M5',
      holds: (outcome) =>
        outcome.topics.some(({ partitions }) => partitions.filter(({ cells }) => cells.length > 0).length === 1),
    },
    { id: 'waited', values: [], misconception: 'M5', holds: (outcome) => isGlobal(outcome) },
  ],
};

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'equal',
      values: [equalMs / second],
      misconception: 'M5',
      holds: () => false,
      trial: (spec) =>
        alone(
          withGroup(spec, withoutKey, (each) => ({
            ...each,
            members: each.members.map((member) => ({ ...member, handlingMs: equalMs })),
          })),
          withoutKey,
        ),
    },
    { id: 'key', values: [], holds: () => true, trial: (spec) => alone(spec, withKey) },
    {
      id: 'one-partition',
      values: [],
      holds: () => true,
      trial: (spec) =>
        alone({ ...spec, topics: spec.topics.map((topic) => ({ ...topic, partitions: 1 })) }, withoutKey),
    },
  ],
};
