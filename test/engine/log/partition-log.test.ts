import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { StorageError } from '../../../src/engine/environment/storage.js';
import { GroupCommit } from '../../../src/engine/log/group-commit.js';
import { batchCrc } from '../../../src/engine/protocol/batch-header.js';
import { batchesIn, encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { allRecords, batchOf, openOrders, recordsIn, tracedEnvironment } from './log-builder.js';

const strict = { durability: 'strict' } as const;

/** A storage whose commits wait until they are let through, or are made to fail. */
function heldStorage() {
  const held: { let: () => void; fail: (error: Error) => void }[] = [];
  let isHolding = false;
  const storage = new MemoryStorage({
    beforeCommit: () =>
      isHolding ? new Promise<void>((resolve, reject) => held.push({ let: resolve, fail: reject })) : undefined,
  });
  return { storage, held, hold: () => (isHolding = true), release: () => (isHolding = false) };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('PartitionLog', () => {
  it('gives the records of an append the next offsets, at once', async () => {
    const log = await openOrders();
    expect(log.append(batchOf(['a', 'b']), strict)).toMatchObject({ baseOffset: 0, lastOffset: 1 });
    const second = log.append(batchOf(['c']), strict);
    expect(second).toMatchObject({ baseOffset: 2, lastOffset: 2 });
    expect([log.logEndOffset, log.highWatermark]).toEqual([3, 0]);
    await second.durable;
    expect([log.logStartOffset, log.highWatermark, log.logEndOffset]).toEqual([0, 3, 3]);
    expect(await allRecords(log)).toEqual(['0:a', '1:b', '2:c']);
  });

  it('refuses several batches in one append, as Kafka does', async () => {
    const log = await openOrders({ leaderEpoch: 7 });
    const bytes = new Uint8Array([...batchOf(['a', 'b']), ...batchOf(['c'])]);
    expect(() => log.append(bytes, strict)).toThrow(expect.objectContaining({ code: 'INVALID_RECORD' }));
  });

  it.each<[string, (batch: Uint8Array) => Uint8Array]>([
    ['a batch that is cut off', (batch) => batch.subarray(0, batch.length - 1)],
    ['no batch', () => new Uint8Array(0)],
  ])('appends nothing of %s', async (_, damage) => {
    const log = await openOrders();
    expect(log.append(damage(batchOf(['a'])), strict)).toMatchObject({ baseOffset: -1, lastOffset: -1 });
    expect(log.logEndOffset).toBe(0);
  });

  it('leaves away what is behind the last whole batch', async () => {
    const log = await openOrders();
    await log.append(new Uint8Array([...batchOf(['a']), 0]), strict).durable;
    expect(await allRecords(log)).toEqual(['0:a']);
  });

  it.each<[string, (batch: Uint8Array) => Uint8Array, string]>([
    [
      'a flipped bit',
      (batch) => batch.map((byte, at) => (at === batch.length - 1 ? byte ^ 1 : byte)),
      'CORRUPT_MESSAGE',
    ],
    ['another magic', (batch) => batch.map((byte, at) => (at === 16 ? 1 : byte)), 'CORRUPT_MESSAGE'],
    ['no records', () => encodeBatch({ records: [] }), 'INVALID_RECORD'],
    [
      'more offsets than records',
      () => encodeBatch({ records: [{ key: null, value: null, timestamp: 1 }], lastOffset: 3 }),
      'INVALID_RECORD',
    ],
    [
      'offsets of records that do not follow each other',
      (batch) => {
        // A record of one byte takes 8; its fourth is twice how far its offset lies from the first.
        batch[batch.length - 5] = 8;
        new DataView(batch.buffer).setUint32(17, batchCrc(batch, 0, batch.length));
        return batch;
      },
      'INVALID_RECORD',
    ],
    ['more bytes than a segment holds', () => batchOf(['x'.repeat(600)]), 'RECORD_LIST_TOO_LARGE'],
  ])('refuses %s and stays as it was', async (_, damage, code) => {
    const log = await openOrders({ config: { segmentBytes: 500 } });
    await log.append(batchOf(['a']), strict).durable;
    expect(() => log.append(damage(batchOf(['b', 'c'])), strict)).toThrow(expect.objectContaining({ code }));
    expect(log.logEndOffset).toBe(1);
    await log.append(batchOf(['d']), strict).durable;
    expect(await allRecords(log)).toEqual(['0:a', '1:d']);
  });

  it('rolls when the batch would make the segment larger than segment.bytes, not before', async () => {
    const size = batchOf(['a']).length;
    const environment = tracedEnvironment();
    const storage = new MemoryStorage();
    const log = await openOrders({ storage, environment, config: { segmentBytes: 3 * size } });
    for (let count = 0; count < 7; count++) await log.append(batchOf(['a']), strict).durable;
    expect((await storage.files()).map(({ name, size: bytes }) => [name, bytes])).toEqual([
      ['orders-0/00000000000000000000.log', 3 * size],
      ['orders-0/00000000000000000003.log', 3 * size],
      ['orders-0/00000000000000000006.log', size],
    ]);
    expect(environment.events.filter(({ kind }) => kind === 'segment-rolled')).toMatchObject([
      { baseOffset: 3 },
      { baseOffset: 6 },
    ]);
    expect(await allRecords(log)).toHaveLength(7);
  });

  it('makes the old segment safe from the loss of power before a new one stands', async () => {
    const commits: string[] = [];
    const storage = new MemoryStorage({ beforeCommit: (_, durability) => void commits.push(durability) });
    const log = await openOrders({ storage, config: { segmentBytes: 80 } });
    await log.append(batchOf(['a']), { durability: 'relaxed' }).durable;
    await log.append(batchOf(['b']), { durability: 'relaxed' }).durable;
    expect(commits).toEqual(['strict', 'relaxed', 'strict']);
  });

  it.each([0, 1_000_000])(
    'reads whole batches within maxBytes, from memory and from storage (cache %i)',
    async (tailCacheBytes) => {
      const log = await openOrders({ config: { tailCacheBytes, indexIntervalBytes: 100 } });
      for (let at = 0; at < 40; at++) await log.append(batchOf([`${at}`.padStart(3, '0'), 'x']), strict).durable;
      const size = batchOf(['000', 'x']).length;
      expect(recordsIn(await log.read(5, 10_000))[0]).toBe('4:002');
      expect(recordsIn(await log.read(6, 2 * size))).toEqual(['6:003', '7:x', '8:004', '9:x']);
      expect(recordsIn(await log.read(6, 2 * size - 1))).toEqual(['6:003', '7:x']);
      expect(await log.read(6, size - 1)).toHaveLength(0);
      expect(recordsIn(await log.read(6, size - 1, { minOneMessage: true }))).toEqual(['6:003', '7:x']);
      expect(recordsIn(await log.read(6, 0, { minOneMessage: true }))).toEqual(['6:003', '7:x']);
      expect(recordsIn(await log.read(6, 10_000, { upTo: 10 }))).toEqual(['6:003', '7:x', '8:004', '9:x']);
      expect(await log.read(6, 10_000, { upTo: 7, minOneMessage: true })).toHaveLength(0);
      expect(await log.read(80, 10_000)).toHaveLength(0);
      expect(await allRecords(log)).toHaveLength(80);
      await expect(log.read(81, 1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
      await expect(log.read(-1, 1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    },
  );

  it('finds a batch that is much larger than the read, behind a long index interval', async () => {
    const log = await openOrders({ config: { tailCacheBytes: 0, indexIntervalBytes: 1_000_000 } });
    for (const length of [50_000, 3, 120_000, 9]) await log.append(batchOf(['x'.repeat(length)]), strict).durable;
    expect(recordsIn(await log.read(2, 10, { minOneMessage: true }))).toEqual([`2:${'x'.repeat(120_000)}`]);
    expect(recordsIn(await log.read(3, 100))).toEqual(['3:xxxxxxxxx']);
    expect(await log.read(2, 10)).toHaveLength(0);
  });

  it('shows nothing beyond the high watermark, unless it is asked to', async () => {
    const { storage, held, hold } = heldStorage();
    const log = await openOrders({ storage });
    await log.append(batchOf(['a']), strict).durable;
    hold();
    const { durable } = log.append(batchOf(['b']), strict);
    await settle();
    expect(recordsIn(await log.read(0, 1000))).toEqual(['0:a']);
    expect(recordsIn(await log.read(0, 1000, { isolation: 'log-end' }))).toEqual(['0:a', '1:b']);
    held.shift()?.let();
    await durable;
    expect(recordsIn(await log.read(0, 1000))).toEqual(['0:a', '1:b']);
  });

  it('tells listeners of the high watermark until they leave, and the trace its cause', async () => {
    const environment = tracedEnvironment();
    const log = await openOrders({ environment });
    const heard: number[] = [];
    const leave = log.onHighWatermark((highWatermark) => heard.push(highWatermark));
    await log.append(batchOf(['a', 'b']), { durability: 'strict', cause: 'request:c:1' }).durable;
    leave();
    await log.append(batchOf(['c']), strict).durable;
    expect(heard).toEqual([2]);
    expect(environment.events).toMatchObject([
      {
        kind: 'batch-appended',
        id: 'append:orders-0@0',
        cause: 'request:c:1',
        baseOffset: 0,
        lastOffset: 1,
        segment: 0,
      },
      { kind: 'high-watermark-advanced', cause: 'request:c:1', highWatermark: 2 },
      { kind: 'batch-appended', id: 'append:orders-0@2', baseOffset: 2, lastOffset: 2 },
      { kind: 'high-watermark-advanced', highWatermark: 3 },
    ]);
  });

  it('is what is durable again when a commit fails, and goes on', async () => {
    const { storage, held, hold, release } = heldStorage();
    const size = batchOf(['a']).length;
    const log = await openOrders({ storage, config: { segmentBytes: 2 * size, indexIntervalBytes: 1 } });
    await log.append(batchOf(['a']), strict).durable;
    hold();
    const lost = log.append(batchOf(['b']), strict);
    await settle();
    const later = [log.append(batchOf(['c']), strict), log.append(batchOf(['d']), strict)];
    expect(log.logEndOffset).toBe(4);
    release();
    held.shift()?.fail(new StorageError('full', 'No space is left.'));
    for (const { durable } of [lost, ...later])
      await expect(durable).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR', cause: { code: 'full' } });
    expect([log.highWatermark, log.logEndOffset]).toEqual([1, 1]);
    for (const value of ['e', 'f', 'g']) await log.append(batchOf([value]), strict).durable;
    expect(await allRecords(log)).toEqual(['0:a', '1:e', '2:f', '3:g']);
    expect(await allRecords(await openOrders({ storage }))).toEqual(['0:a', '1:e', '2:f', '3:g']);
  });

  it('lets a failure that nobody waits for be', async () => {
    const { storage, held, hold } = heldStorage();
    const log = await openOrders({ storage });
    hold();
    log.append(batchOf(['a']), { durability: 'relaxed' });
    await settle();
    held.shift()?.fail(new StorageError('io', 'The disk is gone.'));
    await settle();
    expect(log.logEndOffset).toBe(0);
  });

  it('finds the first record with a timestamp or a later one', async () => {
    const config = { tailCacheBytes: 0, indexIntervalBytes: 100, segmentBytes: 400 };
    const log = await openOrders({ config });
    const times = [10, 30, 20, 50, 40, 40, 70, 60, 90, 80];
    for (let at = 0; at < times.length; at += 2)
      await log.append(batchOf(['a', 'b'], times.slice(at, at + 2)), strict).durable;
    for (const timestamp of [0, 10, 11, 31, 50, 51, 75, 90, 91]) {
      const expected = times.findIndex((time) => time >= timestamp);
      const found = await log.offsetForTimestamp(timestamp);
      expect(found?.offset ?? -1, `at ${timestamp}`).toBe(expected);
      if (found !== undefined) expect(found).toEqual({ offset: expected, timestamp: times[expected], leaderEpoch: 0 });
    }
    expect(await log.offsetOfLargestTimestamp()).toEqual({ offset: 8, timestamp: 90, leaderEpoch: 0 });
    expect(await (await openOrders()).offsetOfLargestTimestamp()).toBeUndefined();
  });

  it('writes in a later leader epoch each time it is opened', async () => {
    const storage = new MemoryStorage();
    const first = await openOrders({ storage });
    await first.append(batchOf(['a']), strict).durable;
    await openOrders({ storage });
    const third = await openOrders({ storage });
    await third.append(batchOf(['b']), strict).durable;
    expect([first.leaderEpoch, third.leaderEpoch]).toEqual([0, 2]);
    const headers = [...batchesIn(await third.read(0, 1000))].map(({ header }) => header.partitionLeaderEpoch);
    expect(headers).toEqual([0, 2]);
    expect([0, 1, 5].map((offset) => third.leaderEpochFor(offset))).toEqual([0, 2, 2]);
    const checkpoint = await storage.readBlob('orders-0/leader-epoch-checkpoint');
    expect(new TextDecoder().decode(checkpoint)).toBe('0\n2\n0 0\n2 1\n');
    expect((await openOrders({ storage, leaderEpoch: 9 })).leaderEpoch).toBe(9);
    await expect(openOrders({ storage, leaderEpoch: 9 })).rejects.toMatchObject({ code: 'FENCED_LEADER_EPOCH' });
  });

  it('knows the leader epochs from the batches when the checkpoint is lost', async () => {
    const storage = new MemoryStorage();
    const log = await openOrders({ storage, leaderEpoch: 4 });
    await log.append(batchOf(['a']), strict).durable;
    await storage.commit([{ kind: 'delete-blob', name: 'orders-0/leader-epoch-checkpoint' }], 'strict');
    const again = await openOrders({ storage });
    expect([again.leaderEpoch, again.leaderEpochFor(0)]).toEqual([5, 4]);
  });

  it('refuses everything after close, which waits for what was appended', async () => {
    const { storage, held, hold } = heldStorage();
    const log = await openOrders({ storage, groupCommit: new GroupCommit(storage) });
    hold();
    let isDurable = false;
    void log.append(batchOf(['a']), strict).durable.then(() => (isDurable = true));
    const closed = log.close();
    await settle();
    held.shift()?.let();
    await closed;
    expect(isDurable).toBe(true);
    expect(() => log.append(batchOf(['b']), strict)).toThrow(expect.objectContaining({ code: 'KAFKA_STORAGE_ERROR' }));
    await expect(log.read(0, 1)).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
  });
});
