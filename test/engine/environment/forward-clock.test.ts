import { expect, test } from 'vitest';
import { forwardClock } from '../../../src/engine/environment/forward-clock.js';

test('follows a clock that is set forward, and goes on at its own pace where that is set back', () => {
  let [wall, elapsed] = [1_000_000, 50.25];
  const pass = (ms: number): void => {
    wall += ms;
    elapsed += ms;
  };
  const clock = forwardClock(
    () => wall,
    () => elapsed,
  );
  expect(clock.now()).toBe(1_000_000);
  pass(10);
  expect(clock.now()).toBe(1_000_010);
  wall += 3_600_000;
  expect(clock.now()).toBe(4_600_010);
  wall -= 7_200_000;
  pass(30);
  expect(clock.now()).toBe(4_600_040);
  // A timer that stops while the machine sleeps.
  wall += 7_200_000;
  expect(clock.now()).toBe(4_600_040);
  wall += 5;
  expect(clock.now()).toBe(4_600_045);
});

test('gives whole milliseconds that never go back, however coarse the wall clock is', () => {
  let elapsed = 0;
  const clock = forwardClock(
    () => Math.floor(elapsed / 16) * 16,
    () => elapsed,
  );
  let last = 0;
  for (; elapsed < 100; elapsed += 0.3) {
    const now = clock.now();
    expect(Number.isInteger(now)).toBe(true);
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
});
