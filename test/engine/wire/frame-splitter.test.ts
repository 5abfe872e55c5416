import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError, FrameSplitter } from '../../../src/engine/wire/frame-splitter.js';
import { sized } from '../../../src/engine/wire/frames.js';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames.map(sized));
          const splitter = new FrameSplitter(() => 300);
          const found: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const length = cuts[turn % cuts.length]!;
            found.push(...splitter.push(stream.subarray(at, at + length)));
            at += length;
          }
          expect(found).toEqual(frames);
          expect(splitter.partialBytes).toBe(0);
        },
      ),
    );
  });

  it('of any size come out as they went in, in pieces of any size', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 400_000 }));
    fc.assert(
      fc.property(
        fc.array(size, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(fc.integer({ min: 1_000, max: 70_000 }), fc.integer({ min: 1, max: 40_000 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (sizes, cuts) => {
          const frames = sizes.map((length, seed) => Uint8Array.from({ length }, (_, at) => (at * 7 + seed) >>> 2));
          const stream = Buffer.concat(frames.map(sized));
          const splitter = new FrameSplitter(() => 400_000);
          const found: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const length = Math.max(cuts[turn % cuts.length]!, 64);
            // As from a socket: a buffer for each piece.
            found.push(...splitter.push(new Uint8Array(stream.subarray(at, at + length))));
            at += length;
          }
          expect(found.length).toBe(frames.length);
          found.forEach((frame, index) => expect(Buffer.compare(frame, frames[index]!)).toBe(0));
          expect(splitter.partialBytes).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('GW-10 a frame that comes byte by byte takes little more memory than its bytes', () => {
    const splitter = new FrameSplitter(() => 8_000_000);
    expect([...splitter.push(Uint8Array.of(0, 0x10, 0, 0))]).toEqual([]);
    const before = process.memoryUsage();
    for (let at = 0; at < 1_000_000; at++) splitter.push(Uint8Array.of(1)).next();
    globalThis.gc?.();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    expect(splitter.partialBytes).toBe(1_000_004);
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(20_000_000);
    expect(heapUsed - before.heapUsed).toBeLessThan(60_000_000);
  });

  it('have a buffer of their own: what arrives next does not change them', () => {
    const chunk = sized(ascii('one'));
    const [frame] = [...new FrameSplitter(() => 10).push(chunk)];
    chunk.fill(0);
    expect(frame).toEqual(ascii('one'));
  });

  it.each([0, -1, 101, 0x7fff_ffff])('GW-6 a length of %i is refused', (length) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, length);
    expect(() => [...new FrameSplitter(() => 100).push(bytes)]).toThrow(FrameError);
  });

  it('GW-10 a length that was only announced takes no memory', () => {
    const splitter = new FrameSplitter(() => 100_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const held = Array.from({ length: 50 }, () => {
      const one = new FrameSplitter(() => 100_000_000);
      return [...one.push(Uint8Array.of(5, 0xf5, 0xe1, 0, 1))];
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 100_000);
    expect(held.flat()).toEqual([]);
    expect(splitter.partialBytes).toBe(0);
  });

  it.each([
    [ascii('GET / HTTP/1.1\r\n'), "'GET' looks like HTTP"],
    [ascii('POST / HTTP/1.1\r\n'), "'POST' looks like HTTP"],
    [Uint8Array.of(0x16, 0x03, 0x01, 0x00), 'looks like TLS'],
  ])('GW-5 other protocols are known by their first bytes', (bytes, text) => {
    expect(() => [...new FrameSplitter(() => 100_000_000).push(bytes)]).toThrow(text);
  });
});
