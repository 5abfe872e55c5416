import type { StreamsRunSpec, StreamsRunStep } from '../../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import { cellsOf, rowsOf, type StreamsQuestion } from '../streams-outcome.js';
import { movedIn, itemsIn, levelsUntil, reordersUntil, levelAt, stockOf, takenOver, repeatedUntil } from './outcome.js';
import {
  application,
  killed,
  salesEndMs,
  killAtMs,
  killEndMs,
  program,
  newProgram,
  lateSale,
  second,
  starts,
  day,
  redeploy,
} from './run.js';

export const ownUpdates: StreamsQuestion = {
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

export const sawOwn: StreamsQuestion = {
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

export const reorder: StreamsQuestion = {
  kind: 'prediction',
  options: () =>
    [['sku-1'], ['sku-2'], ['sku-1', 'sku-2'], []].map((skus) => ({
      id: skus.length === 0 ? 'nothing' : skus.join('+'),
      values: [],
      ...(skus.includes('sku-2') ? { misconception: 'M28' as const } : {}),
      holds: (outcome: StreamsRunView) => reordersUntil(outcome, salesEndMs).join('+') === skus.join('+'),
    })),
};

export const updates: StreamsQuestion = {
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

export const sawSales: StreamsQuestion = {
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
export const takeover: StreamsQuestion = {
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

export const again: StreamsQuestion = {
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

export const sawKill: StreamsQuestion = {
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
export const newCode: StreamsQuestion = {
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

export const sawNewCode: StreamsQuestion = {
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

export const guarantee: StreamsQuestion = {
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
