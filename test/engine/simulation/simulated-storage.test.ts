import { expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../src/engine/environment/storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { World } from '../../../src/engine/simulation/world.js';
import { SlowStorage } from './slow-storage.js';

const newWorld = (seed = 'a seed'): World => new World({ seed, settle, startMs: 0 });
const append = (file: string, position: number, text: string) =>
  [{ kind: 'append', file, position, bytes: new TextEncoder().encode(text), modifiedAt: 0 }] as const;

/** What each call came to and when, in the order in which they settled. */
async function play(world: World, real: Storage): Promise<readonly string[]> {
  const storage = world.storage(real);
  const said: string[] = [];
  const note = async (name: string, call: Promise<unknown>): Promise<void> => {
    const outcome = await call.then(
      (value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : 'done'),
      (error: unknown) => String(error),
    );
    said.push(`${world.now} ${name} ${outcome}`);
  };
  const all = Promise.all([
    note('first append', storage.commit(append('f', 0, 'one'), 'strict')),
    note('read after it', storage.read('f', 0, 100)),
    note('second append', storage.commit(append('f', 3, 'two'), 'relaxed')),
    note('append at a wrong place', storage.commit(append('f', 5, 'no'), 'strict')),
    note('read of nothing', storage.read('g', 0, 1)),
    note('read at the end', storage.read('f', 0, 100)),
  ]);
  await world.outcome(all);
  return said;
}

test('calls settle in the order in which they were begun, 1 to 4 ms each, and see what was begun before them', async () => {
  const said = await play(newWorld(), new MemoryStorage());
  expect(said.map((line) => line.slice(line.indexOf(' ') + 1))).toEqual([
    'first append done',
    'read after it one',
    'second append done',
    expect.stringMatching(/^append at a wrong place StorageError/),
    expect.stringMatching(/^read of nothing StorageError/),
    'read at the end onetwo',
  ]);
  const times = said.map((line) => Number(line.split(' ')[0]));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...times)).toBeLessThanOrEqual(4);
});

test('a storage that takes real time gives the same results at the same virtual times', async () => {
  for (const seed of ['1', '2', '3']) {
    expect(await play(newWorld(seed), new SlowStorage(new MemoryStorage()))).toEqual(
      await play(newWorld(seed), new MemoryStorage()),
    );
  }
});

test('bytes are copied when the call is made', async () => {
  const world = newWorld();
  const real = new MemoryStorage();
  const bytes = Uint8Array.of(1, 2, 3);
  const writing = world
    .storage(real)
    .commit([{ kind: 'append', file: 'f', position: 0, bytes, modifiedAt: 0 }], 'strict');
  bytes.fill(9);
  await world.outcome(writing);
  expect([...(await real.read('f', 0, 3))]).toEqual([1, 2, 3]);
});

test('of the commits that a crashed process waited for the first ones reach the disk, and none of its calls settles', async () => {
  const survivors = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const world = newWorld(String(seed));
    const real = new MemoryStorage();
    const storage = world.storage(real);
    let settled = 0;
    for (let number = 0; number < 3; number++)
      void storage.commit(append('f', number, String(number)), 'strict').then(() => settled++);
    void storage.read('f', 0, 3).then(() => settled++);
    await storage.abandon();
    void storage.commit(append('f', 0, 'late'), 'strict').then(() => settled++);
    await world.advanceBy(100);
    expect(settled).toBe(0);
    const [file] = await real.files();
    const size = file?.size ?? 0;
    if (size > 0) expect(new TextDecoder().decode(await real.read('f', 0, 3))).toBe('012'.slice(0, size));
    survivors.add(size);
  }
  expect(survivors).toEqual(new Set([0, 1, 2, 3]));
});
