import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { allRecords, batchOf, openOrders, tracedEnvironment } from './log-builder.js';

const file = (baseOffset: number) => `orders-0/${String(baseOffset).padStart(20, '0')}.log`;
const strict = { durability: 'strict' } as const;

/** A storage with a log of nine records, three a segment. */
async function nineRecords() {
  const storage = new MemoryStorage();
  const size = batchOf(['0']).length;
  const log = await openOrders({ storage, config: { segmentBytes: 3 * size } });
  for (let at = 0; at < 9; at++) await log.append(batchOf([`${at}`]), strict).durable;
  return { storage, size };
}

async function reopened(storage: MemoryStorage) {
  const environment = tracedEnvironment();
  const log = await openOrders({ storage, environment });
  return { log, recovered: environment.events.filter(({ kind }) => kind === 'log-recovered') };
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => `${at}:${at}`);

describe('recovery', () => {
  it('leaves a sound log as it is and says so', async () => {
    const { storage } = await nineRecords();
    const before = await storage.files();
    const { log, recovered } = await reopened(storage);
    expect(await allRecords(log)).toEqual(upTo(9));
    expect(recovered).toMatchObject([{ logStartOffset: 0, logEndOffset: 9, truncatedBytes: 0, reason: null }]);
    expect(await storage.files()).toEqual(before);
  });

  it('takes a new log for no recovery', async () => {
    expect((await reopened(new MemoryStorage())).recovered).toEqual([]);
  });

  it.each([1, 11, 12, 16, 60])('cuts a tail that is torn %i bytes into its last batch', async (bytes) => {
    const { storage, size } = await nineRecords();
    await storage.commit([{ kind: 'truncate', file: file(6), size: 2 * size + bytes, modifiedAt: 0 }], 'strict');
    const { log, recovered } = await reopened(storage);
    expect(recovered).toMatchObject([
      { logEndOffset: 8, truncatedBytes: bytes, reason: expect.stringContaining(file(6)) },
    ]);
    await log.append(batchOf(['8']), strict).durable;
    expect(await allRecords((await reopened(storage)).log)).toEqual(upTo(9));
  });

  it.each([
    ['a flipped bit in a record', -1, 5],
    ['a flipped bit in the checksum', 17, 5],
    ['a length of nothing', 11, 5],
    ['another magic', 16, 5],
    ['a base offset that was there before', 7, 5],
  ])('cuts everything from a batch with %s on, later segments too', async (_, at, end) => {
    const { storage, size } = await nineRecords();
    const bytes = await storage.read(file(3), 0, 3 * size);
    const damaged = at < 0 ? 3 * size + at : 2 * size + at;
    bytes[damaged] = at === 7 ? 1 : at === 11 ? 0 : (bytes[damaged] as number) ^ 1;
    await storage.commit(
      [
        { kind: 'replace', file: file(3), bytes, modifiedAt: 0 },
        // With it, what lies before the active segment is believed, as in Kafka.
        { kind: 'delete-blob', name: 'orders-0/checkpoint' },
      ],
      'strict',
    );
    const { log, recovered } = await reopened(storage);
    expect(recovered).toMatchObject([{ logEndOffset: end, truncatedBytes: 4 * size }]);
    expect(await allRecords(log)).toEqual(upTo(end));
    expect((await storage.files()).map(({ name }) => name)).toEqual([file(0), file(3)]);
  });

  it('cuts what follows a segment that lost its end or is missing', async () => {
    const lost = await nineRecords();
    await lost.storage.commit([{ kind: 'truncate', file: file(3), size: lost.size, modifiedAt: 0 }], 'strict');
    expect((await reopened(lost.storage)).recovered).toMatchObject([
      { logEndOffset: 4, truncatedBytes: 3 * lost.size },
    ]);
    const missing = await nineRecords();
    await missing.storage.commit([{ kind: 'delete', file: file(3) }], 'strict');
    expect((await reopened(missing.storage)).recovered).toMatchObject([{ logStartOffset: 0, logEndOffset: 3 }]);
  });

  it('cuts zeroes behind the last batch', async () => {
    const { storage, size } = await nineRecords();
    const bytes = new Uint8Array(500);
    await storage.commit([{ kind: 'append', file: file(6), position: 3 * size, bytes, modifiedAt: 0 }], 'strict');
    expect((await reopened(storage)).recovered).toMatchObject([{ logEndOffset: 9, truncatedBytes: 500 }]);
    expect((await reopened(storage)).recovered).toMatchObject([{ truncatedBytes: 0, reason: null }]);
  });

  it('begins where the first segment begins', async () => {
    const { storage } = await nineRecords();
    await storage.commit([{ kind: 'delete', file: file(0) }], 'strict');
    const { log } = await reopened(storage);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([3, 9]);
    expect((await allRecords(log))[0]).toBe('3:3');
  });

  it('reads batches that lie across its read windows', async () => {
    const storage = new MemoryStorage();
    const log = await openOrders({ storage, config: { maxMessageBytes: 2_000_000 } });
    for (const length of [700_000, 700_000, 1_500_000, 10])
      await log.append(batchOf(['x'.repeat(length)]), strict).durable;
    const { log: again, recovered } = await reopened(storage);
    expect(recovered).toMatchObject([{ logEndOffset: 4, reason: null }]);
    expect(await allRecords(again)).toEqual(await allRecords(log));
  });
});
