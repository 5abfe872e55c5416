import type {
  PriceJoinProgram,
  RunApplication,
  StreamsRunSpec,
  StreamsRunStep,
} from '../../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import {
  applicationOf,
  applicationSpecOf,
  cellsOf,
  withApplication,
  type StreamsQuestion,
  type StreamsScenario,
} from '../streams-outcome.js';

export type StepId =
  | 'sales'
  | 'stream-table'
  | 'run-stream-table'
  | 'saw-stream-table'
  | 'table-table'
  | 'run-table-table'
  | 'saw-table-table'
  | 'stream-stream'
  | 'run-stream-stream'
  | 'saw-stream-stream'
  | 'partitions'
  | 'run-partitions'
  | 'saw-partitions'
  | 'fourth'
  | 'run-fourth'
  | 'saw-fourth'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  | 'stream-table'
  | 'saw-stream-table'
  | 'table-table'
  | 'saw-table-table'
  | 'stream-stream'
  | 'saw-stream-stream'
  | 'partitions'
  | 'saw-partitions'
  | 'fourth'
  | 'saw-fourth'
  | 'guarantee';

const second = 1000;
/** One application for each kind of join, and one whose sides have other numbers of partitions. */
export const streamTable = 'stream-table';
export const tableTable = 'table-table';
export const streamStream = 'stream-stream';
export const unequal = 'unequal';

export const outputs = {
  [streamTable]: 'priced-stream-table',
  [tableTable]: 'priced-table-table',
  [streamStream]: 'priced-stream-stream',
  [unequal]: 'priced-orders',
} as const;

const shared = { program: 'price-join', windowMs: 10 * second, repartitions: false } as const;
const small = { ...shared, sales: 'sales', prices: 'prices' } as const;
const largeProgram: PriceJoinProgram = {
  ...shared,
  join: 'stream-table',
  sales: 'orders',
  prices: 'price-list',
  output: outputs[unequal],
};

const applications: readonly RunApplication[] = [
  {
    application: streamTable,
    program: { ...small, join: 'stream-table', output: outputs[streamTable] },
    instances: ['stream-table-1'],
  },
  {
    application: tableTable,
    program: { ...small, join: 'table-table', output: outputs[tableTable] },
    instances: ['table-table-1'],
  },
  {
    application: streamStream,
    program: { ...small, join: 'stream-stream', output: outputs[streamStream] },
    instances: ['stream-stream-1'],
  },
  { application: unequal, program: largeProgram, instances: ['unequal-1'] },
];

const send = (atMs: number, topic: string, key: string, value: string): StreamsRunStep => ({
  atMs,
  does: 'send',
  topic,
  key,
  value,
});

export const joinedEndMs = 13 * second;
export const refusedAtMs = 16 * second;
export const refusedEndMs = 19 * second;
export const alteredAtMs = 20 * second;
export const fourthStartMs = 23 * second;
export const endsAtMs = 32 * second;

/** A sale before its price, a sale after it, and another price after both; then a list of prices with three partitions and orders with four. */
export const silentJoinsSpec: StreamsRunSpec = {
  kind: 'streams',
  seed: '1',
  topics: [
    { topic: 'sales', partitions: 1 },
    { topic: 'prices', partitions: 1 },
    ...[streamTable, tableTable, streamStream].map((application) => ({
      topic: outputs[application as keyof typeof outputs],
      partitions: 1,
    })),
    { topic: 'orders', partitions: 4 },
    { topic: 'price-list', partitions: 3 },
    { topic: outputs[unequal], partitions: 4 },
  ],
  applications,
  script: [
    { atMs: 0, does: 'start', instance: 'stream-table-1' },
    { atMs: 100, does: 'start', instance: 'table-table-1' },
    { atMs: 200, does: 'start', instance: 'stream-stream-1' },
    send(3_000, 'sales', 'sku-1', 'sale 1'),
    send(5_000, 'prices', 'sku-1', '10'),
    send(7_000, 'sales', 'sku-1', 'sale 2'),
    send(9_000, 'prices', 'sku-1', '12'),
    send(14_000, 'price-list', 'sku-1', '10'),
    send(14_500, 'price-list', 'sku-2', '20'),
    { atMs: refusedAtMs, does: 'start', instance: 'unequal-1' },
    { atMs: refusedEndMs + 500, does: 'stop', instance: 'unequal-1' },
    { atMs: alteredAtMs, does: 'set-partitions', topic: 'price-list', partitions: 4 },
    { atMs: fourthStartMs, does: 'start', instance: 'unequal-1' },
    send(27_000, 'orders', 'sku-1', 'sale 3'),
    send(28_000, 'orders', 'sku-2', 'sale 4'),
  ],
  endsAtMs,
};

/** Scenario 21: what each kind of join says, when, and when it says nothing. */
export function silentJoins(): StreamsScenario<StepId, QuestionId> {
  const about = (application: string) => ({ groups: [application] });
  return {
    id: 'silent-joins',
    spec: silentJoinsSpec,
    steps: [
      { id: 'sales', phase: 'set-up', ...about(streamTable) },
      { id: 'stream-table', phase: 'predict', question: 'stream-table', ...about(streamTable) },
      { id: 'run-stream-table', phase: 'run', untilMs: joinedEndMs, ...about(streamTable) },
      { id: 'saw-stream-table', phase: 'observe', question: 'saw-stream-table', ...about(streamTable) },
      { id: 'table-table', phase: 'predict', question: 'table-table', ...about(tableTable) },
      { id: 'run-table-table', phase: 'run', untilMs: joinedEndMs, ...about(tableTable) },
      { id: 'saw-table-table', phase: 'observe', question: 'saw-table-table', ...about(tableTable) },
      { id: 'stream-stream', phase: 'predict', question: 'stream-stream', ...about(streamStream) },
      { id: 'run-stream-stream', phase: 'run', untilMs: joinedEndMs, ...about(streamStream) },
      { id: 'saw-stream-stream', phase: 'observe', question: 'saw-stream-stream', ...about(streamStream) },
      { id: 'partitions', phase: 'predict', question: 'partitions', ...about(unequal) },
      { id: 'run-partitions', phase: 'run', untilMs: refusedEndMs, ...about(unequal) },
      { id: 'saw-partitions', phase: 'observe', question: 'saw-partitions', ...about(unequal) },
      { id: 'fourth', phase: 'predict', question: 'fourth', ...about(unequal) },
      { id: 'run-fourth', phase: 'run', ...about(unequal) },
      { id: 'saw-fourth', phase: 'observe', question: 'saw-fourth', ...about(unequal) },
      { id: 'guarantee', phase: 'explain', question: 'guarantee', ...about(unequal) },
      { id: 'vary', phase: 'vary', ...about(unequal) },
      { id: 'play', phase: 'play', ...about(unequal) },
    ],
    questions: {
      'stream-table': countOf(streamTable, [
        [2, 'M24'],
        [3, 'M24'],
      ]),
      'saw-stream-table': sawStreamTable,
      'table-table': countOf(tableTable, [
        [1, 'M24'],
        [2, 'M24'],
      ]),
      'saw-table-table': sawTableTable,
      'stream-stream': countOf(streamStream, [
        [2, 'M24'],
        [3, 'M24'],
      ]),
      'saw-stream-stream': sawStreamStream,
      partitions,
      'saw-partitions': sawPartitions,
      fourth,
      'saw-fourth': sawFourth,
      guarantee,
    },
    variations: [
      { setting: 'join', application: unequal },
      { setting: 'repartition', application: unequal },
    ],
    challenge: {
      isMet: (outcome, spec) => {
        const { program } = applicationSpecOf(spec, unequal);
        return (
          outcome.finished &&
          program.program === 'price-join' &&
          pricedOf(outcome, unequal).includes('sale 3 at no price') &&
          pricedOf(outcome, unequal).includes('sale 4 at 20')
        );
      },
      hintAfter: 2,
    },
  };
}

/** What an application has written, in sequence. */
export const pricedOf = (outcome: StreamsRunView, application: keyof typeof outputs): readonly string[] =>
  cellsOf(outcome, outputs[application]).map(({ value }) => value ?? '');

/** When the application with unequal sides failed, and with what. */
export function refusalOf(
  outcome: StreamsRunView,
): { readonly code: string; readonly message: string; readonly atMs: number } | undefined {
  const [instance] = applicationOf(outcome, unequal).instances;
  const life = instance?.lives.find(({ end }) => end === 'failed');
  if (instance?.failures[0] === undefined || life?.toMs === undefined) return undefined;
  return { ...instance.failures[0], atMs: life.toMs };
}

/** In which partition of a topic a key's records lie. */
export const partitionOfKey = (outcome: StreamsRunView, topic: string, key: string): number | undefined =>
  outcome.topics
    .find((each) => each.topic === topic)
    ?.partitions.find(({ cells }) => cells.some((cell) => cell.key === key))?.partition;

function countOf(
  application: keyof typeof outputs,
  others: readonly (readonly [count: number, believes: 'M24'])[],
): StreamsQuestion {
  return {
    kind: 'prediction',
    answeredBy: 'number',
    options: (_, outcome) => {
      const right = pricedOf(outcome, application).length;
      return [[right, undefined] as const, ...others].map(([count, misconception]) => ({
        id: String(count),
        values: [count],
        ...(misconception === undefined ? {} : { misconception }),
        holds: (view: StreamsRunView) => pricedOf(view, application).length === count,
      }));
    },
  };
}

const sawStreamTable: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'only-sale-2',
      values: [],
      holds: (outcome) => pricedOf(outcome, streamTable).join() === 'sale 2 at 10',
    },
    {
      id: 'waited',
      values: [],
      misconception: 'M24',
      holds: (outcome) => pricedOf(outcome, streamTable).includes('sale 1 at 10'),
    },
    {
      id: 'again',
      values: [],
      misconception: 'M24',
      holds: (outcome) => pricedOf(outcome, streamTable).includes('sale 2 at 12'),
    },
  ],
};

const sawTableTable: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'both-sides',
      values: [],
      holds: (outcome) => pricedOf(outcome, tableTable).join() === 'sale 1 at 10,sale 2 at 10,sale 2 at 12',
    },
    {
      id: 'sales-only',
      values: [],
      misconception: 'M24',
      holds: (outcome) => pricedOf(outcome, tableTable).length === 1,
    },
    {
      id: 'every-pair',
      values: [],
      misconception: 'M24',
      holds: (outcome) => pricedOf(outcome, tableTable).includes('sale 1 at 12'),
    },
  ],
};

const sawStreamStream: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'every-pair',
      values: [],
      holds: (outcome) => pricedOf(outcome, streamStream).length === 4,
    },
    {
      id: 'nearest',
      values: [],
      misconception: 'M24',
      holds: (outcome) => pricedOf(outcome, streamStream).length === 2,
    },
    {
      id: 'like-table',
      values: [],
      misconception: 'M24',
      holds: (outcome) => pricedOf(outcome, streamStream).length === 1,
    },
  ],
};

const partitions: StreamsQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'works',
      values: [],
      misconception: 'M24',
      holds: (outcome) => refusalOf(outcome) === undefined && pricedOf(outcome, unequal).length === 2,
    },
    {
      id: 'some-missing',
      values: [],
      misconception: 'M24',
      holds: (outcome) => refusalOf(outcome) === undefined && pricedOf(outcome, unequal).length < 2,
    },
    { id: 'refused', values: [], holds: (outcome) => refusalOf(outcome) !== undefined },
  ],
};

const sawPartitions: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'failed', values: [], holds: (outcome) => refusalOf(outcome)?.code === 'TopologyException' },
    { id: 'runs', values: [], misconception: 'M24', holds: (outcome) => refusalOf(outcome) === undefined },
  ],
};

/** Which of the two sales finds its price, once both topics have four partitions. */
const fourth: StreamsQuestion = {
  kind: 'prediction',
  options: () => {
    const both = ['sale 3 at 10', 'sale 4 at 20'];
    const option = (id: string, found: readonly string[], misconception?: 'M6' | 'M24') => ({
      id,
      values: [],
      ...(misconception === undefined ? {} : { misconception }),
      holds: (outcome: StreamsRunView) => pricedOf(outcome, unequal).join() === found.join(),
    });
    return [option('both', both, 'M6'), option('second-only', both.slice(1)), option('none', [], 'M24')];
  },
};

const sawFourth: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'elsewhere',
      values: [],
      holds: (outcome) =>
        partitionOfKey(outcome, 'price-list', 'sku-1') !== partitionOfKey(outcome, 'orders', 'sku-1') &&
        pricedOf(outcome, unequal).length === 1,
    },
    {
      id: 'moved',
      values: [],
      misconception: 'M6',
      holds: (outcome) => partitionOfKey(outcome, 'price-list', 'sku-1') === partitionOfKey(outcome, 'orders', 'sku-1'),
    },
    {
      id: 'error',
      values: [],
      misconception: 'M24',
      holds: (outcome) => applicationOf(outcome, unequal).instances[0]?.condition === 'failed',
    },
  ],
};

/** How both sales get their prices. */
const guarantee: StreamsQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'restart',
      values: [],
      misconception: 'M24',
      holds: () => false,
      trial: (spec) =>
        withSteps(spec, [
          { atMs: 25 * second, does: 'stop', instance: 'unequal-1' },
          { atMs: 26 * second, does: 'start', instance: 'unequal-1' },
        ]),
    },
    {
      id: 'left',
      values: [],
      misconception: 'M24',
      holds: () => false,
      trial: (spec) => withProgram(spec, { join: 'left-stream-table' }),
    },
    {
      id: 'repartition',
      values: [],
      holds: () => true,
      trial: (spec) => withProgram(spec, { repartitions: true }),
    },
    {
      id: 'global',
      values: [],
      holds: () => true,
      trial: (spec) => withProgram(spec, { join: 'global-table' }),
    },
    {
      id: 'write-again',
      values: [],
      holds: () => true,
      trial: (spec) =>
        withSteps(spec, [send(25_000, 'price-list', 'sku-1', '10'), send(25_200, 'price-list', 'sku-2', '20')]),
    },
  ],
};

const withProgram = (spec: StreamsRunSpec, change: Partial<PriceJoinProgram>): StreamsRunSpec =>
  withApplication(spec, unequal, (each) => ({ ...each, program: { ...largeProgram, ...change } }));

/** The last steps of the script come later, so that others have time. */
function withSteps(spec: StreamsRunSpec, steps: readonly StreamsRunStep[]): StreamsRunSpec {
  return { ...spec, script: [...spec.script, ...steps].toSorted((one, next) => one.atMs - next.atMs) };
}
