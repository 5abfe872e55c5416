import { describe, expect, it } from 'vitest';
import { apis } from '../../../src/engine/protocol/apis.js';
import { misfit } from '../../../src/engine/protocol/message-types.js';

const produce = { name: 'Produce', fields: apis.Produce.request.fields };
const partition = { index: 0, records: new Uint8Array(3) };
const request = { acks: -1, timeoutMs: 30_000, topicData: [{ name: 'orders', partitionData: [partition] }] };

/** The request with another value at one place. */
const withPartition = (changed: object): object => ({
  ...request,
  topicData: [{ name: 'orders', partitionData: [{ ...partition, ...changed }] }],
});

describe('a message whose fields are of their types', () => {
  it.each([
    ['as a client writes it', request],
    [
      'with null, and with what nobody reads',
      { ...withPartition({ records: null }), transactionalId: null, extra: {} },
    ],
    ['with names that objects inherit', { ...request, topicData: [{ name: '__proto__', partitionData: [] }] }],
  ])('is no misfit: %s', (_, value) => {
    expect(misfit(produce, value)).toBeUndefined();
  });
});

describe('MSG-3 a field that is not of its type is named', () => {
  it.each([
    [null, 'Produce is null, but should be an object'],
    [[], 'Produce is an array, but should be an object'],
    [{ ...request, acks: '1' }, 'Produce.acks is string, but should be an integer of 16 bits'],
    [{ ...request, acks: 32_768 }, 'Produce.acks is number, but should be an integer of 16 bits'],
    [{ ...request, acks: Number.NaN }, 'Produce.acks is number, but should be an integer of 16 bits'],
    [{ ...request, timeoutMs: 1.5 }, 'Produce.timeoutMs is number, but should be an integer of 32 bits'],
    [{ ...request, topicData: {} }, 'Produce.topicData is object, but should be an array'],
    [{ ...request, topicData: [0] }, 'Produce.topicData[0] is number, but should be an object'],
    [
      { ...request, topicData: new Array(2 ** 31) },
      'Produce.topicData has 2147483648 elements; at most 100000 are taken',
    ],
    [
      withPartition({ records: 'bytes' }),
      'Produce.topicData[0].partitionData[0].records is string, but should be bytes',
    ],
    [
      withPartition({ records: new Uint8Array(new SharedArrayBuffer(3)) }),
      'Produce.topicData[0].partitionData[0].records is object, but should be bytes',
    ],
  ])('%#', (value, text) => {
    expect(misfit(produce, value)).toBe(text);
  });

  it.each([
    [{ replicaId: -1, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: 1 }] }] }, 'is number'],
    [
      { replicaId: -1, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: 1n << 63n }] }] },
      'is bigint',
    ],
  ])('also where 64 bits are expected: %#', (value, text) => {
    expect(misfit({ name: 'ListOffsets', fields: apis.ListOffsets.request.fields }, value)).toContain(text);
  });
});
