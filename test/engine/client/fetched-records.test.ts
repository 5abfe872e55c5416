import { describe, expect, it } from 'vitest';
import { AssignedPartition } from '../../../src/engine/client/assigned-partitions.js';
import { FetchedRecords, type AbortedTransaction } from '../../../src/engine/client/fetched-records.js';
import { encodeBatch, stampBatch } from '../../../src/engine/protocol/record-batch.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Batches one behind the other: `data` of a transaction of a producer (none: -1), or its marker. */
function log(
  ...batches: ({ producer: number; values: string[] } | { producer: number; marker: 'abort' | 'commit' })[]
) {
  const encoded: Uint8Array[] = [];
  let offset = 0;
  for (const batch of batches) {
    const isMarker = 'marker' in batch;
    const records = isMarker
      ? [{ key: Uint8Array.of(0, 0, 0, batch.marker === 'abort' ? 0 : 1), value: new Uint8Array(6), timestamp: 1 }]
      : batch.values.map((value) => ({ key: null, value: bytesOf(value), timestamp: 1 }));
    const bytes = encodeBatch({
      records,
      ...(batch.producer < 0
        ? {}
        : { producerId: batch.producer, producerEpoch: 0, baseSequence: isMarker ? -1 : 0, isTransactional: true }),
      isControlBatch: isMarker,
    });
    stampBatch(bytes, 0, { baseOffset: offset, leaderEpoch: 0 });
    offset += records.length;
    encoded.push(bytes);
  }
  const all = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const bytes of encoded) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return { bytes: all, end: offset };
}

function read(records: Uint8Array, aborted: readonly AbortedTransaction[], fetchOffset = 0): string[] {
  const fetched = new FetchedRecords(new AssignedPartition('orders', 0), {
    fetchOffset,
    highWatermark: 99,
    records,
    aborted,
  });
  return [...fetched.records()].map(({ offset, value }) => `${offset}:${new TextDecoder().decode(value ?? undefined)}`);
}

describe('FetchedRecords', () => {
  const { bytes } = log(
    { producer: 1, values: ['a', 'b'] },
    { producer: 2, values: ['c'] },
    { producer: -1, values: ['d'] },
    { producer: 1, marker: 'abort' },
    { producer: 1, values: ['e'] },
    { producer: 2, marker: 'commit' },
    { producer: 1, marker: 'commit' },
  );

  it('gives everything but markers to a reader of what is not committed', () => {
    expect(read(bytes, [])).toEqual(['0:a', '1:b', '2:c', '3:d', '5:e']);
  });

  it('leaves out what was aborted, of that producer and up to its marker', () => {
    expect(read(bytes, [{ producerId: 1, firstOffset: 0 }])).toEqual(['2:c', '3:d', '5:e']);
  });

  it('knows of a transaction that began before the fetch offset', () => {
    expect(read(bytes, [{ producerId: 1, firstOffset: 0 }], 1)).toEqual(['2:c', '3:d', '5:e']);
  });

  it('throws each time what can not be decoded, and gives nothing behind it', () => {
    const broken = log({ producer: -1, values: ['a'] }, { producer: -1, values: ['b'] }).bytes;
    broken[61] = 0xff;
    broken[62] = 0xff;
    const fetched = new FetchedRecords(new AssignedPartition('orders', 0), {
      fetchOffset: 0,
      highWatermark: 2,
      records: broken,
      aborted: [],
    });
    expect(() => fetched.next()).toThrow();
    expect(() => fetched.next()).toThrow();
  });
});
