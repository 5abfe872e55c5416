import { deleteDB } from 'idb';
import { expect, it } from 'vitest';
import { Broker } from '../../../src/engine/broker/broker.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { browserEnvironment } from '../../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import type { ApiName, RequestOf, ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { Connection } from '../../../src/engine/protocol/connection.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { damagedRows, readRawStore, writeRawStore, type RawRow, type RawStore } from './raw-store.js';

const address = { host: 'here', port: 1 };
const topics = ['orders', 'payments', 'letters'] as const;
const text = new TextDecoder();

const versions: { readonly [Api in ApiName]?: number } = { Produce: 9, Fetch: 12, ListOffsets: 7, CreateTopics: 7 };

/** A broker on a database, and a client of it. */
async function startBroker(name: string) {
  const storage = await IndexedDbStorage.open({ name });
  try {
    const environment = browserEnvironment();
    const broker = await Broker.start(environment, { storage, profile: 'test', advertised: address });
    const network = new InProcessNetwork({ environment, brokers: [{ address, handler: broker }] });
    const connection: Connection = await network.connect(address);
    return {
      call: <Api extends ApiName>(api: Api, request: RequestOf<Api>): Promise<ResponseOf<Api>> =>
        connection.send({ api, version: versions[api] as number, clientId: 'test' }, request),
      stop: async () => {
        connection.close();
        await broker.stop();
        await storage.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

type Running = Awaited<ReturnType<typeof startBroker>>;

async function produce(
  broker: Running,
  topic: string,
  values: readonly string[],
  timestamp = Date.now(),
): Promise<string> {
  const records = encodeBatch({
    records: values.map((value) => ({ key: null, value: new TextEncoder().encode(value), timestamp })),
  });
  const { responses } = await broker.call('Produce', {
    acks: -1,
    timeoutMs: 5_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  return errorByCode(responses[0]?.partitionResponses[0]?.errorCode ?? -1).name;
}

/** Reads the topic from offset 0 on, until its end or an error. */
async function readAll(broker: Running, topic: string): Promise<{ readonly values: string[]; readonly error: string }> {
  const { topics: listed } = await broker.call('ListOffsets', {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  });
  const found = listed[0]?.partitions[0];
  const values: string[] = [];
  if (found === undefined || found.errorCode !== 0) return { values, error: errorByCode(found?.errorCode ?? -1).name };
  while (values.length < Number(found.offset)) {
    const { responses } = await broker.call('Fetch', {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [
        { topic, partitions: [{ partition: 0, fetchOffset: BigInt(values.length), partitionMaxBytes: 20_000 }] },
      ],
    });
    const partition = responses[0]?.partitions[0];
    const bytes = partition?.records ?? new Uint8Array(0);
    if (partition?.errorCode !== 0 || bytes.length === 0)
      return { values, error: errorByCode(partition?.errorCode ?? -1).name };
    for (const { header } of batchesIn(bytes))
      for (const { offset, value } of decodeRecords(bytes, header))
        if (offset >= values.length) values.push(text.decode(value ?? undefined));
  }
  return { values, error: 'NONE' };
}

async function writeLogs(name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const broker = await startBroker(name);
  await broker.call('CreateTopics', {
    timeoutMs: 5_000,
    topics: topics.map((topic) => ({
      name: topic,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [
        { name: 'segment.ms', value: '60000' },
        { name: 'retention.ms', value: '-1' },
      ],
    })),
  });
  const model = new Map<string, string[]>(topics.map((topic) => [topic, []]));
  const began = Date.now() - 10_000_000;
  for (let at = 0; at < 25; at++)
    for (const topic of topics) {
      const values = [`${topic} ${at} ${'x'.repeat(at * 150)}`, `after ${at}`];
      expect(await produce(broker, topic, values, began + at * 15_000)).toBe('NONE');
      model.get(topic)?.push(...values);
    }
  await broker.stop();
  return model;
}

/** The partitions' folders that a row belongs to; undefined for what belongs to all. */
function folderOf({ store, key }: RawRow, { rows }: RawStore): string | undefined {
  if (store === 'folders') return key as string;
  if (store === 'files' || store === 'blobs') return (key as string).split('/')[0];
  if (store !== 'chunks') return undefined;
  const [id] = key as unknown as [number, number];
  const file = rows.find((row) => row.store === 'files' && (row.value as { readonly id: number }).id === id);
  return file && (file.key as string).split('/')[0];
}

/** Where an error may show: nobody can tell an answer of the broker from one that is not there. */
const honest = ['KAFKA_STORAGE_ERROR', 'CORRUPT_MESSAGE', 'UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_OR_FOLLOWER'];

it('LOG-7 a flipped bit, a lost row, two rows in each other’s places: the right records or an error, and other topics go on', async () => {
  const name = 'damaged-logs';
  await deleteDB(name);
  const model = await writeLogs(name);
  const sound = await readRawStore(name);
  const random = new SeededRandom('damaged logs');
  let [errors, unharmed] = [0, 0];
  for (let round = 0; round < 40; round++) {
    const damage = damagedRows(sound.rows, random);
    const touched = damage.touched.map((row) => folderOf(row, sound));
    const isShared = touched.some((folder) => folder === undefined || !topics.some((of) => folder === `${of}-0`));
    const where = `round ${round}: ${damage.says}`;
    await writeRawStore(name, { ...sound, rows: damage.rows });
    let broker: Running;
    try {
      broker = await startBroker(name);
    } catch (error) {
      // What all topics need is damaged: then nothing starts, and it is said why.
      expect(isShared, `${where}: ${String(error)}`).toBe(true);
      expect((error as Error).message, where).not.toBe('');
      errors++;
      continue;
    }
    for (const topic of topics) {
      const { values, error } = await readAll(broker, topic);
      const expected = model.get(topic) ?? [];
      expect(values, `${where}: ${topic}`).toEqual(expected.slice(0, values.length));
      const isHit = isShared || touched.includes(`${topic}-0`);
      if (error === 'NONE') expect(values, `${where}: ${topic}`).toHaveLength(expected.length);
      else {
        expect(isHit, `${where}: ${topic} says ${error}`).toBe(true);
        expect(honest, `${where}: ${topic}`).toContain(error);
        errors++;
      }
      if (isHit) continue;
      unharmed++;
      expect(await produce(broker, topic, ['one more']), `${where}: ${topic}`).toBe('NONE');
    }
    await broker.stop();
  }
  expect(errors).toBeGreaterThan(8);
  expect(unharmed).toBeGreaterThan(40);
  await deleteDB(name);
});
