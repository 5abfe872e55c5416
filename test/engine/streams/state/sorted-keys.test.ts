import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, endOfPrefix, textOf } from '../../../../src/engine/streams/state/byte-text.js';
import { OrderedMap } from '../../../../src/engine/streams/state/ordered-map.js';

describe('an ordered map', () => {
  it('gives keys in order, after any sequence of changes', () => {
    const key = fc.integer({ min: 0, max: 2000 });
    const step = fc.record({ kind: fc.constantFrom('set', 'delete', 'range'), key, other: key });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
        const map = new OrderedMap<number, number>();
        const model = new Map<number, number>();
        for (const [index, { kind, key: at, other }] of steps.entries()) {
          if (kind === 'set') {
            map.set(at, index);
            model.set(at, index);
          } else if (kind === 'delete') {
            expect(map.delete(at)).toBe(model.delete(at));
          } else if (index % 50 === 0) {
            const inRange = [...model].filter(([each]) => each >= at && each <= other);
            expect(map.between(at, other)).toEqual(inRange.sort(([one], [two]) => one - two));
            const greater = [...model.keys()].filter((each) => each > at);
            expect(map.keyAfter(at)).toBe(greater.length === 0 ? undefined : Math.min(...greater));
          }
        }
        expect(map.size).toBe(model.size);
        expect(map.keysBetween(null, null)).toEqual([...model.keys()].sort((one, two) => one - two));
        expect(map.firstKey()).toBe(model.size === 0 ? undefined : Math.min(...model.keys()));
      }),
      { numRuns: 8 },
    );
  });
});

describe('bytes as text', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });

  it('come back as they were', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        expect(bytesOf(textOf(some))).toEqual(some);
      }),
    );
  });

  it('are in the order of the bytes', () => {
    const compare = (one: Uint8Array, other: Uint8Array) => Math.sign(Buffer.compare(one, other));
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const [text, otherText] = [textOf(one), textOf(other)];
        expect(text < otherText ? -1 : text > otherText ? 1 : 0).toBe(compare(one, other));
      }),
    );
  });

  it('with a prefix end before its end', () => {
    fc.assert(
      fc.property(bytes, bytes, (prefix, rest) => {
        const text = textOf(new Uint8Array([...prefix, ...rest]));
        expect(text <= endOfPrefix(textOf(prefix))).toBe(true);
      }),
    );
  });
});
