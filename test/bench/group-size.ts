import { Broker } from '../../src/engine/broker/broker.js';
import { MemoryStorage } from '../../src/engine/environment/memory-storage.js';
import { nodeEnvironment } from '../../src/engine/platform/node/node-environment.js';
import { crowdOn, type Crowd, type Protocol } from '../engine/broker/crowd.js';

const sizes = [10, 100, 1000] as const;
const partitions = 1000;
/** So many heartbeats, and so many joins, are one measurement; the median of the rounds counts. */
const heartbeatsAtOnce = 5000;
const rounds = 7;

interface Cost {
  readonly heartbeatUs: number;
  readonly joinUs: number;
}

/**
 * What a coordinator spends on a group of 10, 100 and 1,000 members that share 1,000 partitions: on a heartbeat, and on a join. A join to a classic group has
 * all its members join and sync again, and the group written down: it is told for each of them. One to a group of the consumer protocol has the target assignment
 * of all members computed anew, each time.
 */
export async function measureGroupSize(print: (line: string) => void): Promise<void> {
  for (const protocol of ['classic', 'consumer'] as const) {
    // The first that is measured must not be the one that the code is compiled for.
    await costAt(protocol, 100);
    let smallest: Cost | undefined;
    for (const size of sizes) {
      const cost = await costAt(protocol, size);
      smallest ??= cost;
      for (const [what, value, against] of [
        ['heartbeat', cost.heartbeatUs, smallest.heartbeatUs],
        ['join', cost.joinUs, smallest.joinUs],
      ] as const)
        print(
          JSON.stringify({
            bench: `group-size ${protocol} ${what}, ${size} members`,
            value: rounded(value),
            unit: 'µs',
            against: rounded(against),
            rival: `${sizes[0]} members`,
            ratio: rounded(value / against),
          }),
        );
    }
  }
}

async function costAt(protocol: Protocol, size: number): Promise<Cost> {
  const broker = await Broker.start(nodeEnvironment(), {
    storage: new MemoryStorage(),
    profile: 'test',
    config: { 'group.consumer.assignment.interval.ms': 0 },
  });
  await broker.handle(
    { connectionId: 'admin', requestId: 'request:admin:0' },
    { api: 'CreateTopics', version: 7, clientId: 'admin' },
    { topics: [{ name: 'orders', numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }] },
  );
  const crowd = crowdOn(broker, protocol, 'orders');
  await crowd.join(size);
  await settle(crowd);
  const heartbeats: number[] = [];
  const joins: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const times = Math.ceil(heartbeatsAtOnce / size);
    heartbeats.push((await timed(async () => repeat(times, () => crowd.heartbeat()))) / (times * size));
    const joined = await timed(() => crowd.join(1));
    joins.push(protocol === 'classic' ? joined / (size + 1) : joined);
    await settle(crowd);
    await crowd.leave(1);
    await settle(crowd);
  }
  await broker.stop();
  return { heartbeatUs: median(heartbeats) * 1000, joinUs: median(joins) * 1000 };
}

async function settle(crowd: Crowd): Promise<void> {
  while (await crowd.heartbeat());
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) await work();
}

/** In milliseconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
