import { afterEach, expect, test } from 'vitest';
import brokerWorkerUrl from '../../../src/workers/broker.worker.ts?worker&url';
import { ArchiveError } from '../../../src/engine/archive/archive-error.js';
import { openLog, type Partita } from '../../../src/entry/open-log.js';

const opened: Partita[] = [];
let logs = 0;
const newName = (): string => `transfer-${Date.now()}-${logs++}`;

async function open(name: string): Promise<Partita> {
  const log = await openLog({ name, profile: 'test' }, () => new Worker(brokerWorkerUrl, { type: 'module' }));
  opened.push(log);
  return log;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

/** 120 records with keys, headers and timestamps, and a group that has read 7 of them. */
async function writeOrders(log: Partita, valueBytes = 5_000): Promise<void> {
  const admin = log.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: 'orders', numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '-1' }] }],
  });
  const producer = log.producer();
  await producer.connect();
  const value = 'x'.repeat(valueBytes);
  const messages = Array.from({ length: 120 }, (_, at) => ({
    key: `k${at}`,
    value: `${at} ${value}`,
    headers: { at: String(at) },
    timestamp: String(1_700_000_000_000 + at),
    partition: at % 2,
  }));
  await producer.send({ topic: 'orders', messages });
  await producer.disconnect();
  await admin.setOffsets({ groupId: 'readers', topic: 'orders', partitions: [{ partition: 0, offset: '7' }] });
  await admin.disconnect();
}

interface Seen {
  readonly records: string[];
  readonly retentionMs: string | null | undefined;
  readonly committed: string | undefined;
}

async function look(log: Partita, topic: string): Promise<Seen> {
  const consumer = log.consumer({ groupId: `look-${logs++}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const records: string[] = [];
  for await (const { partition, offset, key, value, timestamp, headers } of consumer.records()) {
    const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);
    records.push([partition, offset, timestamp, text(key), text(headers['at']), text(value)].join());
    if (records.length === 120) break;
  }
  await consumer.disconnect();
  const admin = log.admin();
  await admin.connect();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: topic, configNames: ['retention.ms'] }],
  });
  const offsets = await admin.fetchOffsets({ groupId: 'readers', topics: [topic] });
  await admin.disconnect();
  return {
    records: records.sort(),
    retentionMs: resources[0]?.configEntries[0]?.configValue,
    committed: offsets[0]?.partitions.find(({ partition }) => partition === 0)?.offset,
  };
}

test('topics are exported in one tab and imported in another, whichever runs the broker', async () => {
  const name = newName();
  const first = await open(name);
  const second = await open(name);
  expect(second.role).toBe('client');
  await writeOrders(first);
  const exported: number[] = [];
  const stream = await second.exportTopics({ onProgress: ({ records }) => exported.push(records) });
  const file = await new Response(stream).blob();
  expect(exported.at(-1)).toBe(120);
  const imported: number[] = [];
  const report = await second.importTopics(file, {
    rename: { orders: 'copy' },
    onProgress: ({ records }) => imported.push(records),
  });
  expect(report.topics).toMatchObject([{ name: 'orders', importedAs: 'copy', records: 120, partitions: 2 }]);
  expect(imported.at(-1)).toBe(120);
  expect(await look(first, 'copy')).toEqual(await look(first, 'orders'));

  const other = await open(newName());
  await other.importTopics(await first.exportTopics({ topics: ['copy'], groups: 'none' }));
  expect(await look(other, 'copy')).toMatchObject({ retentionMs: '-1', committed: '-1' });
});

test('an import that is cancelled or whose file is damaged leaves nothing, and says where', async () => {
  const log = await open(newName());
  await writeOrders(log);
  const bytes = new Uint8Array(await new Response(await log.exportTopics()).arrayBuffer());
  const target = await open(newName());
  const aborting = new AbortController();
  async function* halfOfIt() {
    yield bytes.subarray(0, bytes.length / 2);
    await new Promise(() => {});
  }
  const cancelled = target.importTopics(halfOfIt(), {
    signal: aborting.signal,
    onProgress: () => aborting.abort(),
  });
  await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
  const damaged = bytes.slice();
  damaged[bytes.length - 50_000]! ^= 1;
  const refused: unknown = await target.importTopics(new Blob([damaged])).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ArchiveError);
  expect(refused).toMatchObject({ code: 'DAMAGED', entry: expect.stringMatching(/^orders-1.*log$/) as string });
  const admin = target.admin();
  await admin.connect();
  expect(await admin.listTopics()).toEqual([]);
  await admin.disconnect();
  await target.importTopics(new Blob([bytes]));
  expect(await look(target, 'orders')).toEqual(await look(log, 'orders'));
});

test('when the broker moves to another tab meanwhile, the export says so and the import is there or not', async () => {
  const name = newName();
  const first = await open(name);
  const second = await open(name);
  // More than may be on the way at once.
  await writeOrders(first, 30_000);
  const bytes = new Uint8Array(await new Response(await first.exportTopics()).arrayBuffer());
  const reader = (await first.exportTopics()).getReader();
  await reader.read();
  async function* halfOfIt() {
    yield bytes.subarray(0, bytes.length / 2);
    await second.takeOver();
    await new Promise(() => {});
  }
  const importing = first.importTopics(halfOfIt(), { rename: { orders: 'copy' } });
  await expect(importing).rejects.toMatchObject({ name: 'KafkaError' });
  const reading = (async () => {
    for (;;) if ((await reader.read()).done) return 'all of it';
  })();
  await expect(reading).rejects.toMatchObject({ name: 'KafkaError' });
  const admin = second.admin();
  await admin.connect();
  expect((await admin.listTopics()).filter((topic) => !topic.startsWith('__'))).toEqual(['orders']);
  await admin.disconnect();
  await second.importTopics(new Blob([bytes]), { rename: { orders: 'copy' } });
  expect(await look(first, 'copy')).toEqual(await look(first, 'orders'));
});
