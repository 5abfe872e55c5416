import { describe, expect, it } from 'vitest';
import { LentBuffers } from '../../../../src/engine/platform/node/lent-buffers.js';

const size = 1024 * 1024;

describe('memory that is lent for reads', () => {
  it('is used again once it was given back, and not before', () => {
    const buffers = new LentBuffers();
    const first = buffers.take(size);
    expect(buffers.take(size).buffer).not.toBe(first.buffer);
    LentBuffers.giveBack(first.subarray(10, 20));
    expect(buffers.take(size - 100).buffer).toBe(first.buffer);
    expect(buffers.take(size).buffer).not.toBe(first.buffer);
  });

  it('that is given back twice goes to one reader only', () => {
    const buffers = new LentBuffers();
    const lent = buffers.take(size);
    LentBuffers.giveBack(lent);
    expect(LentBuffers.isLent(lent)).toBe(false);
    LentBuffers.giveBack(lent);
    expect(buffers.take(size).buffer).not.toBe(buffers.take(size).buffer);
  });

  it('is not handed out for reads that are far smaller, nor kept without end', () => {
    const buffers = new LentBuffers();
    const lent = Array.from({ length: 40 }, () => buffers.take(size));
    for (const bytes of lent) LentBuffers.giveBack(bytes);
    expect(buffers.take(1000).buffer.byteLength).toBe(1000);
    const known = new Set(lent.map(({ buffer }) => buffer));
    const again = Array.from({ length: 40 }, () => buffers.take(size)).filter(({ buffer }) => known.has(buffer));
    expect(again.length).toBe(16);
  });
});
