import fc from 'fast-check';
import { deleteDB } from 'idb';
import { afterAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/engine/broker/broker.js';
import { Kafka } from '../../../src/engine/client/kafka.js';
import { StorageError, type Storage } from '../../../src/engine/environment/storage.js';
import { ProducerStates } from '../../../src/engine/log/producers/producer-states.js';
import { browserEnvironment } from '../../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import { beginsAnew, recreationMutantsOver, type NewStorages } from '../../engine/broker/recreated-topic-laws.js';
import { findsMutants, inPlaceOf, searchProperty, type Mutant } from '../../mutants/mutant.js';

const names: string[] = [];
const newStorages: NewStorages = () => {
  const name = `broker-laws-${names.length}-${Math.trunc(performance.now())}`;
  names.push(name);
  return () => IndexedDbStorage.open({ name });
};

afterAll(async () => {
  for (const name of names) await deleteDB(name);
});

/** A storage that refuses those commits that `fails` says, one after the other. */
function failing(storage: Storage, fails: () => boolean): Storage {
  return {
    files: () => storage.files(),
    contents: (folder) => storage.contents(folder),
    read: (...range) => storage.read(...range),
    readBlob: (name) => storage.readBlob(name),
    commit: async (writes, ...rest) => {
      if (fails()) throw new StorageError('io', 'The disk stumbled.');
      return storage.commit(writes, ...rest);
    },
    close: () => storage.close(),
  };
}

const address = { host: 'here', port: 1 };
const partitions = 2;

/** LOG-12: whatever fails, and however many requests are in flight, the records of a key stand in the log in the order in which one producer sent them, each once. */
const keepsOrder = fc.asyncProperty(
  fc.integer({ min: 1, max: 5 }),
  fc.array(fc.nat({ max: 3 }), { minLength: 20, maxLength: 40 }),
  fc.infiniteStream(fc.nat({ max: 9 })),
  async (maxInFlightRequests, keys, chances) => {
    const environment = browserEnvironment();
    let stumbles = false;
    const stored = await newStorages()();
    const storage = failing(stored, () => stumbles && (chances.next().value as number) < 3);
    const broker = await Broker.start(environment, { storage, profile: 'test', advertised: address });
    const network = new InProcessNetwork({ environment, brokers: [{ address, handler: broker }] });
    const retry = { initialRetryTime: 1, maxRetryTime: 4 };
    const kafka = new Kafka(environment, { network });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: partitions }] });
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests, lingerMs: 0, batchSize: 0, retry });
    await producer.connect();
    stumbles = true;
    await Promise.all(
      keys.map((key, at) => producer.send({ topic: 'orders', messages: [{ key: `k${key}`, value: String(at) }] })),
    );
    stumbles = false;
    await producer.disconnect();
    await admin.disconnect();
    const found = new Map<string, number[]>();
    const connection = await network.connect(address);
    for (let partition = 0; partition < partitions; partition++)
      for (let offset = 0; ;) {
        const { responses } = await connection.send(
          { api: 'Fetch', version: 12, clientId: 'reader' },
          {
            maxWaitMs: 0,
            minBytes: 0,
            topics: [
              { topic: 'orders', partitions: [{ partition, fetchOffset: BigInt(offset), partitionMaxBytes: 1000 }] },
            ],
          },
        );
        const bytes = responses[0]?.partitions[0]?.records ?? new Uint8Array(0);
        if (bytes.length === 0) break;
        for (const { header } of batchesIn(bytes))
          for (const record of decodeRecords(bytes, header)) {
            const [key, value] = [record.key, record.value].map((part) => new TextDecoder().decode(part ?? undefined));
            found.set(key as string, [...(found.get(key as string) ?? []), Number(value)]);
            offset = record.offset + 1;
          }
      }
    connection.close();
    await broker.stop();
    await stored.close();
    for (const key of new Set(keys)) {
      const sent = keys.flatMap((each, at) => (each === key ? [at] : []));
      expect(found.get(`k${key}`), `LOG-12 of k${key}`).toEqual(sent);
    }
  },
);

const mutants: readonly Mutant[] = [
  {
    breaks: 'a log that takes batches in any sequence',
    property: 'LOG-12',
    says: /LOG-12/,
    search: inPlaceOf(
      ProducerStates.prototype,
      'check',
      () => () => undefined,
      () => searchProperty(keepsOrder, 40),
    ),
  },
];

describe('over IndexedDB', () => {
  it('LOG-10 holds', () => fc.assert(beginsAnew(newStorages), { numRuns: 4, seed: 7 }));
  it('LOG-12 holds', () => fc.assert(keepsOrder, { numRuns: 6, seed: 7 }));
  findsMutants([...recreationMutantsOver(newStorages, 20), ...mutants]);
});
