import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../../src/engine/archive/archive-error.js';
import { readArchive } from '../../../src/engine/archive/read-archive.js';
import { transferNameError } from '../../../src/engine/broker/import-decision.js';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { defaultLogConfig } from '../../../src/engine/log/log-config.js';
import { MemoryGrowth } from '../memory-growth.js';
import { BrokerBench } from '../broker/broker-bench.js';
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
import { exported, imported, inPiecesOf } from './archive-bench.js';
import { append, endTransaction, logOf, record, servicesOf } from './rich-topics.js';

/** How many inputs, and the seed that they are made from: `npm run soak -- fuzz-log` asks for more, a failure tells the seed to ask for again. */
const inputs = Number(process.env['PARTITA_FUZZ_INPUTS'] ?? 20_000);
const seed = process.env['PARTITA_FUZZ_SEED'] ?? 'archives';

/** So many inputs are only read; the next one goes all the way through a broker. */
const inputsReadOnly = 49;

/** One broker takes so many inputs before another one begins: what an input left behind would be found by then. */
const inputsOfABroker = 100;

async function smallArchive(): Promise<Uint8Array> {
  const bench = await BrokerBench.start({ seed: 'source' });
  await bench.createTopic('t', 1, { 'index.interval.bytes': '100', 'retention.ms': '-1' });
  const log = logOf(bench, 't');
  await append(log, { records: [record('a', 'one', 1, { h: 'x' }), record(null, 'two', 2)] });
  await append(log, { records: [record('a', 'y'.repeat(90), 3), record('b', null, 4)], compression: 'gzip' });
  log.roll();
  await append(log, { records: [record('c', 'z'.repeat(60), 5)], compression: 'lz4' });
  await append(log, {
    records: [record('d', 'v', 6)],
    producerId: 3,
    producerEpoch: 0,
    baseSequence: 0,
    isTransactional: true,
  });
  await endTransaction(log, { producerId: 3, type: 'ABORT', timestamp: 7 });
  await append(log, {
    records: [record('d', 'w', 8)],
    producerId: 3,
    producerEpoch: 0,
    baseSequence: 1,
    isTransactional: true,
  });
  await bench.commit('g', 't', 2);
  return exported(bench.broker);
}

/** Values that a field of JSON may be given. */
const oddValues = [
  -1,
  0,
  1,
  7,
  2.5,
  2 ** 31,
  2 ** 53,
  1e300,
  null,
  true,
  '',
  'x',
  '__proto__',
  '../..',
  'a\0',
  [],
  {},
  [[]],
];

function damaged(random: Random, sound: Uint8Array, entries: readonly NewEntry[]): Uint8Array {
  const below = (count: number) => randomInteger(random, count);
  const one = <Value>(from: readonly Value[]) => from[below(from.length)] as Value;
  const flipped = (bytes: Uint8Array) => {
    if (bytes.length === 0) return bytes;
    for (let flips = 1 + below(4); flips > 0; flips--) {
      const at = below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << below(8));
    }
    return bytes;
  };
  const segments = entries.filter(({ name, content }) => name.endsWith('.log') && content.length > 0);
  switch (below(9)) {
    case 0:
      return sound.slice(0, below(sound.length));
    case 1:
      return flipped(sound.slice());
    case 2:
      return Uint8Array.from({ length: below(3000) }, () => below(256));
    case 3: // An entry of its own, with checksums that fit.
      return written(withContent(entries, one(entries).name, flipped));
    case 4: {
      // A lie in a batch, with checksums that fit.
      const { name } = one(segments);
      return written(
        withContent(entries, name, (content) =>
          withBatch(content, one(batchPositions(content)), (view) => {
            const [at, size] = one([
              [0, 8],
              [12, 4],
              [16, 1],
              [21, 2],
              [23, 4],
              [27, 8],
              [35, 8],
              [43, 8],
              [51, 2],
              [53, 4],
              [57, 4],
            ] as const);
            for (let byte = 0; byte < size; byte++)
              if (below(2) === 0) view.setUint8(at + byte, one([0, 1, 0x7f, 0x80, 0xff, below(256)]));
          }),
        ),
      );
    }
    case 5: {
      // Other records, compressed or not, with checksums that fit.
      const { name } = one(segments);
      return written(
        withContent(entries, name, (content) =>
          withBatch(content, one(batchPositions(content)), (view) => {
            const at = 61 + below(view.byteLength - 61);
            for (let byte = at; byte < Math.min(at + 1 + below(6), view.byteLength); byte++)
              view.setUint8(byte, below(256));
            if (below(3) === 0) view.setInt16(21, below(8));
          }),
        ),
      );
    }
    case 6:
      return written(
        withManifest(entries, (manifest) => {
          let place: object = manifest;
          for (;;) {
            const field = one(Object.keys(place));
            const value: unknown = Reflect.get(place, field);
            if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && below(5) > 0)
              place = value;
            else {
              if (below(8) === 0) Reflect.deleteProperty(place, field);
              else Reflect.set(place, below(8) === 0 ? 'other' : field, one(oddValues));
              return;
            }
          }
        }),
      );
    case 7: {
      const mixed = [...entries];
      const [from, to] = [below(mixed.length), below(mixed.length)];
      const kind = below(3);
      if (kind === 0) mixed.splice(from, 1);
      else if (kind === 1) mixed.splice(to, 0, mixed[from] as NewEntry);
      else [mixed[from], mixed[to]] = [mixed[to] as NewEntry, mixed[from] as NewEntry];
      return (below(2) === 0 ? written : rawTar)(mixed);
    }
    default: {
      // A header, with a checksum that fits.
      const tar = sound.slice();
      const block = 512 * below(Math.floor(tar.length / 512));
      tar[block + below(512)] = one([0, 0x30, 0x37, 0x39, 0x80, 0xff, below(256)]);
      const sum = tar
        .subarray(block, block + 512)
        .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
      tar.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), block + 148);
      return tar;
    }
  }
}

/** Reads an archive, and throws away what it puts down. */
async function readOnly(bytes: Uint8Array, pieceSize: number): Promise<void> {
  await readArchive(inPiecesOf(bytes, pieceSize), {
    storage: { commit: async () => undefined },
    clock: { now: () => 1 },
    rules: { name: transferNameError, configs: () => undefined },
    admit: async ({ topics }) => new Map(topics.map(({ name }) => [name, { name, indexing: defaultLogConfig }])),
  });
}

/** Imports an archive and deletes its topics again. Throws what is left behind if it is refused. */
async function importAndDelete(bench: BrokerBench, bytes: Uint8Array, pieceSize: number): Promise<void> {
  const files = async () => (await bench.storage.files()).filter(({ name }) => !name.startsWith('__')).length;
  try {
    await imported(bench.broker, bytes, {}, pieceSize);
    const topics = [...servicesOf(bench).replicas.topics].map(({ name }) => ({ name, topicId: new Uint8Array(16) }));
    await bench.call('DeleteTopics', { timeoutMs: 1000, topics });
  } finally {
    expect(await files()).toBe(0);
    expect(await bench.storage.readBlob('import')).toBeUndefined();
  }
}

/** What came of it: `imported`, or the code of the refusal. Anything else is a defect, and thrown. */
async function outcomeOf(importing: Promise<void>): Promise<string> {
  try {
    await importing;
    return 'imported';
  } catch (error) {
    if (error instanceof ArchiveError) return error.code;
    throw error;
  }
}

describe('exports from anybody', () => {
  it(
    `IMP-1 IMP-2 IMP-3 ${inputs} damaged exports are imported, or refused by name and leave nothing, in storage and in memory`,
    { timeout: 3 * 60 * 60 * 1000 },
    async () => {
      const sound = await smallArchive();
      const entries = opened(sound);
      const random = new SeededRandom(seed);
      const outcomes = new Set<string>();
      let bench = await BrokerBench.start();
      const growth = new MemoryGrowth(inputs);
      for (let input = 0; input < inputs; input++) {
        await growth.before(input);
        const own = random.fork(String(input));
        const bytes = damaged(own, sound, entries);
        const pieceSize = [13, 512, 3000, sound.length][randomInteger(own, 4)] as number;
        const throughBroker = input % (inputsReadOnly + 1) === inputsReadOnly;
        if (input % ((inputsReadOnly + 1) * inputsOfABroker) === 0) bench = await BrokerBench.start();
        try {
          outcomes.add(
            await outcomeOf(throughBroker ? importAndDelete(bench, bytes, pieceSize) : readOnly(bytes, pieceSize)),
          );
        } catch (error) {
          const again = `PARTITA_FUZZ_SEED=${seed} PARTITA_FUZZ_INPUTS=${input + 1} npm run soak -- fuzz-log`;
          throw new Error(`Input ${input}: ${String(error)}\nAgain: ${again}`, { cause: error });
        }
      }
      await growth.end();
      // The inputs reach every depth: some are harmless.
      const expected = ['DAMAGED', 'INVALID', 'NOT_AN_EXPORT', 'TOO_LARGE', 'UNSUPPORTED_VERSION', 'imported'];
      if (inputs >= 5000) expect([...outcomes].sort()).toEqual(expected);
    },
  );
});
