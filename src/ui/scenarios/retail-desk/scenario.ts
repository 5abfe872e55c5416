import type { RunRecord } from '../../../engine/scenario/run-spec.js';
import type { RetailDeskProgram, StreamsRunSpec, StreamsRunStep } from '../../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView, TaskSpan } from '../../../engine/scenario/streams-run-view.js';
import {
  applicationOf,
  applicationSpecOf,
  cellsOf,
  cellsUntil,
  rowsOf,
  type StreamsQuestion,
  type StreamsScenario,
} from '../streams-outcome.js';
import { topicOfMovement } from './movements.js';

export type StepId =
  | 'desk'
  | 'reorder'
  | 'updates'
  | 'run-sales'
  | 'saw-sales'
  | 'takeover'
  | 'again'
  | 'run-kill'
  | 'saw-kill'
  | 'new-code'
  | 'run-new-code'
  | 'saw-new-code'
  | 'saw-own'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  | 'reorder'
  | 'updates'
  | 'saw-sales'
  | 'takeover'
  | 'again'
  | 'saw-kill'
  | 'new-code'
  | 'saw-new-code'
  | 'saw-own'
  | 'guarantee';

const second = 1000;
export const application = 'retail';
/** The instance that has the tasks of sku-1 and sku-2, and is killed. */
export const killed = 'desk-2';
export const other = 'desk-1';

export const salesEndMs = 10 * second;
export const killAtMs = 12 * second;
/** A sale comes while nobody has the task. */
export const lateSaleAtMs = 14 * second;
export const killEndMs = 26 * second;
export const endsAtMs = 46 * second;

export const program: RetailDeskProgram = {
  program: 'retail-desk',
  openingStock: 10,
  reorderBelow: 4,
  fastSales: 8,
  windowMs: 10 * second,
};
/** The new code reorders earlier. */
export const newProgram: RetailDeskProgram = { ...program, reorderBelow: 8 };

const sale = (atMs: number, order: number, sku: string, qty: number): StreamsRunStep => ({
  atMs,
  does: 'send',
  topic: 'sales',
  key: `order-${order}`,
  value: JSON.stringify({ sku, qty }),
});
const shipment = (atMs: number, sku: string, qty: number): StreamsRunStep => ({
  atMs,
  does: 'send',
  topic: 'shipments',
  key: sku,
  value: JSON.stringify({ sku, qty }),
});

const topics: StreamsRunSpec['topics'] = [
  { topic: 'sales', partitions: 2 },
  { topic: 'shipments', partitions: 2 },
  { topic: 'stock-levels', partitions: 2 },
  { topic: 'reorders', partitions: 1 },
  { topic: 'price-adjustments', partitions: 1 },
];

const starts: readonly StreamsRunStep[] = [
  { atMs: 0, does: 'start', instance: other },
  { atMs: 500, does: 'start', instance: killed },
];

/** Six sales and a shipment. */
const day: readonly StreamsRunStep[] = [
  sale(3_000, 1, 'sku-1', 3),
  sale(4_000, 2, 'sku-2', 4),
  sale(5_000, 3, 'sku-4', 2),
  shipment(5_500, 'sku-2', 5),
  sale(6_000, 4, 'sku-1', 2),
  sale(7_000, 5, 'sku-2', 4),
  sale(8_000, 6, 'sku-1', 2),
];

const lateSale = sale(lateSaleAtMs, 7, 'sku-1', 1);

/** How new code takes the place of the old: both instances closed, the application reset, one started again. */
const redeploy = (atMs: number, between: readonly StreamsRunStep[]): readonly StreamsRunStep[] => [
  { atMs, does: 'stop', instance: other },
  { atMs: atMs + second, does: 'deploy', application, program: newProgram },
  ...between,
  { atMs: atMs + 4 * second, does: 'start', instance: other },
];

/** Sales and shipments become stock levels, reorders and price adjustments; an instance is killed; new code reads everything again. */
export const retailDeskSpec: StreamsRunSpec = {
  kind: 'streams',
  seed: '1',
  topics,
  applications: [{ application, program, instances: [other, killed] }],
  script: [
    ...starts,
    ...day,
    { atMs: killAtMs, does: 'crash', instance: killed },
    lateSale,
    ...redeploy(killEndMs + second, [
      { atMs: killEndMs + 3 * second, does: 'reset', application },
      { atMs: killEndMs + 4 * second, does: 'clean-up', instance: other },
    ]),
  ],
  endsAtMs,
};

const variations = (
  [
    'reorder-below',
    'opening-stock',
    'statestore.cache.max.bytes',
    'commit.interval.ms',
    'session.timeout.ms',
    'num.standby.replicas',
  ] as const
).map((setting) => ({ setting, application }));

/** Scenario 19: streams computed from streams, state that outlives its instance, and code that reads the past again. */
export function retailDesk(): StreamsScenario<StepId, QuestionId> {
  return {
    id: 'retail-desk',
    spec: retailDeskSpec,
    steps: [
      { id: 'desk', phase: 'set-up' },
      { id: 'reorder', phase: 'predict', question: 'reorder' },
      { id: 'updates', phase: 'predict', question: 'updates' },
      { id: 'run-sales', phase: 'run', untilMs: salesEndMs },
      { id: 'saw-sales', phase: 'observe', question: 'saw-sales' },
      { id: 'takeover', phase: 'predict', question: 'takeover' },
      { id: 'again', phase: 'predict', question: 'again' },
      { id: 'run-kill', phase: 'run', untilMs: killEndMs },
      { id: 'saw-kill', phase: 'observe', question: 'saw-kill' },
      { id: 'new-code', phase: 'predict', question: 'new-code' },
      { id: 'run-new-code', phase: 'run' },
      { id: 'saw-new-code', phase: 'observe', question: 'saw-new-code' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      reorder,
      updates,
      'saw-sales': sawSales,
      takeover,
      again,
      'saw-kill': sawKill,
      'new-code': newCode,
      'saw-new-code': sawNewCode,
      'saw-own': sawOwn,
      guarantee,
    },
    variations,
    challenge: {
      isMet: (outcome, spec) =>
        outcome.finished &&
        (applicationSpecOf(spec, application).cacheMaxBytes ?? 0) > 0 &&
        levelsUntil(outcome, killAtMs).length > 0 &&
        levelsUntil(outcome, killAtMs).length <= 3,
      hintAfter: 2,
    },
  };
}

/** The same application on a learner's own sales and shipments: predicted, run, and played with. */
export function retailDeskOn(movements: readonly RunRecord[]): StreamsScenario<StepId, QuestionId> {
  const untouched = retailDesk();
  const intervalMs = movements.length > 30 ? Math.max(100, Math.round(30_000 / movements.length)) : second;
  const sends = movements.map(({ key, value }, at): StreamsRunStep => {
    const kind = key === 'shipment' ? 'shipment' : 'sale';
    return {
      atMs: 3 * second + at * intervalMs,
      does: 'send',
      topic: topicOfMovement[kind],
      key: `${kind}-${at + 1}`,
      value,
    };
  });
  const untilMs = 3 * second + movements.length * intervalMs + 5 * second;
  return {
    ...untouched,
    spec: { ...retailDeskSpec, script: [...starts, ...sends], endsAtMs: Math.ceil(untilMs / second) * second },
    steps: [
      { id: 'desk', phase: 'set-up' },
      { id: 'updates', phase: 'predict', question: 'updates' },
      { id: 'run-sales', phase: 'run' },
      { id: 'saw-own', phase: 'observe', question: 'saw-own' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: { ...untouched.questions, updates: ownUpdates },
    challenge: {
      isMet: (outcome) =>
        outcome.finished &&
        cellsOf(outcome, 'stock-levels').length > 0 &&
        cellsOf(outcome, 'stock-levels').length < movedIn(outcome),
      hintAfter: 2,
    },
  };
}

/** How many sales and shipments came in. */
export const movedIn = (outcome: StreamsRunView): number =>
  cellsOf(outcome, 'sales').length + cellsOf(outcome, 'shipments').length;

/** How many items the store knows. */
export const itemsIn = (outcome: StreamsRunView): number => rowsOf(outcome, application, 'stock').length;

const ownUpdates: StreamsQuestion = {
  kind: 'prediction',
  answeredBy: 'number',
  options: (_, outcome) => {
    const right = cellsOf(outcome, 'stock-levels').length;
    return [...new Set([right, itemsIn(outcome), cellsOf(outcome, 'sales').length])].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === right ? {} : { misconception: 'M23' as const }),
      holds: (view: StreamsRunView) => cellsOf(view, 'stock-levels').length === count,
    }));
  },
};

const sawOwn: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'each-update',
      values: [],
      holds: (outcome) => cellsOf(outcome, 'stock-levels').length === movedIn(outcome),
    },
    {
      id: 'last-only',
      values: [],
      misconception: 'M23',
      holds: (outcome) =>
        cellsOf(outcome, 'stock-levels').length === itemsIn(outcome) && itemsIn(outcome) < movedIn(outcome),
    },
  ],
};

/** What was written to `stock-levels` up to a moment. */
export const levelsUntil = (
  outcome: StreamsRunView,
  atMs: number,
): readonly { key: string | null; value: string | null }[] => cellsUntil(outcome, 'stock-levels', atMs);

/** The items that were reordered up to a moment, in sequence. */
export const reordersUntil = (outcome: StreamsRunView, atMs: number): readonly string[] =>
  cellsUntil(outcome, 'reorders', atMs).map(({ key }) => key ?? '');

/** What was adjusted up to a moment. */
export const adjustmentsUntil = (outcome: StreamsRunView, atMs: number): readonly string[] =>
  cellsUntil(outcome, 'price-adjustments', atMs).map(({ key }) => key ?? '');

/** The newest stock level of an item that was written up to a moment. */
export const levelAt = (outcome: StreamsRunView, sku: string, atMs: number): number | undefined => {
  const value = levelsUntil(outcome, atMs).findLast(({ key }) => key === sku)?.value;
  return value === undefined || value === null ? undefined : Number(value);
};

/** The stock of an item in the store, at the moment of the view. */
export const stockOf = (outcome: StreamsRunView, sku: string): number | undefined => {
  const row = rowsOf(outcome, application, 'stock').find(({ key }) => key === sku);
  return row === undefined ? undefined : Number(row.value);
};

/** The task that has the stock of sku-1. */
export const deskTask = '2_1';

/** How the other instance got the task of the killed one. */
export function takenOver(outcome: StreamsRunView): TaskSpan | undefined {
  return applicationOf(outcome, application)
    .tasks.find(({ task }) => task === deskTask)
    ?.spans.find(({ instance, fromMs }) => instance === other && fromMs > killAtMs);
}

/** How many records of the day tasks took again after the kill and before the reset. */
export const repeatedUntil = (outcome: StreamsRunView, atMs: number): number =>
  applicationOf(outcome, application)
    .tasks.flatMap(({ processed }) => processed)
    .filter((record) => record.isAgain && record.atMs <= atMs).length;

const reorder: StreamsQuestion = {
  kind: 'prediction',
  options: () =>
    [['sku-1'], ['sku-2'], ['sku-1', 'sku-2'], []].map((skus) => ({
      id: skus.length === 0 ? 'nothing' : skus.join('+'),
      values: [],
      ...(skus.includes('sku-2') ? { misconception: 'M28' as const } : {}),
      holds: (outcome: StreamsRunView) => reordersUntil(outcome, salesEndMs).join('+') === skus.join('+'),
    })),
};

const updates: StreamsQuestion = {
  kind: 'prediction',
  answeredBy: 'number',
  options: () =>
    [7, 3, 1].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === 7 ? {} : { misconception: 'M23' as const }),
      holds: (outcome: StreamsRunView) => levelsUntil(outcome, salesEndMs).length === count,
    })),
};

const sawSales: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'each-update',
      values: [],
      holds: (outcome) =>
        levelsUntil(outcome, salesEndMs).length === 7 && reordersUntil(outcome, salesEndMs).join() === 'sku-1',
    },
    {
      id: 'last-only',
      values: [],
      misconception: 'M23',
      holds: (outcome) => levelsUntil(outcome, salesEndMs).length === 3,
    },
    {
      id: 'by-order',
      values: [],
      misconception: 'M24',
      holds: (outcome) => rowsOf(outcome, application, 'stock').some(({ key }) => key.startsWith('order-')),
    },
  ],
};

/** The stock of sku-1 after the sale that came while nobody had its task: it was 3, and one more is sold. */
const takeover: StreamsQuestion = {
  kind: 'prediction',
  options: (_, outcome) => {
    const right = levelAt(outcome, 'sku-1', killEndMs);
    return [2, 9, 3].map((stock) => ({
      id: String(stock),
      values: [stock],
      ...(stock === right ? {} : { misconception: 'M28' as const }),
      holds: (view: StreamsRunView) => levelAt(view, 'sku-1', killEndMs) === stock,
    }));
  },
};

const again: StreamsQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'changelog',
      values: [],
      holds: (outcome) => (takenOver(outcome)?.restoredRecords ?? 0) > 0 && repeatedUntil(outcome, killEndMs) === 0,
    },
    {
      id: 'sales',
      values: [],
      misconception: 'M28',
      holds: (outcome) => repeatedUntil(outcome, killEndMs) > 0,
    },
    {
      id: 'disk',
      values: [],
      misconception: 'M28',
      holds: (outcome) => takenOver(outcome)?.restoredRecords === 0,
    },
  ],
};

const sawKill: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'came-back',
      values: [],
      holds: (outcome) => (takenOver(outcome)?.restoredRecords ?? 0) > 0 && levelAt(outcome, 'sku-1', killEndMs) === 2,
    },
    {
      id: 'began-anew',
      values: [],
      misconception: 'M28',
      holds: (outcome) => levelAt(outcome, 'sku-1', killEndMs) === program.openingStock - 1,
    },
    {
      id: 'sale-lost',
      values: [],
      misconception: 'M9',
      holds: (outcome) => levelAt(outcome, 'sku-1', killEndMs) === 3,
    },
  ],
};

/** How many records `reorders` has after the new code has read everything: the old one is still there. */
const newCode: StreamsQuestion = {
  kind: 'prediction',
  options: (_, outcome) => {
    const right = cellsOf(outcome, 'reorders').length;
    return [1, right - 1, right].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === right ? {} : { misconception: count === 1 ? ('M8' as const) : ('M1' as const) }),
      holds: (view: StreamsRunView) => cellsOf(view, 'reorders').length === count,
    }));
  },
};

const sawNewCode: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'added',
      values: [],
      holds: (outcome) =>
        cellsOf(outcome, 'reorders').length === reordersUntil(outcome, killEndMs).length + 2 &&
        stockOf(outcome, 'sku-1') === 2,
    },
    {
      id: 'replaced',
      values: [],
      misconception: 'M1',
      holds: (outcome) => cellsOf(outcome, 'reorders').length === 2,
    },
    {
      id: 'counted-twice',
      values: [],
      misconception: 'M28',
      holds: (outcome) => stockOf(outcome, 'sku-1') !== 2,
    },
  ],
};

/** What the new code has to make of all that was sold and shipped. */
export function isRight(outcome: StreamsRunView): boolean {
  const applications = outcome.applications.map((each) => each.application);
  return applications.some((id) => {
    const rows = rowsOf(outcome, id, 'stock');
    const stock = (sku: string) => Number(rows.find(({ key }) => key === sku)?.value);
    const { program: code } = applicationOf(outcome, id);
    return (
      code.program === 'retail-desk' &&
      code.reorderBelow === newProgram.reorderBelow &&
      stock('sku-1') === 2 &&
      stock('sku-2') === 7 &&
      stock('sku-4') === 8 &&
      ['sku-1', 'sku-2'].every((sku) =>
        cellsOf(outcome, 'reorders').some(({ key, storedAtMs }) => key === sku && storedAtMs > killEndMs),
      )
    );
  });
}

const guarantee: StreamsQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'restart',
      values: [],
      misconception: 'M8',
      holds: () => false,
      trial: (spec) => withRedeploy(spec, []),
    },
    {
      id: 'offsets-only',
      values: [],
      misconception: 'M28',
      holds: () => false,
      trial: (spec) => withRedeploy(spec, [{ atMs: killEndMs + 3 * second, does: 'reset-offsets', application }]),
    },
    {
      id: 'reset',
      values: [],
      holds: () => true,
      trial: (spec) => spec,
    },
    {
      id: 'new-id',
      values: [],
      holds: () => true,
      trial: (spec) => ({
        ...spec,
        applications: [...spec.applications, { application: 'retail-2', program: newProgram, instances: ['desk-3'] }],
        script: [
          ...starts,
          ...day,
          { atMs: killAtMs, does: 'crash', instance: killed },
          lateSale,
          { atMs: killEndMs + second, does: 'start', instance: 'desk-3' },
        ],
      }),
    },
  ],
};

function withRedeploy(spec: StreamsRunSpec, between: readonly StreamsRunStep[]): StreamsRunSpec {
  return {
    ...spec,
    script: [
      ...starts,
      ...day,
      { atMs: killAtMs, does: 'crash', instance: killed },
      lateSale,
      ...redeploy(killEndMs + second, between),
    ],
  };
}
