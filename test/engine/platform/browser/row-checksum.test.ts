import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/engine/environment/seeded-random.js';
import { checksumOf, seedOf } from '../../../../src/engine/platform/browser/row-checksum.js';

function randomBytes(length: number, seed = `bytes ${length}`): Uint8Array {
  const random = new SeededRandom(seed);
  return Uint8Array.from({ length }, () => random.uint32() & 0xff);
}

describe('the checksum of rows', () => {
  it.each([0, 1, 3, 4, 5, 15, 16, 17, 31, 64, 131])('notices each flipped bit of %i bytes', (length) => {
    const bytes = randomBytes(length);
    const sound = checksumOf(bytes, 7);
    for (let bit = 0; bit < length * 8; bit++) {
      bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
      expect(checksumOf(bytes, 7)).not.toBe(sound);
      bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
    }
    expect(checksumOf(bytes, 7)).toBe(sound);
  });

  it('notices two words that have changed places, bytes that are gone, and zeros that were added', () => {
    const bytes = randomBytes(256);
    const sound = checksumOf(bytes, 1);
    const words = new Int32Array(bytes.buffer);
    for (let left = 0; left < words.length; left++)
      for (let right = left + 1; right < words.length; right++) {
        const swap = () => ([words[left], words[right]] = [words[right] as number, words[left] as number]);
        swap();
        expect(checksumOf(bytes, 1)).not.toBe(sound);
        swap();
      }
    for (let length = 0; length < bytes.length; length++)
      expect(checksumOf(bytes.subarray(0, length), 1)).not.toBe(sound);
    for (let added = 1; added < 40; added++)
      expect(checksumOf(Uint8Array.from([...bytes, ...new Uint8Array(added)]), 1)).not.toBe(sound);
  });

  it('does not depend on where the bytes lie in their buffer', () => {
    const bytes = randomBytes(1003);
    for (let offset = 0; offset < 8; offset++) {
      const moved = new Uint8Array(2000);
      moved.set(bytes, offset);
      expect(checksumOf(moved.subarray(offset, offset + bytes.length), 5)).toBe(checksumOf(bytes, 5));
    }
  });

  it('tells places apart: bytes of one do not pass for those of another', () => {
    const bytes = randomBytes(100);
    const places = new Set<number>();
    const sums = new Set<number>();
    for (let id = 0; id < 100; id++)
      for (const start of [0, 1, 60_000, 2 ** 31, 2 ** 32 + 60_000]) {
        places.add(seedOf('chunks', id, start));
        sums.add(checksumOf(bytes, seedOf('chunks', id, start)));
      }
    expect(places.size).toBe(500);
    expect(sums.size).toBe(500);
    expect(seedOf('a', 'bc')).not.toBe(seedOf('ab', 'c'));
  });

  it('stays what it is: databases hold it', () => {
    expect(checksumOf(randomBytes(37, 'fixed'), seedOf('chunks', 12, 345))).toBe(1_161_769_102);
    expect(seedOf('files', 'orders-0/00000000000000000000.log', 3, 1024, 1_700_000_000_000)).toBe(3_114_912_162);
  });
});
