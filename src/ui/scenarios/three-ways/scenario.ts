import type { LaneId, RunRecord, RunSpec } from '../../../engine/scenario/run-spec.js';
import type { RunView } from '../../../engine/scenario/run-view.js';
import type { Option, Question, Scenario } from '../scenario.js';
import { actorsOf, handledCounts, laneSpecOf, verdictOf, withLane, withLanes } from '../run-outcome.js';
import { threeWaysSpec } from './default-run.js';

export type StepId =
  | 'records'
  | 'queue-share'
  | 'queue-sequence'
  | 'queue-run'
  | 'queue-saw'
  | 'fan-copies'
  | 'fan-run'
  | 'fan-saw'
  | 'topic-split'
  | 'topic-rest'
  | 'topic-run'
  | 'topic-saw'
  | 'replay'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  | 'slow-share'
  | 'overtaking'
  | 'queue-saw'
  | 'copies'
  | 'fan-saw'
  | 'group-split'
  | 'group-rest'
  | 'topic-saw'
  | 'guarantee';

const everyLane: readonly LaneId[] = ['queue', 'publish-subscribe', 'topic'];

/** Scenario 1: queue, publish/subscribe and consumer groups on the same records. */
export function threeWays(records?: readonly RunRecord[]): Scenario<StepId, QuestionId> {
  return {
    id: 'three-ways',
    spec: threeWaysSpec(records),
    steps: [
      { id: 'records', phase: 'set-up', lanes: ['queue'] },
      { id: 'queue-share', phase: 'predict', lanes: ['queue'], question: 'slow-share' },
      { id: 'queue-sequence', phase: 'predict', lanes: ['queue'], question: 'overtaking' },
      { id: 'queue-run', phase: 'run', lanes: ['queue'] },
      { id: 'queue-saw', phase: 'observe', lanes: ['queue'], question: 'queue-saw' },
      { id: 'fan-copies', phase: 'predict', lanes: ['publish-subscribe'], question: 'copies' },
      { id: 'fan-run', phase: 'run', lanes: ['publish-subscribe'] },
      { id: 'fan-saw', phase: 'observe', lanes: ['publish-subscribe'], question: 'fan-saw' },
      { id: 'topic-split', phase: 'predict', lanes: ['topic'], question: 'group-split' },
      { id: 'topic-rest', phase: 'predict', lanes: ['topic'], question: 'group-rest' },
      { id: 'topic-run', phase: 'run', lanes: ['topic'] },
      { id: 'topic-saw', phase: 'observe', lanes: ['topic'], question: 'topic-saw' },
      { id: 'replay', phase: 'observe', lanes: everyLane },
      { id: 'guarantee', phase: 'explain', lanes: everyLane, question: 'guarantee' },
      { id: 'vary', phase: 'vary', lanes: everyLane },
      { id: 'play', phase: 'play', lanes: everyLane },
    ],
    questions: {
      'slow-share': slowShare,
      overtaking,
      'queue-saw': queueSaw,
      copies,
      'fan-saw': fanSaw,
      'group-split': groupSplit,
      'group-rest': groupRest,
      'topic-saw': topicSaw,
      guarantee,
    },
    challenge: {
      isMet: (outcome) => verdictOf(outcome, 'topic', 'A')?.kept === false,
      isOnTheWay: (spec) => !laneSpecOf(spec, 'topic').keyed,
      hintAfter: 3,
    },
  };
}

const prediction = (options: Question['options']): Question => ({ kind: 'prediction', options });
const observation = (options: readonly Option[]): Question => ({ kind: 'observation', options: () => options });

/** What the slow worker gets: by speed, half of them, or all. */
const slowShare = prediction((spec, outcome) => {
  const share = (view: RunView): number => handledCounts(view, 'queue').at(-1) ?? 0;
  const all = spec.records.length;
  return distinct([
    { values: [share(outcome)] },
    { values: [Math.round(all / 2)], misconception: 'M30' },
    { values: [all], misconception: 'M2' },
    { values: [0] },
  ]).map((option) => ({ ...option, holds: (view) => share(view) === option.values[0] }));
});

const overtaking = prediction(() => [
  { id: 'queue', values: [], holds: (outcome) => overtakes(outcome, 'queue') },
  {
    id: 'nowhere',
    values: [],
    misconception: 'M29',
    holds: (outcome) => !overtakes(outcome, 'queue') && !overtakes(outcome, 'topic'),
  },
  { id: 'group', values: [], misconception: 'M2', holds: (outcome) => overtakes(outcome, 'topic') },
]);

const queueSaw = observation([
  { id: 'even', values: [], misconception: 'M30', holds: (outcome) => isEven(outcome) && !overtakes(outcome, 'queue') },
  {
    id: 'kept',
    values: [],
    misconception: 'M29',
    holds: (outcome) => !isEven(outcome) && !overtakes(outcome, 'queue'),
  },
  { id: 'overtook', values: [], holds: (outcome) => overtakes(outcome, 'queue') },
]);

/** How often records are handled in all: once each, once and a half, or once by everybody. */
const copies = prediction((spec, outcome) => {
  const total = (view: RunView): number => sum(handledCounts(view, 'publish-subscribe'));
  const all = spec.records.length;
  return distinct([
    { values: [total(outcome)] },
    { values: [all], misconception: 'M2' },
    { values: [Math.round(all * 1.5)], misconception: 'M30' },
  ]).map((option) => ({ ...option, holds: (view) => total(view) === option.values[0] }));
});

const fanSaw = observation([
  {
    id: 'one-each',
    values: [],
    misconception: 'M2',
    holds: (outcome, spec) => sum(handledCounts(outcome, 'publish-subscribe')) === spec.records.length,
  },
  {
    id: 'everybody',
    values: [],
    holds: (outcome, spec) =>
      handledCounts(outcome, 'publish-subscribe').every((count) => count === spec.records.length),
  },
  {
    id: 'slow-fewer',
    values: [],
    misconception: 'M30',
    holds: (outcome, spec) => {
      const counts = handledCounts(outcome, 'publish-subscribe');
      return sum(counts) > spec.records.length && counts.some((count) => count < spec.records.length);
    },
  },
]);

/** How a group shares: by partitions, in halves, or everybody everything. */
const groupSplit = prediction((spec, outcome) => {
  const split = (view: RunView): readonly number[] => handledCounts(view, 'topic', 'A');
  const all = spec.records.length;
  const half = Math.ceil(all / 2);
  return distinct([
    { values: split(outcome) },
    { values: [half, all - half], misconception: 'M4' },
    { values: [all, all], misconception: 'M2' },
    { values: [all, 0] },
  ]).map((option) => ({ ...option, holds: (view) => split(view).join() === option.values.join() }));
});

/** What is left for a group that comes last: everything, nothing, or half. */
const groupRest = prediction((spec, outcome) => {
  const rest = (view: RunView): number => sum(handledCounts(view, 'topic', 'B'));
  const all = spec.records.length;
  return distinct([
    { values: [rest(outcome)] },
    { values: [0], misconception: 'M1' },
    { values: [Math.round(all / 2)], misconception: 'M2' },
  ]).map((option) => ({ ...option, holds: (view) => rest(view) === option.values[0] }));
});

const topicSaw = observation([
  { id: 'by-speed', values: [], misconception: 'M30', holds: (outcome) => !isSharedByPartition(outcome) },
  {
    id: 'by-partition',
    values: [],
    holds: (outcome, spec) =>
      isSharedByPartition(outcome) && sum(handledCounts(outcome, 'topic', 'B')) === spec.records.length,
  },
  {
    id: 'left-over',
    values: [],
    misconception: 'M1',
    holds: (outcome, spec) =>
      isSharedByPartition(outcome) && sum(handledCounts(outcome, 'topic', 'B')) < spec.records.length,
  },
]);

/** What makes overtaking impossible. Each option is tried with one handling that takes long: of what the options change, only that is not in their hands. */
const guarantee: Question = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'faster',
      values: [1000],
      misconception: 'M29',
      holds: never,
      trial: (spec) =>
        queueTrial(spec, (lane) => ({
          ...lane,
          workers: lane.workers.map((worker) => ({ ...worker, handlingMs: 1000 })),
        })),
    },
    {
      id: 'exclusive',
      values: [],
      holds: always,
      trial: (spec) => queueTrial(spec, (lane) => ({ ...lane, delivery: 'exclusive' })),
    },
    {
      id: 'third-worker',
      values: [],
      misconception: 'M30',
      holds: never,
      trial: (spec) =>
        queueTrial(spec, (lane) => ({ ...lane, workers: [...lane.workers, { id: 'worker-3', handlingMs: 1000 }] })),
    },
    {
      id: 'partition',
      values: [],
      holds: always,
      trial: (spec) => withSlowHandling(withLanes(spec, ['topic']), 'topic'),
    },
  ],
};

const always = (): boolean => true;
const never = (): boolean => false;

function queueTrial(
  spec: RunSpec,
  change: (
    lane: Extract<RunSpec['lanes'][number], { lane: 'queue' }>,
  ) => Extract<RunSpec['lanes'][number], { lane: 'queue' }>,
): RunSpec {
  return withSlowHandling(withLane(withLanes(spec, ['queue']), 'queue', change), 'queue');
}

/** `spec` where the first record of a key that comes again is slow, in whosever hands: slower than its successor needs to come and be done. */
function withSlowHandling(spec: RunSpec, lane: 'queue' | 'topic'): RunSpec {
  const pair = firstRepeatedKey(spec.records);
  if (pair === undefined) return { ...spec, overrides: [] };
  const actors =
    lane === 'queue'
      ? laneSpecOf(spec, 'queue').workers
      : laneSpecOf(spec, 'topic').groups.flatMap(({ members }) => members);
  const usualMs = Math.min(...actors.map(({ handlingMs }) => handlingMs));
  const handlingMs = (pair.later - pair.earlier) * Math.max(spec.recordIntervalMs, usualMs) + 3 * usualMs;
  return { ...spec, overrides: actors.map(({ id }) => ({ lane, actor: id, record: pair.earlier, handlingMs })) };
}

/** The first record (after the very first) whose key comes again, and the record where it does; any such if only the first has one. */
export function firstRepeatedKey(
  records: readonly RunRecord[],
): { readonly earlier: number; readonly later: number } | undefined {
  const pairs = records.flatMap(({ key }, earlier) => {
    const later = key === null ? -1 : records.findIndex((record, at) => at > earlier && record.key === key);
    return later < 0 ? [] : [{ earlier, later }];
  });
  return pairs.find(({ earlier }) => earlier > 0) ?? pairs[0];
}

/** Whether anything in a lane overtook: in any of its groups, say. */
export function overtakes(outcome: RunView, lane: LaneId): boolean {
  return outcome.lanes.some((view) => view.lane === lane && view.verdicts.some(({ kept }) => !kept));
}

function isEven(outcome: RunView): boolean {
  const counts = handledCounts(outcome, 'queue');
  return Math.max(...counts) - Math.min(...counts) <= 1;
}

function isSharedByPartition(outcome: RunView): boolean {
  const readers = new Map<number | undefined, string>();
  return actorsOf(outcome, 'topic', 'A').every((actor) =>
    actor.handlings.every(({ partition }) => {
      const reader = readers.get(partition) ?? actor.actor;
      readers.set(partition, reader);
      return reader === actor.actor;
    }),
  );
}

interface NumberOption {
  readonly values: readonly number[];
  readonly misconception?: Option['misconception'];
}

/** The first three that differ, in rising sequence so that their places tell nothing. */
function distinct(options: readonly NumberOption[]): readonly (NumberOption & { readonly id: string })[] {
  const seen = new Set<string>();
  return options
    .map((option) => ({ ...option, id: option.values.join('-') }))
    .filter(({ id }) => !seen.has(id) && seen.add(id))
    .slice(0, 3)
    .sort((a, b) => (a.values[0] ?? 0) - (b.values[0] ?? 0) || (b.values[1] ?? 0) - (a.values[1] ?? 0));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
