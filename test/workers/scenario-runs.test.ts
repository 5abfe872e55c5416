import { expect, test } from 'vitest';
import { MemoryStorage } from '../../src/engine/environment/memory-storage.js';
import { settle } from '../../src/engine/platform/node/settle.js';
import { ScenarioRuns } from '../../src/workers/scenario-runs.js';
import type { HostResult } from '../../src/workers/scenario-host.js';
import { specOf, topicLane } from '../engine/scenario/twelve-orders.js';

/** A database that outlives the run that closes it. */
class Database extends MemoryStorage {
  override close(): Promise<void> {
    return Promise.resolve();
  }
}

function hostOn(databases: Map<string, MemoryStorage>): ScenarioRuns {
  return new ScenarioRuns({
    settle,
    openStorage: (name) => {
      const database = databases.get(name) ?? new Database();
      databases.set(name, database);
      return Promise.resolve(database);
    },
  });
}

async function valueOf<Value>(result: Promise<HostResult<Value>>): Promise<Value> {
  const settled = await result;
  if (!settled.ok) throw new Error(`${settled.error.code}: ${settled.error.message}`);
  return settled.value;
}

const spec = specOf([topicLane()]);

test('a run stands after a reload where it was, and its records can be read back from the files', async () => {
  const databases = new Map<string, MemoryStorage>();
  const before = hostOn(databases);
  const { runId } = await valueOf(before.open(spec, { database: 'run' }));
  const { events } = await valueOf(before.advance(runId, 6000));

  const after = hostOn(databases);
  const again = await valueOf(after.open(spec, { database: 'run' }));
  expect(again.storedToMs).toBeGreaterThan(5000);
  expect(again.storage).toBe('indexeddb');
  const replayed = await valueOf(after.advance(again.runId, 6000));
  expect(replayed.events).toEqual(events);

  const stored = await valueOf(after.readRecord(again.runId, { topic: 'orders', partition: 0, offset: 1 }));
  expect(new TextDecoder().decode(stored.key ?? undefined)).toBe('order-3');
  expect(stored).toMatchObject({ offset: 1, segmentBaseOffset: 0 });
});

test('a kept run that was changed behind our back is begun anew, and says so', async () => {
  const databases = new Map<string, MemoryStorage>();
  const host = hostOn(databases);
  await valueOf(host.advance((await valueOf(host.open(spec, { database: 'run' }))).runId, 6000));
  const kept = databases.get('run');
  const [file] = (await kept?.files())?.filter(({ name, size }) => name.startsWith('orders-') && size > 0) ?? [];
  if (kept === undefined || file === undefined) throw new Error('a kept run with records was expected');
  await kept.commit([{ kind: 'truncate', file: file.name, size: 10, modifiedAt: 0 }], 'relaxed');

  const opened = await valueOf(hostOn(databases).open(spec, { database: 'run' }));
  expect(opened.storedToMs).toBe(0);
  expect(opened.restartedBecause).toContain(file.name);
});

test('what is asked of a run that is not open, or of an offset that holds nothing, is an error as data', async () => {
  const host = hostOn(new Map());
  expect(await host.advance(7, 0)).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('no open run 7') as string },
  });
  const { runId } = await valueOf(host.open(spec, {}));
  expect(await host.readRecord(runId, { topic: 'orders', partition: 0, offset: 99 })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
});

test('a database that another has taken fails the run with its reason', async () => {
  const fenced = new Database();
  const host = hostOn(new Map([['run', fenced]]));
  const { runId } = await valueOf(host.open(spec, { database: 'run' }));
  await MemoryStorage.prototype.close.call(fenced);
  expect(await host.advance(runId, 6000)).toMatchObject({ ok: false, error: { code: 'closed' } });
});
