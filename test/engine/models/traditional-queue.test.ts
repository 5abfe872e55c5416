import { expect, test } from 'vitest';
import { sleep } from '../../../src/engine/environment/environment.js';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { TraditionalQueue, type QueueOptions } from '../../../src/engine/models/traditional-queue.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { World } from '../../../src/engine/simulation/world.js';

class QueueStage {
  readonly world = new World({ seed: 'a seed', settle, startMs: 0 });
  readonly environment = this.world.environment('queue');
  readonly queue: TraditionalQueue;

  constructor(options: Partial<QueueOptions> = {}) {
    this.queue = new TraditionalQueue(this.environment, 'orders', {
      delivery: 'competing',
      acknowledgementTimeoutMs: 60_000,
      ...options,
    });
  }

  addWorker(id: string, handlingMs: number | ((message: number, attempt: number) => number)): void {
    const time = typeof handlingMs === 'number' ? () => handlingMs : handlingMs;
    this.queue.addWorker({
      id,
      handle: (message, attempt) => sleep(this.environment.timers, time(message, attempt)),
    });
  }

  sendEvery(intervalMs: number, count: number): void {
    for (let message = 0; message < count; message++)
      this.environment.timers.set(message * intervalMs, () => this.queue.send(message));
  }

  of<Kind extends RecordedEvent['kind']>(kind: Kind): Extract<RecordedEvent, { kind: Kind }>[] {
    return this.world.trace.filter((event) => event.kind === kind) as Extract<RecordedEvent, { kind: Kind }>[];
  }

  /** Messages in the order in which the worker took them. */
  takenBy(worker: string): number[] {
    return this.of('message-taken').flatMap((event) => (event.worker === worker ? [event.message] : []));
  }
}

test('QUEUE-1 a message goes to the worker that has been free the longest', async () => {
  const stage = new QueueStage();
  for (const id of ['w1', 'w2', 'w3']) stage.addWorker(id, 10);
  stage.sendEvery(100, 7);
  await stage.world.advanceTo(2000);
  expect([stage.takenBy('w1'), stage.takenBy('w2'), stage.takenBy('w3')]).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
});

test('QUEUE-2 a worker holds one message at a time, the fast one gets more', async () => {
  const stage = new QueueStage();
  stage.addWorker('w1', 1000);
  stage.addWorker('w2', 9500);
  stage.sendEvery(900, 12);
  await stage.world.advanceTo(60_000);
  expect([stage.takenBy('w1').length, stage.takenBy('w2').length]).toEqual([10, 2]);
  expect(stage.of('message-acknowledged')).toHaveLength(12);
});

test('QUEUE-3 an exclusive queue serves the first worker alone, and the next one when that leaves', async () => {
  const stage = new QueueStage({ delivery: 'exclusive' });
  for (const id of ['w1', 'w2', 'w3']) stage.addWorker(id, 100);
  stage.sendEvery(10, 6);
  await stage.world.advanceTo(250);
  expect(stage.takenBy('w1')).toEqual([0, 1, 2]);
  stage.queue.removeWorker('w1');
  await stage.world.advanceTo(5000);
  expect(stage.takenBy('w2')).toEqual([2, 3, 4, 5]);
  expect(stage.takenBy('w3')).toEqual([]);
  expect(stage.of('message-redelivered')).toMatchObject([{ message: 2, worker: 'w1', reason: 'worker-gone' }]);
});

test('QUEUE-4 a message that comes back takes its old place, before those that were sent after it', async () => {
  const stage = new QueueStage();
  stage.addWorker('w1', 500);
  stage.sendEvery(0, 4);
  await stage.world.advanceTo(100);
  stage.queue.removeWorker('w1');
  stage.addWorker('w2', 10);
  await stage.world.advanceTo(5000);
  expect(stage.takenBy('w2')).toEqual([0, 1, 2, 3]);
  expect(stage.of('message-taken')[1]).toMatchObject({ message: 0, attempt: 2, id: 'taken:orders:0#2' });
});

test('QUEUE-5 a message that is not acknowledged in time is ready again; what its slow worker does then counts for nothing', async () => {
  const stage = new QueueStage({ acknowledgementTimeoutMs: 300 });
  stage.addWorker('slow', 1000);
  stage.addWorker('quick', 50);
  stage.sendEvery(0, 1);
  await stage.world.advanceTo(5000);
  expect(stage.of('message-redelivered')).toMatchObject([{ at: 300, message: 0, worker: 'slow', reason: 'timeout' }]);
  expect(stage.of('message-taken').map(({ worker, attempt }) => [worker, attempt])).toEqual([
    ['slow', 1],
    ['quick', 2],
  ]);
  expect(stage.of('message-handled').map(({ worker }) => worker)).toEqual(['quick', 'slow']);
  expect(stage.of('message-acknowledged')).toMatchObject([{ worker: 'quick', attempt: 2 }]);
});

test('QUEUE-5 the slow worker gets the next message once it has finished', async () => {
  const stage = new QueueStage({ acknowledgementTimeoutMs: 300 });
  stage.addWorker('w1', (_, attempt) => (attempt === 1 ? 1000 : 10));
  stage.sendEvery(0, 2);
  await stage.world.advanceTo(20_000);
  expect(stage.takenBy('w1')).toEqual([0, 0, 1, 1]);
  expect(stage.of('message-acknowledged').map(({ message }) => message)).toEqual([0, 1]);
});

test('QUEUE-6 a removed worker finishes nothing any more', async () => {
  const stage = new QueueStage();
  stage.addWorker('w1', 100);
  stage.sendEvery(0, 1);
  await stage.world.advanceTo(50);
  stage.queue.removeWorker('w1');
  await stage.world.advanceTo(5000);
  expect(stage.of('message-handled')).toEqual([]);
  expect(stage.of('message-acknowledged')).toEqual([]);
});

test('each event names its cause, back to who sent the message', async () => {
  const stage = new QueueStage();
  stage.addWorker('w1', 100);
  stage.queue.send(7, 'command:send-7');
  await stage.world.advanceTo(5000);
  expect(stage.world.trace.map(({ kind, id, cause }) => [kind, id, cause])).toEqual([
    ['message-enqueued', 'message:orders:7', 'command:send-7'],
    ['message-taken', 'taken:orders:7#1', 'message:orders:7'],
    ['message-handled', undefined, 'taken:orders:7#1'],
    ['message-acknowledged', undefined, 'taken:orders:7#1'],
  ]);
});

test('ids are given once', () => {
  const { queue } = new QueueStage();
  queue.send(1);
  expect(() => queue.send(1)).toThrow(/sent to this queue before/);
  queue.addWorker({ id: 'w', handle: () => Promise.resolve() });
  expect(() => queue.addWorker({ id: 'w', handle: () => Promise.resolve() })).toThrow(/has a worker w already/);
  expect(() => queue.removeWorker('x')).toThrow(/has no worker x; it has w/);
});
