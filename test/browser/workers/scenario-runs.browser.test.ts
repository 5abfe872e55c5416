import { expect, test } from 'vitest';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { settle } from '../../../src/engine/platform/browser/settle.js';
import type { HostResult } from '../../../src/workers/scenario-host.js';
import { ScenarioRuns } from '../../../src/workers/scenario-runs.js';
import { publishSubscribeLane, queueLane, specOf, topicLane } from '../../engine/scenario/twelve-orders.js';

const host = (): ScenarioRuns => new ScenarioRuns({ settle, openStorage: (name) => IndexedDbStorage.open({ name }) });

async function valueOf<Value>(result: Promise<HostResult<Value>>): Promise<Value> {
  const settled = await result;
  if (!settled.ok) throw new Error(`${settled.error.code}: ${settled.error.message}`);
  return settled.value;
}

const spec = specOf([queueLane(), publishSubscribeLane(), topicLane()]);
const newName = (): string => `scenario-run-${Date.now()}-${Math.random()}`;

async function wholeTrace(runs: ScenarioRuns, database: string | undefined): Promise<readonly RecordedEvent[]> {
  const { runId } = await valueOf(runs.open(spec, database === undefined ? {} : { database }));
  const { events } = await valueOf(runs.advance(runId, 60_000));
  return events;
}

test('a run on IndexedDB gives the trace that it gives in memory, to the byte', async () => {
  const inMemory = await wholeTrace(host(), undefined);
  const onDisk = await wholeTrace(host(), newName());
  expect(JSON.stringify(onDisk)).toBe(JSON.stringify(inMemory));
});

test('a run that is left in the middle and resumed by another host goes on as if it had not been', async () => {
  const whole = await wholeTrace(host(), undefined);
  const database = newName();
  const first = host();
  const { runId } = await valueOf(first.open(spec, { database }));
  await valueOf(first.advance(runId, 6000));
  const second = host();
  const again = await valueOf(second.open(spec, { database }));
  expect(again.storedToMs).toBeGreaterThan(5000);
  expect(again.restartedBecause).toBeUndefined();
  const { events } = await valueOf(second.advance(again.runId, 60_000));
  expect(JSON.stringify(events)).toBe(JSON.stringify(whole));
  expect(await first.advance(runId, 7000)).toMatchObject({ ok: false, error: { code: 'fenced' } });
});
