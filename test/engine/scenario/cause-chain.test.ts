import { expect, test } from 'vitest';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { causeChain } from '../../../src/engine/scenario/cause-chain.js';
import { ScenarioRun } from '../../../src/engine/scenario/scenario-run.js';
import { queueLane, specOf, topicLane } from './twelve-orders.js';

async function traceOf(...lanes: Parameters<typeof specOf>[0]) {
  const run = await ScenarioRun.open(specOf(lanes), { settle });
  await run.advanceTo(60_000);
  return run.trace;
}

test('what a member handled leads back over append and request to the command that sent it', async () => {
  const trace = await traceOf(topicLane());
  for (const event of trace.filter(({ kind }) => kind === 'record-handled')) {
    const kinds = causeChain(trace, event.index).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'record-handled',
      'record-delivered',
      'batch-appended',
      'batch-sent',
      'record-sent',
      'command',
    ]);
  }
});

test('what a worker handled leads back over the queue to the command that sent it', async () => {
  const trace = await traceOf(queueLane());
  for (const event of trace.filter(({ kind }) => kind === 'message-handled')) {
    const kinds = causeChain(trace, event.index).map(({ kind }) => kind);
    expect(kinds).toEqual(['message-handled', 'message-taken', 'message-enqueued', 'command']);
  }
});
