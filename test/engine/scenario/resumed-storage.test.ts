import { expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { ResumedStorage, RunDivergedError } from '../../../src/engine/scenario/resumed-storage.js';
import { ScenarioRun } from '../../../src/engine/scenario/scenario-run.js';
import { specOf, topicLane } from './twelve-orders.js';

const spec = specOf([topicLane()]);

/** Keeps what it holds when a run closes it: as a database does. */
class Kept extends MemoryStorage {
  override close(): Promise<void> {
    return Promise.resolve();
  }
}

async function resume(kept: MemoryStorage, of = spec): Promise<{ run: ScenarioRun; storage: ResumedStorage }> {
  let reached = (): number => 0;
  const storage = await ResumedStorage.open(kept, JSON.stringify(of), () => Math.max(0, reached()));
  const run = await ScenarioRun.open(of, { settle, storage, begun: (begun) => (reached = () => begun.reachedMs) });
  await run.advanceTo(storage.storedToMs);
  return { run, storage };
}

async function contents(storage: MemoryStorage): Promise<Record<string, string>> {
  const files = await storage.files();
  const entries = files.map(async ({ name, size }) => [name, (await storage.read(name, 0, size)).join()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

test('a run that is cut off anywhere and resumed keeps what an uninterrupted run keeps', async () => {
  const whole = new Kept();
  const { run } = await resume(whole);
  await run.advanceTo(60_000);
  for (const cutAt of [0, 901, 5_000, 11_111]) {
    const kept = new Kept();
    await (await resume(kept)).run.advanceTo(cutAt);
    const again = await resume(kept);
    expect(again.storage.storedToMs).toBeLessThanOrEqual(cutAt);
    expect(again.storage.failure).toBeUndefined();
    await again.run.advanceTo(60_000);
    expect(await contents(kept)).toEqual(await contents(whole));
    expect(again.run.trace).toEqual(run.trace);
  }
});

test('what a run of another spec left is removed', async () => {
  const kept = new Kept();
  await (await resume(kept)).run.advanceTo(5_000);
  const other = await resume(kept, specOf([topicLane()], { seed: 'another' }));
  expect(other.storage.storedToMs).toBe(0);
});

test('a kept run that the simulation does not repeat is found out and not written to', async () => {
  const kept = new Kept();
  await (await resume(kept)).run.advanceTo(5_000);
  const [file] = (await kept.files()).filter(({ name, size }) => name.startsWith('orders-') && size > 0);
  if (file === undefined) throw new Error('a segment with records was expected');
  const bytes = await kept.read(file.name, 0, file.size);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  await kept.commit([{ kind: 'replace', file: file.name, bytes, modifiedAt: 0 }], 'relaxed');
  const before = await contents(kept);
  const { run, storage } = await resume(kept);
  await run.advanceTo(20_000).catch(() => undefined);
  expect(storage.failure).toBeInstanceOf(RunDivergedError);
  expect(storage.failure?.message).toContain(file.name);
  expect(await contents(kept)).toEqual(before);
});
