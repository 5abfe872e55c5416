import { afterEach, expect, test } from 'vitest';
import brokerWorkerUrl from '../../../src/workers/broker.worker.ts?worker&url';
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
