import { deleteDB, openDB } from 'idb';
import { afterEach, expect, test } from 'vitest';
import brokerWorkerUrl from '../../../src/workers/broker.worker.ts?worker&url';
import withoutIndexedDbUrl from './without-indexeddb.worker.ts?worker&url';
import { openLog, type OpenOptions, type Partita } from '../../../src/entry/open-log.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';

const opened: Partita[] = [];
const workers: Worker[] = [];
let logs = 0;

function open(options: OpenOptions = {}): Promise<Partita> {
  const opening = openLog({ profile: 'test', ...options }, () => {
    const worker = new Worker(brokerWorkerUrl, { type: 'module' });
    workers.push(worker);
    return worker;
  });
  return opening.then((log) => {
    opened.push(log);
    return log;
  });
}

const newName = (): string => `open-log-${Date.now()}-${logs++}`;

async function produce(log: Partita, value: string): Promise<string | undefined> {
  const producer = log.producer({ lingerMs: 0, deliveryTimeoutMs: 5000 });
  await producer.connect();
  const [metadata] = await producer.send({ topic: 'orders', messages: [{ key: 'order-1', value }] });
  await producer.disconnect();
  return metadata?.baseOffset;
}

async function readAll(log: Partita, count: number): Promise<string[]> {
  const consumer = log.consumer({ groupId: `reader-${logs++}`, autoOffsetReset: 'earliest' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['orders'] });
  const values: string[] = [];
  for await (const record of consumer.records()) {
    values.push(new TextDecoder().decode(record.value ?? undefined));
    if (values.length === count) break;
  }
  await consumer.disconnect();
  return values;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
  workers.splice(0).forEach((worker) => worker.terminate());
});

test('what was acknowledged is there when the log is opened again', async () => {
  const name = newName();
  const first = await open({ name });
  expect(await produce(first, 'placed')).toBe('0');
  await first.close();
  const second = await open({ name });
  expect(await produce(second, 'paid')).toBe('1');
  expect(await readAll(second, 2)).toEqual(['placed', 'paid']);
});

test('a log that another has open is used by both, and its broker can be taken over', async () => {
  const name = newName();
  const first = await open({ name });
  const second = await open({ name });
  expect([first.role, second.role]).toEqual(['broker', 'client']);
  const roles: string[] = [];
  first.onRoleChange((role) => roles.push(`first: ${role}`));
  second.onRoleChange((role) => roles.push(`second: ${role}`));
  expect(await produce(first, 'placed')).toBe('0');
  expect(await produce(second, 'paid')).toBe('1');
  await second.takeOver();
  expect(second.role).toBe('broker');
  expect(await produce(first, 'packed')).toBe('2');
  expect(await produce(second, 'sent')).toBe('3');
  expect(first.role).toBe('client');
  expect(roles.sort()).toEqual(['first: client', 'second: broker']);
  expect(await readAll(first, 4)).toEqual(['placed', 'paid', 'packed', 'sent']);
});

test('opening with takeOver brings the broker here at once; the other goes on as a client', async () => {
  const name = newName();
  const first = await open({ name });
  expect(await produce(first, 'placed')).toBe('0');
  const second = await open({ name, takeOver: true });
  expect(second.role).toBe('broker');
  expect(await produce(first, 'paid')).toBe('1');
  expect(first.role).toBe('client');
});

test('when the tab with the broker closes its log another goes on, and what is under way there too', async () => {
  const name = newName();
  const first = await open({ name });
  const second = await open({ name });
  const consumer = second.consumer({ groupId: 'waiting', autoOffsetReset: 'earliest', maxWaitTimeInMs: 20_000 });
  await consumer.connect();
  await consumer.subscribe({ topics: ['orders'] });
  await produce(first, 'placed');
  const values: string[] = [];
  const reading = (async () => {
    for await (const record of consumer.records()) {
      values.push(new TextDecoder().decode(record.value ?? undefined));
      if (values.length === 2) break;
    }
  })();
  await expect.poll(() => values).toEqual(['placed']);
  await first.close();
  expect(await first.closed).toMatchObject({ reason: 'closed' });
  await expect(produce(first, 'lost')).rejects.toBeInstanceOf(KafkaError);
  expect(await produce(second, 'paid')).toBe('1');
  expect(second.role).toBe('broker');
  await reading;
  expect(values).toEqual(['placed', 'paid']);
  await consumer.disconnect();
});

test('a log in memory is its page’s alone', async () => {
  const name = newName();
  const first = await open({ name, storage: 'memory' });
  const second = await open({ name, storage: 'memory' });
  expect([first.role, second.role]).toEqual(['broker', 'broker']);
  expect(await produce(first, 'placed')).toBe('0');
  expect(await produce(second, 'placed')).toBe('0');
});

test('a worker that dies is started again: what is under way settles, what was acknowledged is there', async () => {
  const name = newName();
  const log = await open({ name });
  await produce(log, 'placed');
  const producer = log.producer({ lingerMs: 0, deliveryTimeoutMs: 60_000 });
  await producer.connect();
  const sending = producer.send({ topic: 'orders', messages: [{ value: 'paid' }] });
  workers.at(-1)?.terminate();
  await sending;
  expect(log.role).toBe('broker');
  expect(new Set(await readAll(log, 2))).toEqual(new Set(['placed', 'paid']));
  await producer.disconnect();
});

test.each([
  ['frozen', () => document.dispatchEvent(new Event('freeze')), () => document.dispatchEvent(new Event('resume'))],
  [
    'kept aside',
    () => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })),
    () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
  ],
])('a page that is %s lets go of the log first, and goes on when it wakes up', async (_, sleep, wake) => {
  const name = newName();
  const log = await open({ name });
  await produce(log, 'placed');
  const sleeper = workers.at(-1);
  const producer = log.producer({ lingerMs: 0, deliveryTimeoutMs: 60_000 });
  await producer.connect();
  sleep();
  expect(log.role).toBe('client');
  const sending = producer.send({ topic: 'orders', messages: [{ value: 'paid' }] });
  const other = await open({ name });
  expect(other.role).toBe('broker');
  await produce(other, 'packed');
  expect(workers.indexOf(sleeper as Worker)).toBe(workers.length - 2);
  wake();
  await sending;
  expect([log.role, other.role]).toEqual(['client', 'broker']);
  expect((await readAll(log, 3)).sort()).toEqual(['packed', 'paid', 'placed']);
  await producer.disconnect();
  expect(await Promise.race([log.closed, Promise.resolve('open')])).toBe('open');
});

test('a log that is closed while its page sleeps stays closed', async () => {
  const log = await open({ name: newName() });
  document.dispatchEvent(new Event('freeze'));
  const started = workers.length;
  await log.close();
  document.dispatchEvent(new Event('resume'));
  expect(await log.closed).toMatchObject({ reason: 'closed' });
  expect(workers).toHaveLength(started);
});

test('a worker that dies again and again closes the log with every call settled', async () => {
  const log = await open({ name: newName() });
  for (let deaths = 0; deaths < 3; deaths++) {
    await produce(log, 'placed');
    workers.at(-1)?.terminate();
  }
  await produce(log, 'placed');
  const producer = log.producer({ deliveryTimeoutMs: 60_000 });
  await producer.connect();
  workers.at(-1)?.terminate();
  const lost = await producer.send({ topic: 'orders', messages: [{ value: 'lost' }] }).catch((error: unknown) => error);
  expect(lost).toBeInstanceOf(KafkaError);
  expect(await log.closed).toMatchObject({ reason: 'worker-lost' });
});

test('a name that can not name a log is refused with what was expected', async () => {
  const refused = await open({ name: 'a b' }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'INVALID_NAME', message: expect.stringContaining("'a b'") as string });
});

test('a worker whose script is not there fails the opening with where to serve it', async () => {
  const failed = await openLog({ name: newName() }, () => new Worker('/no-such-worker.js', { type: 'module' })).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({ code: 'WORKER_FAILED', message: expect.stringContaining('workerUrl') as string });
});

/** A worker of a browser that has no IndexedDB. */
function withoutIndexedDb(): Worker {
  const worker = new Worker(withoutIndexedDbUrl, { type: 'module' });
  workers.push(worker);
  return worker;
}

test('a log that the browser has lost is not begun again unbidden, and says so when it is', async () => {
  const name = newName();
  const first = await open({ name });
  await produce(first, 'placed');
  expect(first.storage).toEqual({ kind: 'indexeddb' });
  await first.close();
  await deleteDB(`partita:${name}`);
  await expect(open({ name })).rejects.toMatchObject({ name: 'PartitaError', code: 'STORE_LOST' });
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(`partita:${name}`);
  const anew = await open({ name, ifLost: 'begin-anew' });
  expect(anew.storage).toMatchObject({ kind: 'indexeddb', problem: { name: 'PartitaError', code: 'STORE_LOST' } });
  expect(await produce(anew, 'placed')).toBe('0');
  await anew.close();
  const again = await open({ name });
  expect(again.storage).toEqual({ kind: 'indexeddb' });
  expect(await produce(again, 'paid')).toBe('1');
});

test('a log whose store is taken away while it is open ends in every tab, and nothing takes its place', async () => {
  const name = newName();
  const tabs = [await open({ name, ifLost: 'begin-anew' }), await open({ name, ifLost: 'begin-anew' })];
  await produce(tabs[0] as Partita, 'placed');
  await deleteDB(`partita:${name}`);
  for (const tab of tabs)
    expect(await tab.closed).toMatchObject({ reason: 'storage-failed', error: { code: 'STORE_LOST' } });
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(`partita:${name}`);
});

test('without IndexedDB a log opens in memory only if that was allowed, and says so', async () => {
  const name = newName();
  await expect(openLog({ name }, withoutIndexedDb)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  const log = await openLog({ name, profile: 'test', ifUnavailable: 'memory' }, withoutIndexedDb);
  opened.push(log);
  expect(log.storage).toMatchObject({ kind: 'memory', problem: { code: 'STORAGE_UNAVAILABLE' } });
  expect(log.role).toBe('broker');
  expect(await produce(log, 'placed')).toBe('0');
  expect(await readAll(log, 1)).toEqual(['placed']);
});

test('a log that a newer version has written is refused as such, in memory too, and is left as it is', async () => {
  const name = newName();
  const newer = await openDB(`partita:${name}`, 99, {
    upgrade: (database) => void database.createObjectStore('other'),
  });
  newer.close();
  const opening = open({ name, ifUnavailable: 'memory', ifLost: 'begin-anew' });
  await expect(opening).rejects.toMatchObject({ code: 'VERSION_TOO_NEW' });
  expect((await indexedDB.databases()).find((database) => database.name === `partita:${name}`)?.version).toBe(99);
  await deleteDB(`partita:${name}`);
});

test('a log that an old version holds on to is refused as such, and opens once that lets go', async () => {
  const name = newName();
  const old = await openDB(`partita:${name}`, 1, {
    upgrade: (database) => {
      for (const store of ['owner', 'files', 'blobs', 'chunks', 'garbage']) database.createObjectStore(store);
    },
  });
  await expect(open({ name })).rejects.toMatchObject({ code: 'UPGRADE_BLOCKED' });
  expect(old.version).toBe(1);
  old.close();
  expect(await produce(await open({ name }), 'placed')).toBe('0');
});

test('a log that has used up its budget refuses records, retriably and as such, while deletions go through', async () => {
  const log = await open({ name: newName(), budgetBytes: 400_000 });
  const admin = log.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 1 }] });
  const producer = log.producer({ lingerMs: 0, retry: { retries: 0 } });
  await producer.connect();
  const send = () => producer.send({ topic: 'orders', messages: [{ value: new Uint8Array(100_000) }] });
  let refused: unknown;
  for (let sent = 0; sent < 6 && refused === undefined; sent++)
    refused = await send().then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(refused).toMatchObject({ code: 'KAFKA_STORAGE_ERROR', retriable: true });
  expect((refused as Error).message).toContain('STORAGE_FULL');
  await admin.deleteTopicRecords({ topic: 'orders', partitions: [{ partition: 0, offset: '-1' }] });
  await admin.disconnect();
  await producer.disconnect();
});
