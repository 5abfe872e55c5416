import type { GroupRunSpec, GroupRunStep, RunGroup } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { alone, groupOf, type GroupQuestion, type GroupScenario, memberOf } from '../group-outcome.js';

export type StepId =
  | 'restart'
  | 'eager'
  | 'run-eager'
  | 'saw-eager'
  | 'cooperative'
  | 'run-cooperative'
  | 'saw-cooperative'
  | 'consumer'
  | 'run-consumer'
  | 'saw-consumer'
  | 'static'
  | 'run-static'
  | 'saw-static'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  | 'eager'
  | 'saw-eager'
  | 'cooperative'
  | 'saw-cooperative'
  | 'consumer'
  | 'saw-consumer'
  | 'static'
  | 'saw-static'
  | 'guarantee';

const second = 1000;
export const partitions = 6;
export const eager = 'eager';
export const cooperative = 'cooperative';
export const consumer = 'consumer';
export const fixed = 'static';
const names = [eager, cooperative, consumer, fixed] as const;
export const endsAtMs = 60 * second;
export const firstStopMs = 15 * second;
export const awayMs = 3 * second;
const turnMs = 13 * second;
export const slowMs = 2_500;

const group = (name: (typeof names)[number]): RunGroup => ({
  group: name,
  topic: 'orders',
  protocol: name === fixed ? eager : name,
  autoOffsetReset: 'earliest',
  commits: 'each',
  sessionTimeoutMs: 10 * second,
  members: [1, 2, 3].map((number) => ({
    member: `${name}-${number}`,
    handlingMs: number === 3 ? slowMs : 400,
    ...(name === fixed ? { instanceId: `node-${number}` } : {}),
  })),
});

/** Each member is stopped, and started again 3 s later; then it is the next one's turn. */
const rolling = (name: string): readonly GroupRunStep[] =>
  [1, 2, 3].flatMap((number): GroupRunStep[] => {
    const member = `${name}-${number}`;
    const stopMs = firstStopMs + (number - 1) * turnMs;
    return [
      { atMs: (number - 1) * 500, does: 'start', member },
      { atMs: stopMs, does: 'stop', member },
      { atMs: stopMs + awayMs, does: 'start', member },
    ];
  });

/** One for each of the six partitions, from p0 on (murmur2). */
const keys = ['order-10', 'sku-1', 'order-4', 'order-2', 'order-1', 'sku-3'];

/** One topic, four groups of three members: one for each protocol, and one of static members. All three are restarted, one after the other. */
export const rebalanceSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'orders', partitions, keyed: true }],
  groups: names.map(group),
  script: [
    ...names.flatMap(rolling),
    ...Array.from({ length: 55 }, (_, index): GroupRunStep => {
      const key = keys[index % keys.length] as string;
      return { atMs: index * second, does: 'send', key, value: `${key} #${Math.floor(index / keys.length) + 1}` };
    }),
  ].toSorted((one, other) => one.atMs - other.atMs),
  endsAtMs,
};

/** Scenario 11: what a rebalance costs depends on who has to wait for whom. */
export function rebalance(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'rebalance',
    spec: rebalanceSpec,
    steps: [
      { id: 'restart', phase: 'set-up', groups: [eager] },
      { id: 'eager', phase: 'predict', question: 'eager', groups: [eager] },
      { id: 'run-eager', phase: 'run', groups: [eager] },
      { id: 'saw-eager', phase: 'observe', question: 'saw-eager', groups: [eager] },
      { id: 'cooperative', phase: 'predict', question: 'cooperative', groups: [cooperative] },
      { id: 'run-cooperative', phase: 'run', groups: [cooperative] },
      { id: 'saw-cooperative', phase: 'observe', question: 'saw-cooperative', groups: [cooperative] },
      { id: 'consumer', phase: 'predict', question: 'consumer', groups: [consumer] },
      { id: 'run-consumer', phase: 'run', groups: [consumer] },
      { id: 'saw-consumer', phase: 'observe', question: 'saw-consumer', groups: [consumer] },
      { id: 'static', phase: 'predict', question: 'static', groups: [fixed] },
      { id: 'run-static', phase: 'run', groups: [fixed] },
      { id: 'saw-static', phase: 'observe', question: 'saw-static', groups: [fixed] },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      eager: pausing(eager),
      'saw-eager': sawEager,
      cooperative: pausing(cooperative),
      'saw-cooperative': sawCooperative,
      consumer: waiting,
      'saw-consumer': sawConsumer,
      static: moving,
      'saw-static': sawStatic,
      guarantee,
    },
    variations: [
      { setting: 'group.protocol', group: eager },
      { setting: 'group.instance.id', group: eager },
      { setting: 'session.timeout.ms' },
      { setting: 'heartbeat.interval.ms' },
      { setting: 'handling', group: eager },
    ],
    challenge: {
      isMet: (outcome) => outcome.finished && movesOf(outcome, eager) === 0,
      hintAfter: 3,
    },
  };
}

/** How many different partitions of a group paused because its first member was restarted. */
export function pausedByRestart(view: GroupRunView, name: string): number {
  const paused = groupOf(view, name).pauses.filter(
    ({ fromMs }) => fromMs >= firstStopMs && fromMs < firstStopMs + turnMs,
  );
  return new Set(paused.map(({ partition }) => partition)).size;
}

/** For how long partitions of a group paused in all, from the first restart on. */
export function pausedMsOf(view: GroupRunView, name: string): number {
  return groupOf(view, name)
    .pauses.filter(({ fromMs }) => fromMs >= firstStopMs)
    .reduce((sum, { fromMs, toMs = view.atMs }) => sum + toMs - fromMs, 0);
}

/** How often a partition of a group went from one member to another, from the first restart on. */
export function movesOf(view: GroupRunView, name: string): number {
  const spans = groupOf(view, name).members.flatMap(({ member, owned }) => owned.map((span) => ({ ...span, member })));
  return Array.from({ length: partitions }, (_, partition) =>
    spans.filter((span) => span.partition === partition).toSorted((one, other) => one.fromMs - other.fromMs),
  ).reduce(
    (count, ofPartition) =>
      count +
      ofPartition.filter(
        ({ fromMs, member }, at) => fromMs >= firstStopMs && at > 0 && ofPartition[at - 1]?.member !== member,
      ).length,
    0,
  );
}

/** Whether everybody in a group waited, without partitions, for somebody who was still at a record. */
export function waitsAtBarrier(view: GroupRunView, name: string): boolean {
  return groupOf(view, name).states.some(({ state }) => state === 'PreparingRebalance');
}

const counts = [0, 2, 4, partitions] as const;

/** How many of the six partitions pause when the first member is restarted. */
function pausing(name: string): GroupQuestion {
  return {
    kind: 'prediction',
    options: (_, outcome) =>
      counts.map((count) => ({
        id: String(count),
        values: [count],
        ...(pausedByRestart(outcome, name) === count ? {} : { misconception: 'M13' as const }),
        holds: (view: GroupRunView) => pausedByRestart(view, name) === count,
      })),
  };
}

const isGivenUp = (view: GroupRunView, name: string, member: number): boolean =>
  memberOf(view, `${name}-${member}`).owned.some(
    ({ toMs = Infinity }) => toMs >= firstStopMs && toMs < firstStopMs + awayMs,
  );

const sawEager: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'own-only',
      values: [],
      misconception: 'M13',
      holds: (outcome) => !isGivenUp(outcome, eager, 2) && !isGivenUp(outcome, eager, 3),
    },
    {
      id: 'everybody',
      values: [],
      holds: (outcome) => isGivenUp(outcome, eager, 2) && isGivenUp(outcome, eager, 3),
    },
    {
      id: 'waited',
      values: [],
      misconception: 'M13',
      holds: (outcome) => movesOf(outcome, eager) === 0,
    },
  ],
};

const sawCooperative: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'kept',
      values: [],
      holds: (outcome) => !isGivenUp(outcome, cooperative, 2) && !isGivenUp(outcome, cooperative, 3),
    },
    {
      id: 'all-stopped',
      values: [],
      misconception: 'M13',
      holds: (outcome) => pausedByRestart(outcome, cooperative) === partitions,
    },
    {
      id: 'one-round',
      values: [],
      misconception: 'M13',
      holds: (outcome) =>
        groupOf(outcome, cooperative).states.filter(
          ({ state, fromMs }) =>
            state === 'PreparingRebalance' && fromMs >= firstStopMs + awayMs && fromMs < firstStopMs + turnMs,
        ).length === 1,
    },
  ],
};

/** Whether members of the consumer protocol wait for one that is at a record. */
const waiting: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'all-wait', values: [], misconception: 'M13', holds: (outcome) => waitsAtBarrier(outcome, consumer) },
    {
      id: 'nothing-moves',
      values: [],
      misconception: 'M13',
      holds: (outcome) => movesOf(outcome, consumer) === 0,
    },
    {
      id: 'each-alone',
      values: [],
      holds: (outcome) => !waitsAtBarrier(outcome, consumer) && movesOf(outcome, consumer) > 0,
    },
  ],
};

const sawConsumer: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'step-by-step',
      values: [],
      holds: (outcome) => groupOf(outcome, consumer).states.some(({ state }) => state === 'Reconciling'),
    },
    {
      id: 'stopped',
      values: [],
      misconception: 'M13',
      holds: (outcome) => pausedByRestart(outcome, consumer) === partitions,
    },
    {
      id: 'at-once',
      values: [],
      misconception: 'M13',
      holds: (outcome) =>
        groupOf(outcome, consumer).states.every(
          ({ state, fromMs, toMs = outcome.atMs }) => state !== 'Reconciling' || toMs - fromMs < 500,
        ),
    },
  ],
};

/** How many partitions change hands in the group of static members. */
const moving: GroupQuestion = {
  kind: 'prediction',
  options: (_, outcome) =>
    [0, 2, partitions].map((count) => ({
      id: String(count),
      values: [count],
      ...(movesOf(outcome, fixed) === count ? {} : { misconception: 'M13' as const }),
      holds: (view: GroupRunView) => movesOf(view, fixed) === count,
    })),
};

const sawStatic: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'generation',
      values: [],
      misconception: 'M13',
      holds: (outcome) => groupOf(outcome, fixed).states.some(({ fromMs }) => fromMs >= firstStopMs),
    },
    {
      id: 'kept-place',
      values: [],
      holds: (outcome) => pausedByRestart(outcome, fixed) === 2 && movesOf(outcome, fixed) === 0,
    },
    {
      id: 'no-pause',
      values: [],
      misconception: 'M13',
      holds: (outcome) => pausedByRestart(outcome, fixed) === 0,
    },
  ],
};

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'cooperative',
      values: [],
      misconception: 'M13',
      holds: () => false,
      trial: (spec) => alone(spec, cooperative),
    },
    { id: 'consumer', values: [], misconception: 'M13', holds: () => false, trial: (spec) => alone(spec, consumer) },
    { id: 'static', values: [], holds: () => true, trial: (spec) => alone(spec, fixed) },
  ],
};
