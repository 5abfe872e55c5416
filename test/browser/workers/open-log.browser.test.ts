import { afterEach, expect, test } from 'vitest';
import brokerWorkerUrl from '../../../src/workers/broker.worker.ts?worker&url';
import { openLog, type OpenOptions, type Partita } from '../../../src/entry/open-log.js';
import { PartitaError } from '../../../src/entry/partita-error.js';
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

test('a log that another has open is refused, and can be taken over', async () => {
  const name = newName();
  const first = await open({ name });
  await produce(first, 'placed');
  const refused = await open({ name, waitMs: 50 }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PartitaError);
  expect(refused).toMatchObject({ code: 'LOG_IN_USE' });
  const second = await open({ name, takeOver: true });
  expect(await first.closed).toMatchObject({ reason: 'taken-over' });
  await expect(produce(first, 'lost')).rejects.toBeInstanceOf(KafkaError);
  expect(await produce(second, 'paid')).toBe('1');
  expect(await readAll(second, 2)).toEqual(['placed', 'paid']);
});

test('a worker that dies settles every call with an error, and the log can be opened again', async () => {
  const name = newName();
  const log = await open({ name });
  await produce(log, 'placed');
  const consumer = log.consumer({ groupId: 'waiting', autoOffsetReset: 'earliest', maxWaitTimeInMs: 20_000 });
  await consumer.connect();
  const producer = log.producer({ deliveryTimeoutMs: 60_000 });
  await producer.connect();
  workers.at(-1)?.terminate();
  const lost = await producer.send({ topic: 'orders', messages: [{ value: 'lost' }] }).catch((error: unknown) => error);
  expect(lost).toBeInstanceOf(KafkaError);
  expect(await log.closed).toMatchObject({ reason: 'worker-lost' });
  const again = await open({ name });
  expect(await readAll(again, 1)).toEqual(['placed']);
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
