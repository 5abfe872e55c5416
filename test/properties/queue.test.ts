import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sleep } from '../../src/engine/environment/environment.js';
import type { RecordedEvent } from '../../src/engine/environment/trace-events.js';
import { judgeSequence, type SequenceJudgement } from '../../src/engine/history/sequence.js';
import type { QueueDelivery } from '../../src/engine/models/queue-state.js';
import { TraditionalQueue } from '../../src/engine/models/traditional-queue.js';
import { settle } from '../../src/engine/platform/node/settle.js';
import { World } from '../../src/engine/simulation/world.js';
import { counterexample, holds } from './replay.js';

/** A queue's run as data: message keys in the sequence in which they are sent, how long each worker takes, which workers leave when. */
interface QueuePlan {
  readonly seed: string;
  readonly keys: readonly string[];
  readonly intervalMs: number;
  readonly handlingMs: readonly number[];
  readonly leaves: readonly { readonly atMs: number; readonly worker: number }[];
  readonly acknowledgementTimeoutMs: number;
}

const plans: fc.Arbitrary<QueuePlan> = fc.record({
  seed: fc.nat().map(String),
  keys: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 15 }),
  intervalMs: fc.nat(1000),
  handlingMs: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 }),
  leaves: fc.array(fc.record({ atMs: fc.nat(10_000), worker: fc.nat(3) }), { maxLength: 2 }),
  acknowledgementTimeoutMs: fc.integer({ min: 6000, max: 60_000 }),
});

/** At the end one worker comes that stays, so that nothing is left over. */
async function run(plan: QueuePlan, delivery: QueueDelivery): Promise<readonly RecordedEvent[]> {
  const world = new World({ seed: plan.seed, settle, startMs: 0 });
  const { timers, ...environment } = world.environment('queue');
  const { acknowledgementTimeoutMs } = plan;
  const queue = new TraditionalQueue({ timers, ...environment }, 'q', { delivery, acknowledgementTimeoutMs });
  const workers = plan.handlingMs.map((time, at) => ({ id: `w${at}`, handle: () => sleep(timers, time) }));
  for (const worker of workers) queue.addWorker(worker);
  plan.keys.forEach((_, message) => timers.set(message * plan.intervalMs, () => queue.send(message)));
  const gone = new Set<string>();
  for (const { atMs, worker } of plan.leaves) {
    const id = `w${worker}`;
    if (worker >= workers.length || gone.has(id)) continue;
    gone.add(id);
    timers.set(atMs, () => queue.removeWorker(id));
  }
  timers.set(20_000, () => queue.addWorker({ id: 'last', handle: () => sleep(timers, 1) }));
  await world.advanceTo(300_000);
  return world.trace;
}

function judge(plan: QueuePlan, trace: readonly RecordedEvent[]): SequenceJudgement {
  const finished = trace.flatMap((event) =>
    event.kind === 'message-handled'
      ? [{ record: event.message, actor: event.worker, handledMs: event.at, evidence: [event.index] }]
      : [],
  );
  return judgeSequence(
    'q',
    finished.map((handling) => ({ ...handling, key: plan.keys[handling.record] ?? null, deliveredMs: 0 })),
  );
}

const keepsSequence =
  (delivery: QueueDelivery) =>
  async (plan: QueuePlan): Promise<void> => {
    const [found] = judge(plan, await run(plan, delivery)).overtakings;
    if (found !== undefined) throw new Error(`${found.later} of key ${found.key} overtook ${found.earlier}`);
  };

test('QUEUE-7 an exclusive queue keeps the sequence of every key, whoever leaves and however slow they are', async () => {
  await holds({ file: 'properties/queue.test.ts', name: 'QUEUE-7' }, plans, keepsSequence('exclusive'), 100);
});

test('QUEUE-8 a competing queue can let a later message of a key overtake an earlier one', async () => {
  expect(await counterexample(plans, keepsSequence('competing'), 100)).toMatch(/of key . overtook/);
});

test('QUEUE-9 every message is acknowledged once, however it is delivered', async () => {
  const claim = async (plan: QueuePlan): Promise<void> => {
    for (const delivery of ['competing', 'exclusive'] as const) {
      const acknowledged = (await run(plan, delivery)).flatMap((event) =>
        event.kind === 'message-acknowledged' ? [event.message] : [],
      );
      expect(acknowledged.sort((one, other) => one - other)).toEqual(plan.keys.map((_, message) => message));
    }
  };
  await holds({ file: 'properties/queue.test.ts', name: 'QUEUE-9' }, plans, claim, 50);
});
