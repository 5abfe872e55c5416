import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChunkedFile } from '../../../../src/engine/platform/browser/chunked-file.js';
import { Housekeeping } from '../../../../src/engine/platform/browser/housekeeping.js';

/** A storage of which only deletions are asked. */
function storage() {
  const asked = { erased: 0, isPressed: false };
  const housekeeping = new Housekeeping({
    inTurn: (task) => task(),
    write: () => Promise.reject(new Error('Nothing is there to be written.')),
    erase: () => {
      asked.erased++;
      return Promise.resolve();
    },
    read: () => Promise.reject(new Error('Nothing is there to be read.')),
    freed: () => undefined,
    isPressed: () => asked.isPressed,
    refill: () => Promise.resolve(),
  });
  return Object.assign(asked, { housekeeping });
}

const largeFile = () =>
  new ChunkedFile(
    1,
    1600,
    0,
    Array.from({ length: 1600 }, (_, at) => at),
  );

describe('what is done between commits', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for a rest, through commits that take longer than one', async () => {
    const kept = storage();
    kept.housekeeping.discard([largeFile()]);
    for (let commit = 0; commit < 5; commit++) {
      kept.housekeeping.pause();
      await vi.advanceTimersByTimeAsync(150);
      kept.housekeeping.resume();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(kept.erased).toBe(0);
    await vi.advanceTimersByTimeAsync(50);
    expect(kept.erased).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(kept.erased).toBe(5);
  });

  it('is done now and then where there is no rest', async () => {
    const kept = storage();
    kept.housekeeping.discard([largeFile()]);
    for (let commit = 0; commit < 1500; commit++) {
      kept.housekeeping.pause();
      await vi.advanceTimersByTimeAsync(20);
      kept.housekeeping.resume();
    }
    expect(kept.erased).toBeGreaterThanOrEqual(4);
    expect(kept.erased).toBeLessThanOrEqual(6);
  });

  it('is done at once where somebody waits for the space', async () => {
    const kept = storage();
    kept.isPressed = true;
    kept.housekeeping.discard([largeFile()]);
    kept.housekeeping.pause();
    await vi.advanceTimersByTimeAsync(1);
    expect(kept.erased).toBeGreaterThan(0);
  });
});
