import { expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { apis } from '../../../src/engine/protocol/apis.js';
import type { Connection } from '../../../src/engine/protocol/connection.js';
import { traceLines } from '../../../src/engine/simulation/trace-recorder.js';
import { brokerAddress, World } from '../../../src/engine/simulation/world.js';
import { SlowStorage } from './slow-storage.js';

const newWorld = (): World => new World({ seed: 'a seed', settle, startMs: 1000 });

const createTopic = (connection: Connection, name: string) =>
  connection.send(
    { api: 'CreateTopics', version: apis.CreateTopics.validVersions.max, clientId: 'client' },
    { topics: [{ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }], timeoutMs: 1000 },
  );

const topicNames = async (connection: Connection): Promise<(string | null)[]> => {
  const { topics } = await connection.send(
    { api: 'Metadata', version: apis.Metadata.advertisedVersions.max, clientId: 'client' },
    { topics: null },
  );
  return topics.map(({ name }) => name);
};

const connect = (world: World): Promise<Connection> => world.outcome(world.network('client').connect(brokerAddress));

test('a broker that crashed and was started again over the same disk has what was acknowledged', async () => {
  const world = newWorld();
  const disk = new MemoryStorage();
  await world.outcome(world.startBroker({ storage: world.storage(disk), profile: 'test' }));
  const before = await connect(world);
  const answer = await world.outcome(createTopic(before, 'orders'));
  expect(answer.topics).toMatchObject([{ name: 'orders', errorCode: 0 }]);
  await world.crashBroker();
  expect(await world.outcome(before.closed)).toMatchObject({ reason: 'lost' });
  await world.outcome(world.startBroker({ storage: world.storage(disk), profile: 'test' }));
  expect(await world.outcome(topicNames(await connect(world)))).toContain('orders');
  const epochs = world.trace.flatMap((event) => (event.kind === 'broker-started' ? [event.leaderEpoch] : []));
  expect(epochs).toHaveLength(2);
  expect(epochs[1]).toBeGreaterThan(epochs[0] as number);
});

test('a broker can crash while it starts', async () => {
  const world = newWorld();
  const disk = new MemoryStorage();
  void world.startBroker({ storage: disk, profile: 'test' });
  await world.advanceBy(2);
  await world.crashBroker();
  await world.outcome(world.startBroker({ storage: disk, profile: 'test' }));
  expect(await world.outcome(createTopic(await connect(world), 'orders'))).toMatchObject({
    topics: [{ errorCode: 0 }],
  });
});

test('a broker that is stopped closes its connections and can be started again', async () => {
  const world = newWorld();
  const disk = new MemoryStorage();
  await world.outcome(world.startBroker({ storage: disk, profile: 'test' }));
  const before = await connect(world);
  await world.outcome(createTopic(before, 'orders'));
  await world.outcome(world.stopBroker());
  expect(await world.outcome(before.closed)).toMatchObject({ reason: 'peer-closed' });
  await world.outcome(world.startBroker({ storage: disk, profile: 'test' }));
  expect(await world.outcome(topicNames(await connect(world)))).toContain('orders');
});

test('memory and a storage that takes real time give the same trace', async () => {
  const traces = await Promise.all(
    [new MemoryStorage(), new SlowStorage(new MemoryStorage())].map(async (disk) => {
      const world = newWorld();
      await world.outcome(world.startBroker({ storage: disk, profile: 'test' }));
      const connection = await connect(world);
      await world.outcome(Promise.all(['a', 'b', 'c'].map((name) => createTopic(connection, name))));
      await world.advanceBy(1000);
      return traceLines(world.trace);
    }),
  );
  expect(traces[0]).toContain('topic-created');
  expect(traces[1]).toBe(traces[0]);
});
