import { describe, expect, it } from 'vitest';
import { HeapDisk, HeapStorage } from '../../../src/engine/environment/heap-storage.js';
import type { LogConfig } from '../../../src/engine/log/log-config.js';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { allRecords, batchOf, openOrders } from './log-builder.js';

const mebibyte = 1024 * 1024;
const batchBytes = 64 * 1024;

/** Counts what is asked of it. */
class CountingStorage extends HeapStorage {
  requests = 0;
  recordBytes = 0;
  otherBytes = 0;

  override async contents(folder?: string): ReturnType<HeapStorage['contents']> {
    this.requests++;
    return super.contents(folder);
  }

  override async read(file: string, position: number, length: number): Promise<Uint8Array> {
    this.requests++;
    const bytes = await super.read(file, position, length);
    this.recordBytes += bytes.length;
    return bytes;
  }

  override async readBlob(name: string): Promise<Uint8Array | undefined> {
    this.requests++;
    const bytes = await super.readBlob(name);
    this.otherBytes += bytes?.length ?? 0;
    return bytes;
  }
}

interface Reopened {
  readonly requests: number;
  readonly recordBytes: number;
  readonly otherBytes: number;
  readonly segments: number;
}

/** What it costs to open a log of so many bytes again. */
async function reopened(bytes: number, config: Partial<LogConfig>, stop: 'clean' | 'unclean'): Promise<Reopened> {
  const disk = new HeapDisk();
  const large = { maxMessageBytes: 2 * mebibyte, ...config };
  const log = await openOrders({ storage: new HeapStorage(disk), config: large });
  const value = new Uint8Array(batchBytes - 100);
  let durable: Promise<void> | undefined;
  for (let at = 0; at < bytes / batchBytes; at++) {
    const batch = encodeBatch({
      records: [{ key: null, value, timestamp: 500 + at }],
      producerId: 7,
      producerEpoch: 0,
      baseSequence: at,
    });
    ({ durable } = log.append(batch, { durability: 'relaxed' }));
    if (at % 16 === 0) await durable;
  }
  await durable;
  const end = log.logEndOffset;
  if (stop === 'clean') await log.close();
  const storage = new CountingStorage(disk);
  const again = await openOrders({ storage, config: large });
  const { requests, recordBytes, otherBytes } = storage;
  expect(again.logEndOffset).toBe(end);
  await again.append(batchOf(['last']), { durability: 'relaxed' }).durable;
  expect(await allRecords(again, end)).toEqual([`${end}:last`]);
  return { requests, recordBytes, otherBytes, segments: again.segments.length };
}

describe('opening a log again reads its tail, however large it is:', () => {
  const segmentBytes = 4 * mebibyte;

  it('after a clean stop no records are read, but the first header of each segment', async () => {
    const [small, large] = [
      await reopened(6 * mebibyte, { segmentBytes }, 'clean'),
      await reopened(30 * mebibyte, { segmentBytes }, 'clean'),
    ];
    for (const { recordBytes, segments } of [small, large]) expect(recordBytes).toBeLessThanOrEqual(61 * segments);
    // What stands beside a segment is small, and asked for at once.
    const more = large.segments - small.segments;
    expect(more).toBeGreaterThan(4);
    expect(large.requests - small.requests).toBeLessThanOrEqual(5 * more);
    expect(large.otherBytes - small.otherBytes).toBeLessThan(24 * mebibyte * 0.01);
  });

  it('after an unclean stop, what was appended since the last checkpoint', async () => {
    const [small, large] = [
      await reopened(6 * mebibyte, { segmentBytes }, 'unclean'),
      await reopened(30 * mebibyte, { segmentBytes }, 'unclean'),
    ];
    // Both end in the middle of a segment, two mebibytes after it was begun.
    for (const { recordBytes, segments } of [small, large])
      expect(recordBytes).toBeLessThanOrEqual(2.2 * mebibyte + 61 * segments);
    expect(large.recordBytes).toBeGreaterThan(mebibyte);
  });

  it('also where all of it is one segment', async () => {
    for (const bytes of [10 * mebibyte, 40 * mebibyte]) {
      expect((await reopened(bytes, {}, 'clean')).recordBytes).toBeLessThanOrEqual(61);
      const { recordBytes } = await reopened(bytes, {}, 'unclean');
      expect(recordBytes).toBeLessThanOrEqual(Math.max(4 * mebibyte, bytes / 8) + 2 * batchBytes);
    }
  });
});
