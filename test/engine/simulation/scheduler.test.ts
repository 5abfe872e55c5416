import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scheduler } from '../../../src/engine/simulation/scheduler.js';

/** Fires everything that is due by `limit`. */
function fireUntil(scheduler: Scheduler, limit: number): void {
  for (let fire = scheduler.takeNext(limit); fire !== undefined; fire = scheduler.takeNext(limit)) void fire();
}

test('things happen in the order of their times, and at one time in the order in which they were scheduled', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (delays) => {
      const scheduler = new Scheduler(1000);
      const happened: { at: number; number: number }[] = [];
      delays.forEach((delay, number) =>
        scheduler.set(delay, () => void happened.push({ at: scheduler.now(), number })),
      );
      fireUntil(scheduler, 2000);
      const expected = delays
        .map((delay, number) => ({ at: 1000 + delay, number }))
        .sort((one, other) => one.at - other.at || one.number - other.number);
      expect(happened).toEqual(expected);
    }),
  );
});

test('what is cancelled does not happen, and does not move the clock', () => {
  const scheduler = new Scheduler(0);
  const happened: string[] = [];
  scheduler.set(5, () => void happened.push('cancelled')).cancel();
  scheduler.set(3, () => void happened.push('kept'));
  fireUntil(scheduler, 10);
  expect(happened).toEqual(['kept']);
  expect(scheduler.now()).toBe(3);
});

test('nothing beyond the limit is taken', () => {
  const scheduler = new Scheduler(0);
  scheduler.set(11, () => undefined);
  expect(scheduler.takeNext(10)).toBeUndefined();
  scheduler.advanceTo(10);
  expect(scheduler.now()).toBe(10);
  expect(scheduler.takeNext(11)).toBeDefined();
});

test.each([1.5, -1, Number.NaN, Infinity])('a delay of %s ms is refused', (delay) => {
  expect(() => new Scheduler(0).set(delay, () => undefined)).toThrow(RangeError);
});
