import { describe, expect, it } from 'vitest';
import { BatchBuffers } from '../../../src/engine/client/batch-buffers.js';
import { ProducerBatch } from '../../../src/engine/client/producer-batch.js';
import { SendCall } from '../../../src/engine/client/send-call.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';

const delivery = { acks: -1, timeoutMs: 1, compression: 'none', isIdempotent: false } as const;

function batchOf(value: string): ProducerBatch {
  const batch = new ProducerBatch('orders', 0, delivery, 0, 16_384);
  const record = { key: null, value: new TextEncoder().encode(value), timestamp: 5 };
  batch.append(record, batch.sizeOf(record), new SendCall(1));
  batch.close();
  return batch;
}

const valuesIn = (bytes: Uint8Array) =>
  [...batchesIn(bytes)].flatMap(({ header }) =>
    [...decodeRecords(bytes, header)].map(({ value }) => new TextDecoder().decode(value ?? undefined)),
  );

describe('memory for batches', () => {
  it('is used again for what is not much smaller, and is never too small', () => {
    const buffers = new BatchBuffers();
    const first = buffers.take(1000);
    expect(first).toHaveLength(1000);
    buffers.giveBack(first);
    expect(buffers.take(1001).buffer).not.toBe(first.buffer);
    expect(buffers.take(249).buffer).not.toBe(first.buffer);
    const again = buffers.take(250);
    expect(again).toHaveLength(250);
    expect(again.buffer).toBe(first.buffer);
    expect(buffers.take(250).buffer).not.toBe(first.buffer);
    buffers.giveBack(again);
    expect(buffers.take(1000).buffer).toBe(first.buffer);
  });

  it('is not kept without end', () => {
    const buffers = new BatchBuffers();
    const given = Array.from({ length: 40 }, () => buffers.take(100));
    for (const bytes of given) buffers.giveBack(bytes);
    const known = new Set(given.map(({ buffer }) => buffer));
    expect(given.filter(() => known.has(buffers.take(100).buffer))).toHaveLength(16);
  });

  it('holds the next batch once the one before is stored, and is the batch to the byte', () => {
    const buffers = new BatchBuffers();
    const first = batchOf('a longer value than the next');
    const bytes = first.encode(buffers);
    first.send();
    expect(batchOf('other').encode(buffers).buffer).not.toBe(bytes.buffer);
    expect(valuesIn(bytes)).toEqual(['a longer value than the next']);
    first.release(buffers);
    const next = batchOf('next').encode(buffers);
    expect(next.buffer).toBe(bytes.buffer);
    expect(valuesIn(next)).toEqual(['next']);
  });

  it('stays with a batch that was sent twice: the first attempt may be on its way still', () => {
    const buffers = new BatchBuffers();
    const batch = batchOf('value');
    const bytes = batch.encode(buffers);
    batch.send();
    batch.send();
    batch.release(buffers);
    expect(batchOf('other').encode(buffers).buffer).not.toBe(bytes.buffer);
    expect(valuesIn(batch.encode(buffers))).toEqual(['value']);
  });
});
