import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/engine/protocol/crc32c.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  exactProducerId,
  readBatchHeader,
  recordSizeLimit,
  sequenceAfter,
  stampBatch,
  verifyCrc,
  type BatchHeader,
  type RecordToEncode,
} from '../../../src/engine/protocol/record-batch.js';
import { bytesOf, goldenLines, hexOf } from './golden.js';

interface GoldenBatch {
  readonly name: string;
  readonly codec: BatchHeader['compression'];
  readonly hex: string;
  readonly batch: Readonly<Record<string, string | number | boolean>>;
  readonly records: readonly {
    readonly offset: string;
    readonly timestamp: string;
    readonly sequence: number;
    readonly key: string | null;
    readonly value: string | null;
    readonly headers: readonly (readonly [key: string, value: string | null])[];
  }[];
}

const golden = goldenLines<GoldenBatch>('batches.jsonl');

describe('record batches that Kafka wrote', () => {
  it.each(golden)('$name: the header is read as Kafka reads it', ({ hex, codec, batch }) => {
    const bytes = bytesOf(hex);
    const header = readBatchHeader(bytes, 0);
    expect(verifyCrc(bytes, header)).toBe(true);
    expect(header.compression).toBe(codec);
    expect({
      baseOffset: String(header.baseOffset),
      lastOffset: String(header.lastOffset),
      sizeInBytes: header.sizeInBytes,
      partitionLeaderEpoch: header.partitionLeaderEpoch,
      crc: header.crc,
      attributes: header.attributes,
      timestampType: header.timestampType,
      // Kafka shows a batch with a delete horizon as one without a base timestamp of its own.
      baseTimestamp: String(header.baseTimestamp),
      maxTimestamp: String(header.maxTimestamp),
      producerId: String(exactProducerId(bytes, 0)),
      producerEpoch: header.producerEpoch,
      baseSequence: header.baseSequence,
      lastSequence: header.lastSequence,
      isTransactional: header.isTransactional,
      isControlBatch: header.isControlBatch,
      recordCount: header.recordCount,
      ...(header.deleteHorizonMs === null ? {} : { deleteHorizonMs: String(header.deleteHorizonMs) }),
    }).toEqual(batch);
  });

  it.each(golden)('$name: the records are read as Kafka wrote them, and written again', ({ hex, codec, records }) => {
    const bytes = bytesOf(hex);
    const header = readBatchHeader(bytes, 0);
    const decoded = [...decodeRecords(bytes, header)];
    expect(
      decoded.map(({ offset, timestamp, key, value, headers }) => ({
        offset: String(offset),
        timestamp: String(timestamp),
        sequence: header.baseSequence < 0 ? -1 : sequenceAfter(header.baseSequence, offset - header.baseOffset),
        key: key && hexOf(key),
        value: value && hexOf(value),
        headers: headers.map((each) => [each.key, each.value && hexOf(each.value)]),
      })),
    ).toEqual(records);
    const again = encodeAgain(bytes, header);
    // Another compressor may find other bytes for the same records.
    if (codec === 'none') expect(hexOf(again)).toBe(hex);
    else expect([...decodeRecords(again, readBatchHeader(again, 0))]).toEqual(decoded);
  });
});

/** The batch written from what was read. A batch with LogAppendTime still holds the time that each record was made: it is read as one without. */
function encodeAgain(bytes: Uint8Array, header: BatchHeader): Uint8Array {
  const records = [...decodeRecords(bytes, { ...header, timestampType: 'CreateTime' })];
  return encodeBatch({ ...header, records, producerId: exactProducerId(bytes, 0) });
}

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('An error was expected, but there was none.');
}

const anyRecord: fc.Arbitrary<RecordToEncode> = fc.record({
  key: fc.option(fc.uint8Array({ maxLength: 40 })),
  value: fc.option(fc.uint8Array({ maxLength: 200 })),
  timestamp: fc.oneof(fc.integer({ min: -1, max: 2 ** 41 }), fc.maxSafeNat()),
  headers: fc.array(
    fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.option(fc.uint8Array({ maxLength: 10 })) }),
    { maxLength: 3 },
  ),
});
const anyRecords = fc.array(anyRecord, { minLength: 1, maxLength: 20 });

/** Where a batch has its length, and its checksum: before the checksum lies nothing that it covers, after it all is. */
const lengthField = { from: 8, to: 12 };
const checksumField = 17;

describe('record batches', () => {
  it('what is encoded is decoded', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(2 ** 40), fc.nat(0xffff), (records, baseOffset, producerEpoch) => {
        const bytes = encodeBatch({
          records,
          baseOffset,
          producerId: 4,
          producerEpoch: producerEpoch >> 1,
          baseSequence: 9,
        });
        const header = readBatchHeader(bytes, 0);
        expect(verifyCrc(bytes, header)).toBe(true);
        expect(header).toMatchObject({
          baseOffset,
          lastOffset: baseOffset + records.length - 1,
          recordCount: records.length,
          producerId: 4,
        });
        expect([...decodeRecords(bytes, header)]).toEqual(
          records.map((record, index) => ({ ...record, offset: baseOffset + index })),
        );
      }),
    );
  });

  it('a record never takes more bytes than its limit', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const limit = records.reduce((sum, record) => sum + recordSizeLimit(record), 61);
        expect(encodeBatch({ records }).length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('bytes that were changed are read or refused with CORRUPT_MESSAGE, nothing else, and a change of what the checksum covers is seen', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, place, flip) => {
        const bytes = encodeBatch({ records });
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ flip;
        try {
          for (const { header } of batchesIn(bytes)) {
            if (at < lengthField.from || at >= lengthField.to)
              expect(verifyCrc(bytes, header)).toBe(at < checksumField);
            for (const record of decodeRecords(bytes, header)) expect(Number.isSafeInteger(record.offset)).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(KafkaError);
          expect((error as KafkaError).code).toMatch(/^(CORRUPT_MESSAGE|UNSUPPORTED_COMPRESSION_TYPE)$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('bytes at random are never a reason for anything but a KafkaError', () => {
    const header = encodeBatch({ records: [] });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(0x7fff_ffff), (body, recordCount) => {
        const bytes = new Uint8Array([...header, ...body]);
        const view = new DataView(bytes.buffer);
        view.setInt32(8, bytes.length - 12);
        view.setInt32(57, recordCount);
        if (recordCount === 0 && body.length === 0) return;
        const error = errorOf(() => [...decodeRecords(bytes, readBatchHeader(bytes, 0))]);
        expect(error).toMatchObject({ code: 'CORRUPT_MESSAGE' });
      }),
      { examples: [[new Uint8Array([14, 0, 0, 0, 0, 0, 0, 0]), 0x7fff_ffff]] },
    );
  });

  it('batches are found one after the other; one that is cut off at the end is left out', () => {
    const [first, second] = [
      encodeBatch({ records: [recordAt(1)] }),
      encodeBatch({ records: [recordAt(2), recordAt(3)], baseOffset: 1 }),
    ];
    const bytes = new Uint8Array([...first, ...second]);
    const places = (of: Uint8Array): number[][] => [...batchesIn(of)].map(({ start, end }) => [start, end]);
    expect(places(bytes)).toEqual([[0, first.length], [first.length, bytes.length]]); // prettier-ignore
    for (let length = first.length; length < bytes.length; length++)
      expect(places(bytes.subarray(0, length))).toEqual([[0, first.length]]);
  });

  it('a batch that is cut off has no header', () => {
    const bytes = encodeBatch({ records: [recordAt(1)] });
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(() => readBatchHeader(bytes.subarray(0, length), 0))).toMatchObject({ code: 'CORRUPT_MESSAGE' });
    }
  });

  it('a stamp sets base offset and leader epoch in place and leaves the checksum right', () => {
    const bytes = new Uint8Array([0, 0, 0, ...encodeBatch({ records: [recordAt(1), recordAt(2)] })]);
    stampBatch(bytes, 3, { baseOffset: 2 ** 50 + 1, leaderEpoch: 12 });
    const header = readBatchHeader(bytes, 3);
    expect(header).toMatchObject({ baseOffset: 2 ** 50 + 1, lastOffset: 2 ** 50 + 2, partitionLeaderEpoch: 12 });
    expect(verifyCrc(bytes, header)).toBe(true);
    expect([...decodeRecords(bytes, header)].map(({ offset }) => offset)).toEqual([2 ** 50 + 1, 2 ** 50 + 2]);
  });

  it('offsets and timestamps that no double can hold are refused', () => {
    const bytes = encodeBatch({ records: [recordAt(1)] });
    new DataView(bytes.buffer).setBigInt64(0, 1n << 53n);
    expect(errorOf(() => readBatchHeader(bytes, 0))).toMatchObject({
      code: 'CORRUPT_MESSAGE',
      message: 'No record batch can be read at byte 0: its base offset 9007199254740992 is not between -2^53 and 2^53.',
    });
  });

  it('batches of other formats are refused by their magic', () => {
    const bytes = encodeBatch({ records: [recordAt(1)] });
    bytes[16] = 1;
    expect(errorOf(() => readBatchHeader(bytes, 0))).toMatchObject({
      code: 'CORRUPT_MESSAGE',
      message: expect.stringContaining('magic is 1') as string,
    });
  });

  it('a batch larger than all before it is written whole', () => {
    const value = new Uint8Array(17 * 1024 * 1024).fill(7);
    const bytes = encodeBatch({ records: [recordAt(1), { key: null, value, timestamp: 2 }] });
    const [, large] = [...decodeRecords(bytes, readBatchHeader(bytes, 0))];
    expect(crc32c(large?.value as Uint8Array, 0, value.length)).toBe(crc32c(value, 0, value.length));
  });

  it('sequence numbers wrap after 2^31-1', () => {
    expect(sequenceAfter(0x7fff_fffe, 1)).toBe(0x7fff_ffff);
    expect(sequenceAfter(0x7fff_ffff, 1)).toBe(0);
  });
});

function recordAt(timestamp: number): RecordToEncode {
  return { key: null, value: new Uint8Array([1, 2]), timestamp };
}
