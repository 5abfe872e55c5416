import type {
  GroupSpec,
  PublishSubscribeLane,
  QueueLane,
  RunRecord,
  RunSpec,
  TopicLane,
} from '../../../engine/scenario/run-spec.js';

/** order-1 … order-6, first placed, then paid. */
export const twelveOrders: readonly RunRecord[] = ['placed', 'paid'].flatMap((step) =>
  [1, 2, 3, 4, 5, 6].map((order) => ({
    key: `order-${order}`,
    value: JSON.stringify({ order, step, amount: `${order * 12}.00` }),
  })),
);

const queue: QueueLane = {
  lane: 'queue',
  workers: [
    { id: 'worker-1', handlingMs: 1000 },
    { id: 'worker-2', handlingMs: 9500 },
  ],
  delivery: 'competing',
  acknowledgementTimeoutMs: 30_000,
};

const publishSubscribe: PublishSubscribeLane = {
  lane: 'publish-subscribe',
  subscribers: [
    { id: 'subscriber-1', handlingMs: 800, joinsAtMs: 0 },
    { id: 'subscriber-2', handlingMs: 1300, joinsAtMs: 0 },
  ],
};

const groupA: GroupSpec = {
  group: 'A',
  members: [
    { id: 'A-1', handlingMs: 1000 },
    { id: 'A-2', handlingMs: 2200 },
  ],
  starts: { kind: 'before-the-first-record' },
  autoOffsetReset: 'earliest',
};

const groupB: GroupSpec = {
  group: 'B',
  members: [{ id: 'B-1', handlingMs: 1100 }],
  starts: { kind: 'when-all-are-stored' },
  autoOffsetReset: 'earliest',
};

const topic: TopicLane = { lane: 'topic', topic: 'orders', partitions: 3, keyed: true, groups: [groupA, groupB] };

/** Cluster, actors and script of the scenario for any records; the defaults are the twelve orders. */
export function threeWaysSpec(records: readonly RunRecord[] = twelveOrders): RunSpec {
  return { seed: '1', records, recordIntervalMs: 900, lanes: [queue, publishSubscribe, topic], overrides: [] };
}
