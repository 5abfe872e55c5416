import { deleteDB } from 'idb';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../src/engine/environment/storage.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { settle } from '../../../src/engine/platform/browser/settle.js';
import { ScenarioRun } from '../../../src/engine/scenario/scenario-run.js';
import { traceLines } from '../../../src/engine/simulation/trace-recorder.js';
import { specOf, topicLane } from '../../engine/scenario/twelve-orders.js';
import { settleContract } from '../../contracts/settle-contract.js';

async function traceOver(storage: Storage, seed: string): Promise<string> {
  const run = await ScenarioRun.open(specOf([topicLane()], { seed }), { settle, storage });
  await run.advanceTo(60_000);
  expect(run.finished).toBe(true);
  return traceLines(run.trace);
}

test.each(['1', '2', 'three'])('with seed %s memory and IndexedDB give the same trace', async (seed) => {
  const name = `trace-test-${seed}`;
  await deleteDB(name);
  const storage = await IndexedDbStorage.open({ name });
  const overIndexedDb = await traceOver(storage, seed);
  expect(await storage.files()).not.toEqual([]);
  await storage.close();
  await deleteDB(name);
  expect(overIndexedDb).toBe(await traceOver(new MemoryStorage(), seed));
});

settleContract(settle);
