import type { RetailDeskProgram, StreamsRunSpec, StreamsRunStep } from '../../../engine/scenario/streams-run-spec.js';

export const second = 1000;
export const application = 'retail';
/** The instance that has the tasks of sku-1 and sku-2, and is killed. */
export const killed = 'desk-2';
export const other = 'desk-1';

export const salesEndMs = 10 * second;
export const killAtMs = 12 * second;
/** A sale comes while nobody has the task. */
const lateSaleAtMs = 14 * second;
export const killEndMs = 26 * second;
const endsAtMs = 46 * second;

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

export const starts: readonly StreamsRunStep[] = [
  { atMs: 0, does: 'start', instance: other },
  { atMs: 500, does: 'start', instance: killed },
];

/** Six sales and a shipment. */
export const day: readonly StreamsRunStep[] = [
  sale(3_000, 1, 'sku-1', 3),
  sale(4_000, 2, 'sku-2', 4),
  sale(5_000, 3, 'sku-4', 2),
  shipment(5_500, 'sku-2', 5),
  sale(6_000, 4, 'sku-1', 2),
  sale(7_000, 5, 'sku-2', 4),
  sale(8_000, 6, 'sku-1', 2),
];

export const lateSale = sale(lateSaleAtMs, 7, 'sku-1', 1);

/** How new code takes the place of the old: both instances closed, the application reset, one started again. */
export const redeploy = (atMs: number, between: readonly StreamsRunStep[]): readonly StreamsRunStep[] => [
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
