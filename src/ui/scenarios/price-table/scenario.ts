import type { PriceTableProgram, StreamsRunSpec, StreamsRunStep } from '../../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView, TaskSpan } from '../../../engine/scenario/streams-run-view.js';
import {
  applicationOf,
  applicationSpecOf,
  rowsOf,
  topicOf,
  withApplication,
  type StreamsQuestion,
  type StreamsScenario,
} from '../streams-outcome.js';

export type StepId =
  | 'table'
  | 'rows'
  | 'deleted'
  | 'reads'
  | 'run-full'
  | 'saw-full'
  | 'compacted'
  | 'run-compacted'
  | 'saw-compacted'
  | 'kept'
  | 'run-kept'
  | 'saw-kept'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  'rows' | 'deleted' | 'reads' | 'saw-full' | 'compacted' | 'saw-compacted' | 'kept' | 'saw-kept' | 'guarantee';

const second = 1000;
export const application = 'prices-app';
export const instance = 'app-1';
export const changelog = `${application}-price-store-changelog`;
export const task = '0_0';

/** The same changes as in the scenario on compaction. */
export const changes: readonly (readonly [key: string, value: string | null])[] = [
  ['sku-1', '10'],
  ['sku-2', '20'],
  ['sku-1', '9'],
  ['sku-3', '5'],
  ['sku-2', null],
  ['sku-1', '8'],
  ['sku-3', '4'],
  ['sku-3', '3'],
  ['sku-1', '7'],
];

/** When the instance comes back: after its local state was deleted, after the changelog was compacted, and with its local state. */
export const restarts = [12, 36, 46].map((at) => at * second) as [number, number, number];
export const fullEndMs = 18 * second;
export const compactedEndMs = 40 * second;
export const endsAtMs = 52 * second;

const program: PriceTableProgram = { program: 'price-table', changelog: 'compact' };

const [first, afterCompaction, withState] = restarts;
const backAfterLoss = (atMs: number): readonly StreamsRunStep[] => [
  { atMs: atMs - 3 * second, does: 'stop', instance },
  { atMs: atMs - 2 * second, does: 'clean-up', instance },
  { atMs, does: 'start', instance },
];

/** Nine changes of prices; an instance that loses its state, loses it again after the changelog was compacted, and keeps it once. */
export const priceTableSpec: StreamsRunSpec = {
  kind: 'streams',
  seed: '1',
  topics: [{ topic: 'prices', partitions: 1 }],
  applications: [{ application, program, instances: [instance] }],
  script: [
    { atMs: 0, does: 'start', instance },
    ...changes.map(([key, value], at): StreamsRunStep => ({
      atMs: 2_000 + at * 500,
      does: 'send',
      topic: 'prices',
      key,
      value,
    })),
    ...backAfterLoss(first),
    ...backAfterLoss(afterCompaction),
    { atMs: withState - 3 * second, does: 'stop', instance },
    { atMs: withState, does: 'start', instance },
  ],
  endsAtMs,
};

/** Scenario 15: a table is the newest of each key in its log, and can be built again from it. */
export function priceTable(): StreamsScenario<StepId, QuestionId> {
  return {
    id: 'price-table',
    spec: priceTableSpec,
    steps: [
      { id: 'table', phase: 'set-up' },
      { id: 'rows', phase: 'predict', question: 'rows' },
      { id: 'deleted', phase: 'predict', question: 'deleted' },
      { id: 'reads', phase: 'predict', question: 'reads' },
      { id: 'run-full', phase: 'run', untilMs: fullEndMs },
      { id: 'saw-full', phase: 'observe', question: 'saw-full' },
      { id: 'compacted', phase: 'predict', question: 'compacted' },
      { id: 'run-compacted', phase: 'run', untilMs: compactedEndMs },
      { id: 'saw-compacted', phase: 'observe', question: 'saw-compacted' },
      { id: 'kept', phase: 'predict', question: 'kept' },
      { id: 'run-kept', phase: 'run' },
      { id: 'saw-kept', phase: 'observe', question: 'saw-kept' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      rows,
      deleted,
      reads,
      'saw-full': sawFull,
      compacted,
      'saw-compacted': sawCompacted,
      kept,
      'saw-kept': sawKept,
      guarantee,
    },
    variations: [
      { setting: 'changelog', application },
      { setting: 'commit.interval.ms', application },
    ],
    challenge: {
      isMet: (outcome, spec) => {
        const { program: code } = applicationSpecOf(spec, application);
        return (
          outcome.finished &&
          code.program === 'price-table' &&
          topicOf(outcome, changelog) === undefined &&
          isWhole(outcome)
        );
      },
      hintAfter: 2,
    },
  };
}

/** How the instance got its task at each of its starts: at first, and at each restart. */
export function spansOf(outcome: StreamsRunView): readonly TaskSpan[] {
  return applicationOf(outcome, application).tasks.find((each) => each.task === task)?.spans ?? [];
}

/** How many records its state came back from, after the restart that `at` counts from 0. */
export const restoredAfter = (outcome: StreamsRunView, at: number): number | undefined => {
  const span = spansOf(outcome)[at + 1];
  return span?.restoredAtMs === undefined ? undefined : span.restoredRecords;
};

/** The rows of the table, written as `sku-1 7`. */
export const tableOf = (outcome: StreamsRunView): readonly string[] =>
  rowsOf(outcome, application, 'price-store').map(({ key, value }) => `${key} ${value}`);

const whole = ['sku-1 7', 'sku-3 3'];

/** Whether the table holds what it must. */
export const isWhole = (outcome: StreamsRunView): boolean => tableOf(outcome).join() === whole.join();

/** How many records of the changelog the cleaner has left out. */
export const cleanedOf = (outcome: StreamsRunView): number =>
  topicOf(outcome, changelog)?.partitions.flatMap(({ cells }) => cells.filter(({ isGone }) => isGone)).length ?? 0;

const rows: StreamsQuestion = {
  kind: 'prediction',
  options: (_, outcome) => {
    const right = tableOf(outcome).length;
    return [right, 3, changes.length].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === right ? {} : { misconception: count === 3 ? ('M16' as const) : ('M28' as const) }),
      holds: (view: StreamsRunView) => tableOf(view).length === count,
    }));
  },
};

const deleted: StreamsQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'same', values: [], holds: isWhole },
    {
      id: 'empty',
      values: [],
      misconception: 'M28',
      holds: (outcome) => tableOf(outcome).length === 0,
    },
    {
      id: 'input-again',
      values: [],
      misconception: 'M28',
      holds: (outcome) =>
        applicationOf(outcome, application).tasks.some(({ processed }) => processed.some(({ isAgain }) => isAgain)),
    },
  ],
};

/** A number of records that the state came back from, after one of the restarts. */
const restoration = (
  at: number,
  others: readonly (readonly [count: number, believes: 'M15' | 'M28'])[],
): StreamsQuestion => ({
  kind: 'prediction',
  answeredBy: 'number',
  options: (_, outcome) => {
    const right = restoredAfter(outcome, at) ?? 0;
    return [[right, undefined] as const, ...others].map(([count, misconception]) => ({
      id: String(count),
      values: [count],
      ...(misconception === undefined ? {} : { misconception }),
      holds: (view: StreamsRunView) => restoredAfter(view, at) === count,
    }));
  },
});

const reads = restoration(0, [
  [2, 'M28'],
  [0, 'M28'],
]);
const compacted = restoration(1, [
  [2, 'M15'],
  [9, 'M15'],
]);
const kept = restoration(2, [
  [4, 'M28'],
  [9, 'M28'],
]);

const sawFull: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'from-changelog',
      values: [],
      holds: (outcome) => restoredAfter(outcome, 0) === changes.length,
    },
    {
      id: 'from-input',
      values: [],
      misconception: 'M28',
      holds: (outcome) =>
        applicationOf(outcome, application).tasks.some(({ processed }) => processed.some(({ isAgain }) => isAgain)),
    },
    { id: 'not-at-all', values: [], misconception: 'M28', holds: (outcome) => restoredAfter(outcome, 0) === 0 },
  ],
};

const sawCompacted: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'fewer',
      values: [],
      holds: (outcome) =>
        isWhole(outcome) &&
        (restoredAfter(outcome, 1) ?? 0) < (restoredAfter(outcome, 0) ?? 0) &&
        cleanedOf(outcome) > 0,
    },
    {
      id: 'one-each',
      values: [],
      misconception: 'M15',
      holds: (outcome) => restoredAfter(outcome, 1) === tableOf(outcome).length,
    },
    { id: 'other-table', values: [], misconception: 'M28', holds: (outcome) => !isWhole(outcome) },
  ],
};

const sawKept: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'nothing-read', values: [], holds: (outcome) => restoredAfter(outcome, 2) === 0 && isWhole(outcome) },
    {
      id: 'read-again',
      values: [],
      misconception: 'M28',
      holds: (outcome) => (restoredAfter(outcome, 2) ?? 0) > 0,
    },
  ],
};

/** How the table may be kept. */
const guarantee: StreamsQuestion = {
  kind: 'guarantee',
  options: () => [
    { id: 'compact', values: [], holds: () => true, trial: (spec) => withChangelog(spec, 'compact') },
    { id: 'input-topic', values: [], holds: () => true, trial: (spec) => withChangelog(spec, 'input-topic') },
    {
      id: 'delete',
      values: [20],
      misconception: 'M14',
      holds: () => false,
      trial: (spec) => withChangelog(spec, 'delete'),
    },
    { id: 'none', values: [], misconception: 'M28', holds: () => false, trial: (spec) => withChangelog(spec, 'none') },
  ],
};

function withChangelog(spec: StreamsRunSpec, kind: PriceTableProgram['changelog']): StreamsRunSpec {
  const late = endsAtMs + 10 * second;
  return withApplication(
    { ...spec, script: [...spec.script, ...backAfterLoss(late)], endsAtMs: late + 6 * second },
    application,
    (each) => ({ ...each, program: { ...program, changelog: kind } }),
  );
}
