import type { GroupSpec, LaneSpec, RunRecord, RunSpec } from '../../../src/engine/scenario/run-spec.js';

/** order-1 … order-6 placed, then paid. */
const twelveOrders: readonly RunRecord[] = ['placed', 'paid'].flatMap((step) =>
  [1, 2, 3, 4, 5, 6].map((order) => ({ key: `order-${order}`, value: JSON.stringify({ order, step }) })),
);

export const queueLane = (
  workerMs: readonly number[] = [1000, 9500],
  delivery: 'competing' | 'exclusive' = 'competing',
): LaneSpec => ({
  lane: 'queue',
  delivery,
  acknowledgementTimeoutMs: 30_000,
  workers: workerMs.map((handlingMs, at) => ({ id: `worker-${at + 1}`, handlingMs })),
});

export const publishSubscribeLane = (joinsAtMs: readonly number[] = [0, 0]): LaneSpec => ({
  lane: 'publish-subscribe',
  subscribers: joinsAtMs.map((joins, at) => ({
    id: `subscriber-${at + 1}`,
    handlingMs: at === 0 ? 800 : 1300,
    joinsAtMs: joins,
  })),
});

export const groupA = (memberMs: readonly number[] = [1000, 2200]): GroupSpec => ({
  group: 'A',
  starts: { kind: 'before-the-first-record' },
  autoOffsetReset: 'earliest',
  members: memberMs.map((handlingMs, at) => ({ id: `A-${at + 1}`, handlingMs })),
});

export const groupB = (autoOffsetReset: 'earliest' | 'latest' = 'earliest'): GroupSpec => ({
  group: 'B',
  starts: { kind: 'when-all-are-stored' },
  autoOffsetReset,
  members: [{ id: 'B-1', handlingMs: 1100 }],
});

export const topicLane = (
  groups: readonly GroupSpec[] = [groupA(), groupB()],
  more: { partitions?: number; keyed?: boolean } = {},
): LaneSpec => ({
  lane: 'topic',
  topic: 'orders',
  partitions: more.partitions ?? 3,
  keyed: more.keyed ?? true,
  groups,
});

export const specOf = (lanes: readonly LaneSpec[], more: Partial<RunSpec> = {}): RunSpec => ({
  seed: '1',
  records: twelveOrders,
  recordIntervalMs: 900,
  overrides: [],
  ...more,
  lanes,
});
