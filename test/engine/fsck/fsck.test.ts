import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { StorageWrite } from '../../../src/engine/environment/storage.js';
import { checkStore } from '../../../src/engine/fsck/fsck.js';
import { readMemoryDisk } from '../../../src/engine/fsck/memory-disk-reader.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { batchOf, openOrders } from '../log/log-builder.js';

const strict = { durability: 'strict' } as const;
const name = (offset: number, ending: string) => `orders-0/${String(offset).padStart(20, '0')}.${ending}`;

async function produce(log: PartitionLog, producerId: number, baseSequence: number): Promise<void> {
  const records = [{ key: null, value: new Uint8Array(10), timestamp: 500 }];
  await log.append(encodeBatch({ records, producerId, producerEpoch: 0, baseSequence }), strict).durable;
}

/** A log of twelve records of two producers, three a segment, closed. */
async function twelveRecords(): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const segmentBytes = 3 * encodeBatch({ records: [{ key: null, value: new Uint8Array(10), timestamp: 500 }] }).length;
  const log = await openOrders({ storage, config: { segmentBytes, indexIntervalBytes: 1 } });
  for (let at = 0; at < 12; at++) await produce(log, 7 + (at % 2), Math.floor(at / 2));
  await log.close();
  return new MemoryStorage({ disk: storage.disk });
}

async function checked(storage: MemoryStorage) {
  const report = await checkStore(readMemoryDisk(storage.disk));
  return { ...report, kinds: report.findings.map(({ severity, kind }) => `${severity} ${kind}`) };
}

async function flipped(storage: MemoryStorage, file: string, at: number): Promise<StorageWrite> {
  const found = (await storage.files()).find((each) => each.name === file);
  if (found === undefined) {
    const bytes = (await storage.readBlob(file)) ?? new Uint8Array(0);
    bytes[at] = (bytes[at] as number) ^ 1;
    return { kind: 'put-blob', name: file, bytes };
  }
  const bytes = await storage.read(file, 0, found.size);
  bytes[at] = (bytes[at] as number) ^ 1;
  return { kind: 'replace', file, bytes, modifiedAt: 0 };
}

describe('fsck', () => {
  it('says nothing of a store that is sound, and accounts for every byte', async () => {
    const storage = await twelveRecords();
    const report = await checked(storage);
    expect(report).toMatchObject({ verdict: 'clean', findings: [] });
    expect(report.partitions).toMatchObject([
      { partition: 'orders-0', logStartOffset: 0, logEndOffset: 12, segments: 4, batches: 12, records: 12 },
    ]);
    const { files, blobs } = await storage.contents();
    expect(report.bytes.logs).toBe(files.reduce((sum, { size }) => sum + size, 0));
    const sizes = await Promise.all(blobs.map(async (blob) => (await storage.readBlob(blob))?.length ?? 0));
    expect(report.bytes.beside).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(report.bytes.other).toBe(0);
  });

  it('writes nothing', async () => {
    const storage = await twelveRecords();
    const before = await storage.contents();
    await storage.commit([await flipped(storage, name(3, 'log'), 80)], 'strict');
    await checked(storage);
    expect(await storage.contents()).toEqual({
      ...before,
      files: before.files.map((f) => expect.objectContaining({ name: f.name, size: f.size })),
    });
  });

  it.each([
    ['a record', 'log', 3, 66, ['corrupt damaged-log'], { from: 3, to: 5 }],
    ['a base offset', 'log', 3, 7, ['corrupt damaged-log'], undefined],
    ['a magic', 'log', 9, 16, ['corrupt damaged-log'], { from: 9, to: 11 }],
    ['a leader epoch', 'log', 3, 15, ['corrupt leader-epochs'], { from: 3 }],
    ['an offset index', 'index', 3, 7, ['repairable offset-index'], undefined],
    ['a time index', 'timeindex', 3, 7, ['repairable offset-index'], undefined],
    ['a snapshot', 'snapshot', 6, 30, ['repairable producer-snapshot'], undefined],
  ] as const)('finds a flipped bit in %s', async (_, ending, offset, at, kinds, offsets) => {
    const storage = await twelveRecords();
    await storage.commit([await flipped(storage, name(offset, ending), at)], 'strict');
    const report = await checked(storage);
    expect(new Set(report.kinds)).toEqual(new Set(kinds));
    if (offsets !== undefined) expect(report.findings.map((finding) => finding.offsets)).toContainEqual(offsets);
  });

  it.each<[string, StorageWrite[], string[]]>([
    ['a segment', [{ kind: 'delete', file: name(3, 'log') }], ['corrupt missing-segment']],
    ['the first segment', [{ kind: 'delete', file: name(0, 'log') }], ['corrupt missing-segment']],
    ['an index', [{ kind: 'delete-blob', name: name(3, 'timeindex') }], ['repairable offset-index']],
    ['a snapshot', [{ kind: 'delete-blob', name: name(12, 'snapshot') }], ['repairable producer-snapshot']],
    ['the checkpoint', [{ kind: 'delete-blob', name: 'orders-0/checkpoint' }], ['repairable checkpoint']],
  ])('finds that %s is missing', async (_, writes, kinds) => {
    const storage = await twelveRecords();
    await storage.commit(writes, 'strict');
    expect((await checked(storage)).kinds).toEqual(expect.arrayContaining(kinds));
  });

  it('tells the torn end of a log from damage in what its checkpoint vouches for', async () => {
    const storage = await twelveRecords();
    const log = await openOrders({ storage });
    await log.append(batchOf(['a'], 600), strict).durable;
    const { size = 0 } = (await storage.files()).at(-1) ?? {};
    const cut = (by: number): StorageWrite => ({
      kind: 'truncate',
      file: name(9, 'log'),
      size: size - by,
      modifiedAt: 0,
    });
    await storage.commit([cut(3)], 'strict');
    expect(await checked(storage)).toMatchObject({ verdict: 'repairable', kinds: ['repairable torn-tail'] });
    const flip = await flipped(storage, name(9, 'log'), 100);
    await storage.commit([flip], 'strict');
    expect(await checked(storage)).toMatchObject({ verdict: 'corrupt' });
    expect((await checked(storage)).findings).toMatchObject([
      { kind: 'damaged-log', partition: 'orders-0', name: name(9, 'log'), offsets: { from: 10, to: 11 } },
    ]);
  });

  it('finds what belongs to nothing', async () => {
    const storage = await twelveRecords();
    const bytes = new Uint8Array(3);
    await storage.commit(
      [
        { kind: 'put-blob', name: name(4, 'index'), bytes },
        { kind: 'put-blob', name: name(4, 'snapshot'), bytes },
        { kind: 'replace', file: 'orders-0/something', bytes, modifiedAt: 0 },
        { kind: 'put-blob', name: 'nowhere', bytes },
        { kind: 'put-blob', name: 'no-partition/checkpoint', bytes },
      ],
      'strict',
    );
    const report = await checked(storage);
    expect(report.verdict).toBe('repairable');
    expect(report.kinds).toEqual(Array.from({ length: 5 }, () => 'repairable orphan'));
  });

  it('finds an index, a snapshot and a list of epochs that say something else than the batches', async () => {
    const storage = await twelveRecords();
    const checkpoint = JSON.parse(new TextDecoder().decode(await storage.readBlob('orders-0/checkpoint'))) as {
      sealed: { indexes?: number }[];
    };
    // As if they had been written so: no checksum denies them.
    for (const each of checkpoint.sealed) delete each.indexes;
    const index = (await storage.readBlob(name(3, 'index'))) as Uint8Array;
    index[7] = (index[7] as number) + 1;
    await storage.commit(
      [
        { kind: 'put-blob', name: 'orders-0/checkpoint', bytes: new TextEncoder().encode(JSON.stringify(checkpoint)) },
        { kind: 'put-blob', name: name(3, 'index'), bytes: index },
        {
          kind: 'put-blob',
          name: name(6, 'snapshot'),
          bytes: (await storage.readBlob(name(9, 'snapshot'))) as Uint8Array,
        },
        {
          kind: 'put-blob',
          name: 'orders-0/leader-epoch-checkpoint',
          bytes: new TextEncoder().encode('0\n2\n0 0\n1 5\n'),
        },
      ],
      'strict',
    );
    expect(new Set((await checked(storage)).kinds)).toEqual(
      new Set(['corrupt offset-index', 'corrupt producer-snapshot', 'corrupt leader-epochs']),
    );
  });
});
