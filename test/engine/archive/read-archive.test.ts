import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ArchiveError } from '../../../src/engine/archive/archive-error.js';
import { readArchive } from '../../../src/engine/archive/read-archive.js';
import { encodeTarHeader } from '../../../src/engine/archive/tar-header.js';
import { transferNameError } from '../../../src/engine/broker/import-decision.js';
import { topicConfigError } from '../../../src/engine/broker/topic-config.js';
import { defaultLogConfig } from '../../../src/engine/log/log-config.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { BrokerBench, utf8 } from '../broker/broker-bench.js';
import {
  batchPositions,
  opened,
  rawTar,
  withBatch,
  withContent,
  withManifest,
  written,
  type NewEntry,
} from './altered-archive.js';
import { exported, inPiecesOf, joined } from './archive-bench.js';
import { writeRichTopics } from './rich-topics.js';

let sound: Uint8Array;
let entries: NewEntry[];
const segment = 'plain-0/00000000000000000000.log';
const second = 'plain-0/00000000000000000010.log';

beforeAll(async () => {
  const bench = await BrokerBench.start();
  await writeRichTopics(bench);
  sound = await exported(bench.broker);
  entries = opened(sound);
});

/** Reads an archive into an empty storage, all its topics under their own names. */
async function read(tar: Uint8Array, pieceSize = 4096) {
  const storage = new MemoryStorage();
  const staged = await readArchive(inPiecesOf(tar, pieceSize), {
    storage,
    clock: { now: () => 1 },
    rules: {
      name: transferNameError,
      configs: (configs) => topicConfigError(configs.map(({ name, value }) => [name, value] as const)),
    },
    admit: async ({ topics }) => new Map(topics.map(({ name }) => [name, { name, indexing: defaultLogConfig }])),
  });
  return { staged, storage };
}

async function refusalOf(tar: Uint8Array): Promise<ArchiveError> {
  const error: unknown = await read(tar).then(
    () => 'it was read',
    (refusal: unknown) => refusal,
  );
  if (!(error instanceof ArchiveError))
    throw new Error(`Not refused as an archive: ${String(error)}`, { cause: error });
  return error;
}

const positionOf = (content: Uint8Array, index: number) => batchPositions(content)[index] as number;
/** The second batch of the first segment, which is compressed with gzip and holds offsets 5 to 9, changed. */
const inSecondBatch = (change: (view: DataView) => void) =>
  withContent(entries, segment, (content) => withBatch(content, positionOf(content, 1), change));

describe('an export as it was written', () => {
  it.each([1, 511, 512, 513, 100_000])('is read in pieces of %i bytes', async (pieceSize) => {
    const { staged, storage } = await read(sound, pieceSize);
    expect(staged.topics.map(({ name, records }) => [name, records])).toEqual([
      ['payments', 4],
      ['plain', 25],
      ['prices', 5],
    ]);
    expect(staged.largestProducerId).toBe(9);
    expect((await storage.files()).map(({ name }) => name)).toContain(segment);
  });

  it('is what the altered ones of these tests are made from', () => {
    expect(Buffer.from(written(entries)).length).toBe(sound.length);
  });
});

describe('what is no export', () => {
  it.each([
    ['nothing', () => new Uint8Array(0), /a tar that begins with manifest\.json was expected/],
    ['a text', () => utf8('hello '.repeat(200)), /it does not have the mark of a ustar header/],
    ['a gzip file', () => gzipSync(sound), /gzip format\. Unpack it with gunzip first/],
    ['a zip file', () => joined([utf8('PK\x03\x04'), sound]), /zip format/],
    ['another tar', () => rawTar([{ name: 'notes.txt', content: utf8('hello') }]), /'notes\.txt' was found/],
    ['an empty tar', () => new Uint8Array(1024), /the export ends here/],
  ])('%s is refused, saying what it is', async (_, bytes, message) => {
    const error = await refusalOf(bytes());
    expect(error.message).toMatch(message);
    expect(['NOT_AN_EXPORT', 'DAMAGED']).toContain(error.code);
  });

  it('a later version of the format is refused as that, whatever its fields are', async () => {
    const error = await refusalOf(
      written(withManifest(entries, () => ({ format: 'partita-export', version: 2, new: 1 }))),
    );
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION', entry: 'manifest.json' });
    expect(error.message).toContain('format version 2, but only 1 can be read here');
  });
});

describe('IMP-3 IMP-4 a container that is not as it was written', () => {
  const renamed = (from: string, to: string) =>
    written(entries.map((entry) => (entry.name === from ? { ...entry, name: to } : entry)));

  it.each([
    ['../../etc/passwd'],
    ['/etc/passwd'],
    ['C:\\plain-0\\0.log'],
    ['plain-0/00000000000000000001.log'],
    ['pla\u0456n-0/00000000000000000000.log'],
    ['con'],
    ['x'.repeat(250)],
  ])('an entry named %s is refused with the name that was expected', async (name) => {
    const error = await refusalOf(renamed(segment, name));
    expect(error).toMatchObject({ code: 'DAMAGED' });
    expect(error.message).toContain(`where '${segment}' was expected`);
  });

  it('control characters and turned directions of a name are shown as escapes, and a long one is cut', async () => {
    const odd = await refusalOf(renamed(segment, 'a\u001b[31m\r\n'));
    expect(odd.message).toContain("'a\\u{1b}[31m\\u{d}\\u{a}'");
    expect((await refusalOf(renamed(segment, 'long'.repeat(60)))).message.length).toBeLessThan(400);
  });

  it.each([
    ['a second manifest', () => [entries[0]!, entries[0]!, ...entries.slice(1)]],
    ['an entry twice', () => entries.flatMap((entry) => (entry.name === segment ? [entry, entry] : [entry]))],
    ['an entry missing', () => entries.filter(({ name }) => name !== segment)],
    ['entries in another sequence', () => [...entries].sort((a, b) => (a.name < b.name ? 1 : -1))],
    ['an entry more', () => [...entries.slice(0, -1), { name: 'extra', content: utf8('x') }, entries.at(-1)!]],
    ['no checksums', () => entries.slice(0, -1)],
  ])('%s is refused', async (_, altered) => {
    expect(await refusalOf(rawTar(altered()))).toMatchObject({ code: 'DAMAGED' });
  });

  it.each(['1', '2', '5', 'L', 'g'])('an entry of type %s is refused', async (type) => {
    const tar = sound.slice();
    tar[156] = type.charCodeAt(0);
    const sum = tar.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
    tar.set(utf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect((await refusalOf(tar)).message).toContain(`type '${type}'`);
  });

  it('is refused wherever it is cut off', async () => {
    // At the ends of blocks, and within: headers, contents, paddings.
    for (let length = 0; length < sound.length; length += 389)
      expect(['DAMAGED', 'NOT_AN_EXPORT']).toContain((await refusalOf(sound.subarray(0, length))).code);
  });

  it('is refused if anything follows its end', async () => {
    expect((await refusalOf(joined([sound, new Uint8Array(1)]))).message).toContain('more bytes follow');
  });

  it('a size that is a lie is refused before anything is read for it', async () => {
    const tar = sound.slice();
    tar.set(encodeTarHeader({ name: 'manifest.json', size: 8_000_000_000, modifiedAt: 0 }));
    expect(await refusalOf(tar)).toMatchObject({ code: 'TOO_LARGE', entry: 'manifest.json' });
  });

  it.each([
    ['plain-0/00000000000000000000.index', 3],
    ['payments-0/00000000000000000003.txnindex', 30],
    ['plain-0/00000000000000000010.timeindex', 11],
  ])('a flipped bit in %s is found by its checksum', async (name, at) => {
    const flipped = withContent(entries, name, (content) => {
      content[at] = (content[at] as number) ^ 4;
      return content;
    });
    expect(await refusalOf(rawTar(flipped))).toMatchObject({ code: 'DAMAGED', entry: name });
  });

  it('a single flipped bit is found wherever it is', async () => {
    for (let at = 100; at < sound.length; at += 337) {
      const tar = sound.slice();
      tar[at] = (tar[at] as number) ^ (1 << (at % 8));
      const isBare = await read(tar).then(
        () => true,
        () => false,
      );
      // Owner, mode and time of an entry mean nothing here, but its header has a checksum.
      expect(isBare, `byte ${at}`).toBe(false);
    }
  });
});

describe('IMP-3 IMP-5 a manifest that says what can’t be', () => {
  const topic = (change: (topic: Record<string, unknown>) => void) =>
    withManifest(entries, (manifest) => {
      change(manifest.topics[1]!);
    });
  const partition = (changes: object) =>
    topic((found) => {
      const partitions = found['partitions'] as object[];
      partitions[0] = { ...partitions[0], ...changes };
    });
  const group = (changes: object) =>
    withManifest(entries, (manifest) => {
      manifest.groups[1]!.offsets[0] = { ...manifest.groups[1]!.offsets[0], ...changes };
    });

  it.each<[string, () => NewEntry[], string]>([
    ['is no JSON', () => withContent(entries, 'manifest.json', () => utf8('{')), 'it is no JSON'],
    ['is no text', () => withContent(entries, 'manifest.json', () => Uint8Array.of(0xff, 0xfe)), 'it is no JSON'],
    ['is a list', () => withManifest(entries, () => []), 'a list was found where an object was expected'],
    ['is null', () => withManifest(entries, () => 'null'), 'null was found where an object was expected'],
    ['is nested without end', () => withManifest(entries, () => '['.repeat(1e6)), 'it is no JSON'],
    ['has another format', () => withManifest(entries, (m) => void (m['format'] = 'x')), "format: 'partita-export'"],
    ['has a field more', () => withManifest(entries, (m) => void (m['script'] = 'alert(1)')), "a field 'script'"],
    [
      'has a field less',
      () => withManifest(entries, (m) => void Reflect.deleteProperty(m, 'groups')),
      "the field 'groups' is missing",
    ],
    ['has no time', () => withManifest(entries, (m) => void (m['exportedAt'] = 'soon')), 'exportedAt: a time'],
    ['has no topic', () => withManifest(entries, (m) => void (m.topics = [])), 'topics: at least one topic'],
    [
      'has a topic twice',
      () => withManifest(entries, (m) => void m.topics.push(m.topics[0]!)),
      'two topics have the name',
    ],
    [
      'has an id twice',
      () => withManifest(entries, ({ topics }) => void (topics[1]!['id'] = topics[0]!['id'])),
      'two topics have the id',
    ],
    [
      'has a topic of the broker',
      () => topic((t) => void (t['name'] = '__consumer_offsets')),
      'belongs to the broker itself',
    ],
    ['has a path as a topic', () => topic((t) => void (t['name'] = '../plain')), "Topic name is invalid: '../plain'"],
    ['has NUL in a topic', () => topic((t) => void (t['name'] = 'a\0b')), 'Topic name is invalid'],
    ['has a topic of 10 KB', () => topic((t) => void (t['name'] = 'a'.repeat(10_000))), 'at most 249 are read'],
    ['has a homoglyph', () => topic((t) => void (t['name'] = 'plаin')), 'Topic name is invalid'],
    [
      'has a name that is a number',
      () => topic((t) => void (t['name'] = 5)),
      'topics[1].name: 5 was found where a text was expected',
    ],
    [
      'has an unknown config',
      () => topic((t) => void (t['configs'] = [{ name: '__proto__', value: '1' }])),
      'Unknown topic config name: __proto__',
    ],
    [
      'has a wrong config',
      () => topic((t) => void (t['configs'] = [{ name: 'retention.ms', value: '-7' }])),
      'Value must be at least -1',
    ],
    [
      'has a config twice',
      () => topic((t) => void (t['configs'] = [1, 2].map(() => ({ name: 'retention.ms', value: '1' })))),
      'two configs have the same name',
    ],
    [
      'has an id that is none',
      () => topic((t) => void (t['id'] = '../../../../etc/passwd')),
      'a topic id of 22 characters',
    ],
    ['has no partition', () => topic((t) => void (t['partitions'] = [])), 'at least one partition'],
    [
      'has a million partitions',
      () => topic((t) => void (t['partitions'] = Array(1e6).fill(0))),
      'at most 10000 are read',
    ],
    [
      'has a negative start',
      () => partition({ logStartOffset: -1 }),
      'topics[1].partitions[0].logStartOffset: -1 was found',
    ],
    ['has a start behind the end', () => partition({ logStartOffset: 26 }), 'logStartOffset: 26 was found'],
    ['has an end that is no integer', () => partition({ endOffset: 2.5 }), 'endOffset: 2.5 was found'],
    ['has an end beyond 2^53', () => partition({ endOffset: 2 ** 53 }), 'endOffset: 9007199254740992 was found'],
    ['has an end that is a text', () => partition({ endOffset: '25' }), "endOffset: '25' was found"],
    [
      'has an end that is later',
      () => partition({ endOffset: 26 }),
      'ends at offset 26, but its last segment ends at 25',
    ],
    [
      'has an end that is earlier',
      () => partition({ endOffset: 24 }),
      'goes on to offset 24, but the partition ends before 24',
    ],
    ['was cleaned beyond its end', () => partition({ cleanedTo: 26 }), 'cleanedTo: 26 was found'],
    ['has no segment', () => partition({ segments: [] }), 'at least one segment'],
    [
      'has segments in another sequence',
      () => partition({ segments: [10, 0].map((baseOffset) => ({ baseOffset, bytes: 1, modifiedAt: 0 })) }),
      'the segment of offset 0 comes after that of 10',
    ],
    [
      'has a segment of 4 GB',
      () => partition({ segments: [{ baseOffset: 0, bytes: 2 ** 32, modifiedAt: 0 }] }),
      'bytes: 4294967296 was found',
    ],
    [
      'has a segment of another size',
      () => partition({ segments: [{ baseOffset: 0, bytes: 5, modifiedAt: 0 }] }),
      'its size is 778 bytes, but the manifest says 5',
    ],
    ['has a group that read beyond the end', () => group({ offset: 26 }), '26 was committed, but plain-0 ends at 25'],
    ['has a group with a negative offset', () => group({ offset: -1 }), 'groups[1].offsets[0].offset: -1 was found'],
    ['has a group that read another topic', () => group({ topic: 'other' }), 'this topic is not in the export'],
    ['has a group that read another partition', () => group({ partition: 3 }), 'partition: 3 was found'],
    [
      'has a group twice',
      () => withManifest(entries, (m) => void m.groups.push(m.groups[0]!)),
      'two groups have the same id',
    ],
    [
      'has an offset twice',
      () => withManifest(entries, (m) => void m.groups[0]!.offsets.push(m.groups[0]!.offsets[0]!)),
      'two offsets for',
    ],
  ])('is refused if it %s', async (_, altered, message) => {
    const error = await refusalOf(written(altered()));
    expect(error.message).toContain(message);
    if (error.entry !== undefined) expect(error.message.startsWith(error.entry)).toBe(true);
  });

  it('leaves Object.prototype as it was', async () => {
    const tar = written(
      withManifest(entries, () => '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    );
    await refusalOf(tar);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['another version', '1\n1\n0 3\n', 'it should hold version 0'],
    ['a count that is wrong', '0\n2\n0 3\n', 'it should hold version 0'],
    ['epochs that fall', '0\n2\n1 3\n0 10\n', 'it should hold version 0'],
    ['an epoch that begins before the start', '0\n1\n0 2\n', "before the log's start 3"],
    [
      'an epoch that begins at the end',
      '0\n2\n0 3\n1 25\n',
      'epoch 1 begins at offset 25, but the partition ends at 25',
    ],
    ['an epoch at the limit', '0\n1\n2147483647 3\n', 'beyond 2000000000 there is no room'],
    [
      'an epoch that its batches do not have',
      '0\n1\n1 3\n',
      'written in leader epoch 0, but leader-epoch-checkpoint says 1',
    ],
    ['no epoch', '0\n0\n', 'says that none had begun'],
  ])('a leader-epoch-checkpoint with %s is refused', async (_, content, message) => {
    const name = 'plain-0/leader-epoch-checkpoint';
    const error = await refusalOf(written(withContent(entries, name, () => utf8(content))));
    expect(error.message).toContain(message);
  });

  it('partition.metadata with another id is refused', async () => {
    const name = 'plain-0/partition.metadata';
    const other = withContent(entries, name, () => utf8('version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA\n'));
    expect(await refusalOf(written(other))).toMatchObject({ code: 'DAMAGED', entry: name });
  });
});

describe('IMP-2 a batch that is not as a log would have it', () => {
  const at = 603;
  it.each<[string, (view: DataView) => void, string]>([
    ['magic 0', (view) => view.setInt8(16, 0), 'its magic is 0, but only 2 is supported'],
    ['magic 9', (view) => view.setInt8(16, 9), 'its magic is 9'],
    [
      'an offset that was there before',
      (view) => view.setBigInt64(0, 3n),
      'begins at offset 3 where 5 or later was expected',
    ],
    ['a negative offset', (view) => view.setBigInt64(0, -5n), 'begins at offset -5'],
    ['an offset beyond 2^53', (view) => view.setBigInt64(0, 2n ** 62n), 'is not between -2^53 and 2^53'],
    [
      'an offset of the next segment',
      (view) => view.setBigInt64(0, 9n),
      'goes on to offset 13, but the partition ends before 10',
    ],
    ['an end before its beginning', (view) => view.setInt32(23, -2), 'ends 2 offsets before it begins'],
    [
      'an end that is too early',
      (view) => view.setInt32(23, 3),
      'a record has offset 9 where one from 9 to 8 was expected',
    ],
    ['more records than it says', (view) => view.setInt32(57, 4), 'bytes follow its last record'],
    ['fewer records than it says', (view) => view.setInt32(57, 6), 'can not be read'],
    ['2^31-1 records', (view) => view.setInt32(57, 0x7fff_ffff), 'can not be read'],
    ['-1 records', (view) => view.setInt32(57, -1), 'its record count is -1'],
    ['an unknown codec', (view) => view.setInt16(21, 6), '6 is no compression type'],
    ['another codec', (view) => view.setInt16(21, 2), "Compressed records can't be read"],
    ['attributes without meaning', (view) => view.setInt16(21, 0x101), 'with bits that have no meaning'],
    [
      'the epoch of another leader',
      (view) => view.setInt32(12, 7),
      'written in leader epoch 7, but leader-epoch-checkpoint says 0',
    ],
    [
      'a time that is too early for its records',
      (view) => view.setBigInt64(35, 5n),
      "later than its batch's latest time 5",
    ],
    ['a time beyond 2^53', (view) => view.setBigInt64(27, 2n ** 60n), 'its base timestamp'],
    ['a producer without a sequence', (view) => view.setBigInt64(43, 4n), 'the producer epoch is -1'],
    ['a producer id of -7', (view) => view.setBigInt64(43, -7n), 'the producer id is -7'],
    ['a producer id beyond all', (view) => view.setBigInt64(43, 2n ** 60n), 'but ids go from 0 to'],
    ['a transaction of nobody', (view) => view.setInt16(21, 0x11), 'part of a transaction, but of no producer'],
    ['a marker of nobody', (view) => view.setInt16(21, 0x21), 'part of a transaction, but of no producer'],
  ])('%s is refused, with its place', async (_, change, message) => {
    const error = await refusalOf(written(inSecondBatch(change)));
    expect(error.message).toContain(message);
    expect(error).toMatchObject({ code: 'DAMAGED', entry: segment, byte: at });
  });

  it.each([
    ['a length of nothing', 0, 'a batch of 12 bytes was found, but it has at least 61'],
    ['a negative length', -1, 'a batch of 11 bytes was found'],
    ['a length beyond the segment', 0x7fff_0000, 'are left of this entry'],
  ])('%s is refused before anything is set aside for it', async (_, length, message) => {
    const altered = withContent(entries, segment, (content) => {
      new DataView(content.buffer).setInt32(positionOf(content, 1) + 8, length);
      return content;
    });
    const error = await refusalOf(written(altered));
    expect(error.message).toContain(message);
    expect(error).toMatchObject({ entry: segment, byte: at });
  });

  it('a flipped bit in a record is refused, with the offset of its batch', async () => {
    const altered = withContent(entries, second, (content) => {
      content[content.length - 1] = (content.at(-1) as number) ^ 1;
      return content;
    });
    expect(await refusalOf(written(altered))).toMatchObject({ code: 'DAMAGED', entry: second, offset: 15 });
  });

  it('a marker that is something else is refused', async () => {
    const name = 'payments-0/00000000000000000000.log';
    const altered = withContent(entries, name, (content) =>
      // The third batch is the commit: its key's type is the last of the key's four bytes.
      withBatch(content, positionOf(content, 2), (view) => view.setInt8(view.byteLength - 6 - 2 - 1, 5)),
    );
    expect((await refusalOf(written(altered))).message).toContain('something else than the end of a transaction');
  });

  it.each(['gzip', 'lz4', 'zstd'] as const)('IMP-1 a bomb of %s is refused at the limit', async (compression) => {
    const value = new Uint8Array(10 * 1024 * 1024);
    const bomb = encodeBatch({ records: [{ key: null, value, timestamp: 1 }], compression, partitionLeaderEpoch: 0 });
    expect(bomb.length).toBeLessThan(400_000);
    const name = 'plain-1/00000000000000000000.log';
    const altered = withManifest(
      withContent(
        withContent(entries, name, () => bomb),
        'plain-1/leader-epoch-checkpoint',
        () => utf8('0\n1\n0 0\n'),
      ),
      (manifest) => {
        const segments = [{ baseOffset: 0, bytes: bomb.length, modifiedAt: 0 }];
        (manifest.topics[1]!['partitions'] as object[])[1] = {
          logStartOffset: 0,
          endOffset: 1,
          cleanedTo: null,
          segments,
        };
      },
    );
    expect(await refusalOf(written(altered))).toMatchObject({ code: 'TOO_LARGE', entry: name, offset: 0 });
  });
});
