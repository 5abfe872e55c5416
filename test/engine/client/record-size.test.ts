import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeInBatch } from '../../../src/engine/client/record-size.js';
import { batchHeaderSize, encodeBatch } from '../../../src/engine/protocol/record-batch.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
const record = fc.record({
  key: bytes,
  value: bytes,
  timestamp: fc.integer({ min: 0, max: 2 ** 45 }),
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 20 }), value: bytes }), { maxLength: 3 }),
});

describe('sizeInBatch', () => {
  it('is what the record takes in an encoded batch, to the byte', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 200 }), (records) => {
        const base = records[0]?.timestamp ?? 0;
        const expected = records.reduce(
          (sum, each, index) => sum + sizeInBatch(each, index, each.timestamp - base),
          batchHeaderSize,
        );
        expect(encodeBatch({ records })).toHaveLength(expected);
      }),
      { numRuns: 100 },
    );
  });
});
