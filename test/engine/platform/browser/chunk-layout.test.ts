import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkLength,
  cutIntoChunks,
  largestChunk,
  largestSmallChunk,
  smallestLargeChunk,
} from '../../../../src/engine/platform/browser/chunk-layout.js';

const source = Buffer.alloc(4_000_000, '0123456789abcdefg');
/** Others have other bytes at the same place. */
const part = (length: number, seed: number): Uint8Array => source.subarray(seed, seed + length);
const lengths = (parts: readonly Uint8Array[]) => cutIntoChunks(parts, 7).map(chunkLength);

describe('bytes that are cut into chunks', () => {
  it('follow each other, in chunks that are small or large and nothing in between', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 1_100_000 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (sizes) => {
          const parts = sizes.map(part);
          const chunks = cutIntoChunks(parts, 7);
          let at = 7;
          for (const chunk of chunks) {
            expect(chunk.start).toBe(at);
            at += chunkLength(chunk);
            const length = chunkLength(chunk);
            const isSmall = length > 0 && length <= largestSmallChunk;
            expect(isSmall || (length >= smallestLargeChunk && length <= largestChunk)).toBe(true);
          }
          const found = Buffer.concat(chunks.map((chunk) => chunk.value.subarray(0, chunkLength(chunk))));
          expect(found.compare(Buffer.concat(parts))).toBe(0);
        },
      ),
      { numRuns: 40 },
    ));

  it('are cut where a part ends, if there is one near', () => {
    const parts = Array.from({ length: 37 }, (_, at) => part(110_961, at));
    for (const length of lengths(parts)) expect(length % 110_961).toBe(0);
    expect(lengths([part(1_000, 1), part(50_000, 2), part(30_000, 3)])).toEqual([51_000, 30_000]);
  });

  it('are cut anywhere, if there is none', () => {
    expect(lengths([part(2_000_000, 1)])).toEqual([666_666, 666_667, 666_667]);
    expect(lengths([part(1_000, 1), part(70_000, 2)])).toEqual([35_500, 35_500]);
    expect(lengths([])).toEqual([]);
  });
});
