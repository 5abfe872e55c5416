import { expect, test } from 'vitest';
import { Kafka } from '../../../src/engine/client/kafka.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { StorageError, type StorageWrite } from '../../../src/engine/environment/storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { World } from '../../../src/engine/simulation/world.js';

/** A world whose disk refuses so many of the commits that begin a log of `topic`, from the first on. */
async function worldRefusing(topic: string, times: number): Promise<{ world: World; client: (id: string) => Kafka }> {
  const world = new World({ seed: 'a seed', settle });
  let left = times;
  const begins = (write: StorageWrite): boolean => 'file' in write && write.file.startsWith(`${topic}-`);
  const storage = new MemoryStorage({
    beforeCommit: (writes) => {
      if (!writes.some(begins) || left-- <= 0) return;
      throw new StorageError('io', 'The disk could not write.');
    },
  });
  await world.outcome(world.startBroker({ storage: world.storage(storage), profile: 'test' }));
  const client = (clientId: string): Kafka =>
    new Kafka(world.environment(clientId), { clientId, network: world.network(clientId), retry: { retries: 50 } });
  return { world, client };
}

test('a topic whose logs the disk refuses at first can be written to as soon as it does not', async () => {
  const { world, client } = await worldRefusing('orders', 3);
  const admin = client('admin').admin();
  await world.outcome(admin.connect());
  await world.outcome(admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 2 }] }));
  const producer = client('producer').producer();
  await world.outcome(producer.connect());
  const sent = producer.send({ topic: 'orders', messages: [{ value: 'one', partition: 1 }] });
  expect(await world.outcome(sent)).toMatchObject([{ partition: 1, baseOffset: '0' }]);
});

test('a group whose coordinator can not begin its log waits until it can', async () => {
  const { world, client } = await worldRefusing('__consumer_offsets', 3);
  const admin = client('admin').admin();
  await world.outcome(admin.connect());
  await world.outcome(admin.createTopics({ topics: [{ topic: 'orders' }] }));
  const consumer = client('consumer').consumer({ groupId: 'group' });
  const crashes: string[] = [];
  consumer.on('consumer.crash', ({ payload }) => crashes.push(payload.error.message));
  await world.outcome(consumer.connect());
  await world.outcome(consumer.subscribe({ topics: ['orders'] }));
  await world.outcome(consumer.run({ eachMessage: async () => undefined }));
  expect(crashes).toEqual([]);
  expect(world.trace.some((event) => event.kind === 'partitions-assigned')).toBe(true);
});
