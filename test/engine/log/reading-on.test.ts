import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../src/engine/environment/storage.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';
import { batchOf, openOrders, recordsIn } from './log-builder.js';

/** Memory that gives, where fewer bytes will do, as many as `share` says of what there might be: 0 the least, 1 the most. */
function storageOfPieces(share: () => number): { readonly storage: Storage; pieces: number } {
  const real = new MemoryStorage();
  const given = { pieces: 0 };
  const storage: Storage = Object.assign(real, {
    readPiece: (file: string, position: number, least: number, most: number) => {
      const length = Math.round(least + (most - least) * share());
      if (length < most) given.pieces++;
      return real.read(file, position, length);
    },
  });
  return Object.assign(given, { storage });
}

async function readOn(log: PartitionLog, from: number, maxBytes: number): Promise<string[]> {
  const records: string[] = [];
  for (let offset = from; offset < log.highWatermark;) {
    const bytes = await log.read(offset, maxBytes, { minOneMessage: true });
    expect(bytes.length).toBeGreaterThan(0);
    records.push(...recordsIn(bytes));
    for (const { header } of batchesIn(bytes)) offset = header.lastOffset + 1;
  }
  return records;
}

const strict = { durability: 'strict' } as const;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step = fc.oneof(
  fc.record({ does: fc.constant('append' as const), size: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ does: fc.constant('read' as const), from: share, maxBytes: fc.integer({ min: 1, max: 1500 }) }),
  fc.record({ does: fc.constant('cut' as const), to: share }),
);

it('LOG-1 who reads on gets every record once, whatever pieces the storage gives and whatever has been cut off and written anew', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.infiniteStream(share),
      async (steps, shares) => {
        const { storage } = storageOfPieces(() => shares.next().value ?? 0);
        const config = { tailCacheBytes: 0, segmentBytes: 2_000, indexIntervalBytes: 100 };
        const log = await openOrders({ storage, config });
        let expected: string[] = [];
        let written = 0;
        for (const each of steps) {
          if (each.does === 'append') {
            const value = `${written++} ${'x'.repeat(each.size)}`;
            await log.append(batchOf([value]), strict).durable;
            expected.push(`${expected.length}:${value}`);
          } else if (each.does === 'read') {
            const from = Math.floor(each.from * expected.length);
            expect(await readOn(log, from, each.maxBytes)).toEqual(expected.slice(from));
          } else {
            const offset = Math.floor(each.to * expected.length);
            await log.truncateTo(offset);
            expected = expected.slice(0, offset);
          }
        }
        expect(await readOn(log, 0, 700)).toEqual(expected);
        await log.close();
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  ));

it('takes pieces only when it reads on', async () => {
  const given = storageOfPieces(() => 0.5);
  const log = await openOrders({ storage: given.storage, config: { tailCacheBytes: 0 } });
  for (let at = 0; at < 20; at++) await log.append(batchOf([`${at} ${'x'.repeat(100)}`]), strict).durable;
  await log.read(7, 300, { minOneMessage: true });
  expect(given.pieces).toBe(0);
  expect(await readOn(log, 7, 600)).toHaveLength(13);
  expect(given.pieces).toBeGreaterThan(0);
});

it('does not read on from where something else stands now', async () => {
  const log = await openOrders({ config: { tailCacheBytes: 0, indexIntervalBytes: 1 } });
  for (let at = 0; at < 10; at++) await log.append(batchOf(['x'.repeat(200)]), strict).durable;
  for (let offset = 0; offset < 10; offset++) await log.read(offset, 1, { minOneMessage: true });
  await log.truncateTo(2);
  for (let at = 2; at < 20; at++) await log.append(batchOf(['y']), strict).durable;
  for (let offset = 19; offset >= 2; offset--)
    expect(recordsIn(await log.read(offset, 1, { minOneMessage: true }))).toEqual([`${offset}:y`]);
});
