import { expect, test } from 'vitest';
import { sleep } from '../../../src/engine/environment/environment.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { SimulationFailure } from '../../../src/engine/simulation/simulation-failure.js';
import { traceLines } from '../../../src/engine/simulation/trace-recorder.js';
import { World } from '../../../src/engine/simulation/world.js';

const newWorld = (seed = 'a seed'): World => new World({ seed, settle, startMs: 0 });

test('everything that follows from one event without waiting has followed before the next', async () => {
  const world = newWorld();
  const { timers, tracer } = world.environment('a');
  const say = (text: string): void => tracer.emit({ kind: 'command', text });
  timers.set(5, () => {
    void (async () => {
      for (let step = 0; step < 50; step++) await Promise.resolve();
      say('continuation of the first');
    })();
  });
  timers.set(5, () => say('second'));
  await world.advanceTo(10);
  expect(world.trace.map((event) => 'text' in event && event.text)).toEqual(['continuation of the first', 'second']);
  expect(world.now).toBe(10);
});

test('a component has its own random numbers, whatever the others draw', () => {
  const alone = newWorld().environment('b').random.uint32();
  const world = newWorld();
  for (let draw = 0; draw < 100; draw++) world.environment('a').random.uint32();
  expect(world.environment('b').random.uint32()).toBe(alone);
  expect(newWorld('another seed').environment('b').random.uint32()).not.toBe(alone);
});

test('a crashed component does nothing any more, and its next life is another', async () => {
  const world = newWorld();
  const first = world.environment('a');
  first.timers.set(5, () => first.tracer.emit({ kind: 'command', text: 'never' }));
  world.crash('a');
  first.tracer.emit({ kind: 'command', text: 'never' });
  await world.advanceTo(10);
  expect(world.trace).toEqual([]);
  const second = world.environment('a');
  expect(second).not.toBe(first);
  second.tracer.emit({ kind: 'command', text: 'alive' });
  expect(world.trace).toMatchObject([{ source: 'a', text: 'alive' }]);
  expect(second.random.uint32()).not.toBe(newWorld().environment('a').random.uint32());
});

test('an exception in a timer fails the run, with seed and virtual time', async () => {
  const world = newWorld('seed 7');
  world.environment('a').timers.set(5, () => {
    throw new Error('broken');
  });
  const failure = await world.advanceTo(10).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SimulationFailure);
  expect(failure).toMatchObject({ seed: 'seed 7', atMs: 5, cause: new Error('broken') });
  expect((failure as Error).message).toContain('"seed 7"');
  await expect(world.advanceTo(20)).rejects.toBe(failure);
});

test('the failure of watched work fails the run', async () => {
  const world = newWorld();
  const { timers } = world.environment('a');
  world.watch(
    sleep(timers, 3).then(() => {
      throw new Error('broken');
    }),
  );
  await expect(world.advanceTo(10)).rejects.toMatchObject({ atMs: 3, cause: new Error('broken') });
});

test('what settle finds unhandled fails the run', async () => {
  let rounds = 0;
  const world = new World({
    seed: 'x',
    startMs: 0,
    settle: async () => {
      await settle();
      if (++rounds === 2) throw new Error('nobody handled this');
    },
  });
  world.environment('a').timers.set(4, () => undefined);
  await expect(world.advanceTo(10)).rejects.toMatchObject({ atMs: 4, cause: new Error('nobody handled this') });
});

test('a loop that never lets time go on fails the run instead of hanging it', async () => {
  const world = new World({ seed: 'x', startMs: 0, settle: () => Promise.resolve() });
  const { timers } = world.environment('a');
  const again = (): void => void timers.set(0, again);
  again();
  await expect(world.advanceTo(10)).rejects.toThrow(/without any time going by/);
});

test('runUntil stops as soon as its predicate holds, or at the limit', async () => {
  const world = newWorld();
  let count = 0;
  const { timers } = world.environment('a');
  const tick = (): void => {
    count++;
    timers.set(10, tick);
  };
  timers.set(10, tick);
  expect(await world.runUntil(() => count === 3, 1000)).toBe(true);
  expect(world.now).toBe(30);
  expect(await world.runUntil(() => count === 100, 55)).toBe(false);
  expect(world.now).toBe(55);
});

test('outcome gives what a promise comes to, and fails if that takes too long', async () => {
  const world = newWorld();
  const { timers } = world.environment('a');
  expect(await world.outcome(sleep(timers, 30).then(() => 'done'))).toBe('done');
  expect(world.now).toBe(30);
  await expect(world.outcome(sleep(timers, 30).then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no');
  await expect(world.outcome(new Promise(() => {}), 500)).rejects.toThrow(/had not settled after 500 ms/);
});

test('a world is advanced by one caller at a time', async () => {
  const world = newWorld();
  const first = world.advanceTo(10);
  await expect(world.advanceTo(10)).rejects.toThrow(/advancing already/);
  await first;
});

test('the same seed gives the same trace', async () => {
  const runs = await Promise.all(
    ['one', 'one', 'two'].map(async (seed) => {
      const world = newWorld(seed);
      for (const name of ['a', 'b', 'c']) {
        const { random, timers, tracer } = world.environment(name);
        const tick = (): void => {
          tracer.emit({ kind: 'command', text: String(random.uint32()) });
          timers.set(1 + (random.uint32() % 7), tick);
        };
        tick();
      }
      await world.advanceTo(200);
      return traceLines(world.trace);
    }),
  );
  expect(runs[0]).toBe(runs[1]);
  expect(runs[0]).not.toBe(runs[2]);
});
