import { expect, test } from 'vitest';
import { snapped, stepped, usualHandlingMs } from '../../../src/ui/components/handling-time.js';
import { threeWays } from '../fixtures/three-ways-view.js';

test('a handling takes what its actor usually takes, unless its bar was dragged', () => {
  const dragged = {
    ...threeWays,
    overrides: [{ lane: 'queue' as const, actor: 'worker-2', record: 1, handlingMs: 4_000 }],
  };
  expect(usualHandlingMs(dragged, 'queue', 'worker-2', 1)).toBe(4_000);
  expect(usualHandlingMs(dragged, 'queue', 'worker-2', 5)).toBe(9_500);
  expect(usualHandlingMs(dragged, 'topic', 'A-2', 3)).toBe(2_200);
  expect(usualHandlingMs(dragged, 'publish-subscribe', 'subscriber-1', 0)).toBe(800);
});

test('keys change a handling by half a second, a pointer by tenths, neither to nothing', () => {
  expect(stepped(1_000, 1)).toBe(1_500);
  expect(stepped(300, -1)).toBe(100);
  expect(snapped(1_234)).toBe(1_200);
  expect(snapped(-50)).toBe(100);
});
