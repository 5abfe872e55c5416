import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from '../../../src/engine/protocol/crc32c.js';

/** The definition, a bit at a time. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

it('the check value is that of Castagnoli', () => {
  expect(crc32c(new TextEncoder().encode('123456789'), 0, 9)).toBe(0xe3069283);
});

it('every part of any bytes, however it is aligned, has the checksum of its definition', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(7), fc.nat(80), fc.nat(80), (bytes, shift, one, other) => {
      const shifted = new Uint8Array([...new Uint8Array(shift), ...bytes]).subarray(shift);
      const [start, end] = [Math.min(one, other, bytes.length), Math.min(Math.max(one, other), bytes.length)];
      expect(crc32c(shifted, start, end)).toBe(bitwise(bytes.slice(start, end)));
    }),
    { numRuns: 1000 },
  );
});

it('long stretches have it too, whatever their length', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(7), fc.nat(), (length, shift, seed) => {
      const bytes = Uint8Array.from({ length: length + shift }, (_, at) => (at * 31 + seed * (at >>> 3)) & 0xff);
      expect(crc32c(bytes, shift, shift + length)).toBe(bitwise(bytes.slice(shift)));
    }),
    { numRuns: 60 },
  );
});

it('a checksum goes on from the one before it', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), (bytes, cut) => {
      const middle = bytes.length === 0 ? 0 : cut % bytes.length;
      expect(crc32c(bytes, middle, bytes.length, crc32c(bytes, 0, middle))).toBe(bitwise(bytes));
    }),
  );
});
