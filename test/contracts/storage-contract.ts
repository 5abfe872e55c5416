import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Durability, Storage, StorageErrorCode, StorageWrite } from '../../src/engine/environment/storage.js';
import { SeededRandom } from '../../src/engine/environment/seeded-random.js';
import { randomInteger, type Random } from '../../src/engine/environment/environment.js';

/** One place where bytes are kept, and how to open it: each opening is one more `Storage` over the same files. */
export interface StoragePlace {
  open(): Promise<Storage>;
  /** Closes what is still open and removes the place. */
  remove(): Promise<void>;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);
const append = (file: string, position: number, added: Uint8Array, modifiedAt = 1): StorageWrite => ({
  kind: 'append',
  file,
  position,
  bytes: added,
  modifiedAt,
});
const wholeFile = (storage: Storage, file: string) => storage.read(file, 0, Number.MAX_SAFE_INTEGER);
const failsWith = (promise: Promise<unknown>, code: StorageErrorCode) =>
  expect(promise).rejects.toMatchObject({ name: 'StorageError', code });

/** What every `Storage` promises. `place` makes a new, empty place for each test. */
export function describeStorage(name: string, place: () => Promise<StoragePlace>): void {
  describe(`${name} keeps the contract of Storage:`, () => {
    let here: StoragePlace;
    let storage: Storage;
    beforeEach(async () => {
      here = await place();
      storage = await here.open();
    });
    afterEach(() => here.remove());

    it('begins empty', async () => {
      expect(await storage.files()).toEqual([]);
      expect(await storage.readBlob('b')).toBeUndefined();
      await failsWith(storage.read('a', 0, 1), 'not-found');
    });

    it.each<Durability>(['strict', 'relaxed'])(
      'shows a %s commit when it has resolved, and to the next opener',
      async (durability) => {
        await storage.commit([append('a', 0, bytes(1, 2, 3), 77)], durability);
        await storage.commit([append('a', 3, bytes(4, 5), 78), append('b', 0, bytes())], durability);
        for (const opened of [storage, await here.open()]) {
          expect(await opened.files()).toEqual([
            { name: 'a', size: 5, modifiedAt: 78 },
            { name: 'b', size: 0, modifiedAt: 1 },
          ]);
          expect(await wholeFile(opened, 'a')).toEqual(bytes(1, 2, 3, 4, 5));
          expect(await wholeFile(opened, 'b')).toEqual(bytes());
        }
      },
    );

    it('lists what lies in a folder, and everything', async () => {
      await storage.commit(
        [
          append('a-1/x', 0, bytes(1)),
          append('a-10/x', 0, bytes(1, 2)),
          { kind: 'put-blob', name: 'a-1/y', bytes: bytes(3) },
          { kind: 'put-blob', name: 'a-1/gone', bytes: bytes(3) },
          { kind: 'put-blob', name: 'b', bytes: bytes() },
        ],
        'strict',
      );
      await storage.commit([{ kind: 'delete-blob', name: 'a-1/gone' }], 'relaxed');
      for (const opened of [storage, await here.open()]) {
        const [one, ten] = await opened.files();
        expect(await opened.contents('a-1')).toEqual({ files: [one], blobs: ['a-1/y'] });
        expect(await opened.contents('b')).toEqual({ files: [], blobs: [] });
        expect(await opened.contents()).toEqual({ files: [one, ten], blobs: ['a-1/y', 'b'] });
      }
    });

    it('reads any part of a file, and fewer bytes at its end', async () => {
      await storage.commit([append('a', 0, bytes(1, 2, 3, 4))], 'strict');
      expect(await storage.read('a', 1, 2)).toEqual(bytes(2, 3));
      expect(await storage.read('a', 3, 9)).toEqual(bytes(4));
      expect(await storage.read('a', 4, 9)).toEqual(bytes());
      expect(await storage.read('a', 9, 9)).toEqual(bytes());
    });

    it('lists files in the order of their names', async () => {
      for (const file of ['t-1/5.log', 't-0/9.log', 't-0/10.log', 'T-0/1.log'])
        await storage.commit([append(file, 0, bytes())], 'relaxed');
      const names = (await storage.files()).map((file) => file.name);
      expect(names).toEqual(['T-0/1.log', 't-0/10.log', 't-0/9.log', 't-1/5.log']);
    });

    it('copies the bytes of a commit before it returns control', async () => {
      const buffer = bytes(9, 1, 2, 3, 9);
      const committed = storage.commit(
        [append('a', 0, buffer.subarray(1, 4)), { kind: 'put-blob', name: 'b', bytes: buffer.subarray(0, 2) }],
        'strict',
      );
      buffer.fill(0);
      await committed;
      expect(await wholeFile(storage, 'a')).toEqual(bytes(1, 2, 3));
      expect(await storage.readBlob('b')).toEqual(bytes(9, 1));
    });

    it('gives copies: what a reader does to them changes nothing', async () => {
      await storage.commit([append('a', 0, bytes(1, 2)), { kind: 'put-blob', name: 'b', bytes: bytes(3) }], 'strict');
      (await wholeFile(storage, 'a')).fill(0);
      (await storage.readBlob('b'))?.fill(0);
      expect(await wholeFile(storage, 'a')).toEqual(bytes(1, 2));
      expect(await storage.readBlob('b')).toEqual(bytes(3));
    });

    it('carries out the writes of a commit in order', async () => {
      await storage.commit(
        [
          append('a', 0, bytes(1, 2, 3)),
          { kind: 'truncate', file: 'a', size: 1, modifiedAt: 5 },
          append('a', 1, bytes(7), 6),
          append('b', 0, bytes(1)),
          { kind: 'delete', file: 'b' },
          append('b', 0, bytes(2)),
          append('b', 1, bytes(3)),
          { kind: 'put-blob', name: 'x', bytes: bytes(1) },
          { kind: 'put-blob', name: 'x', bytes: bytes(2) },
          { kind: 'put-blob', name: 'y', bytes: bytes(1) },
          { kind: 'delete-blob', name: 'y' },
        ],
        'strict',
      );
      expect(await wholeFile(storage, 'a')).toEqual(bytes(1, 7));
      expect(await wholeFile(storage, 'b')).toEqual(bytes(2, 3));
      expect(await storage.readBlob('x')).toEqual(bytes(2));
      expect(await storage.readBlob('y')).toBeUndefined();
    });

    it('truncates, replaces and deletes', async () => {
      await storage.commit([append('a', 0, filled(10, 1)), append('b', 0, filled(10, 2))], 'strict');
      await storage.commit(
        [
          { kind: 'truncate', file: 'a', size: 4, modifiedAt: 2 },
          { kind: 'replace', file: 'b', bytes: bytes(8, 9), modifiedAt: 3 },
          { kind: 'replace', file: 'c', bytes: bytes(5), modifiedAt: 4 },
        ],
        'strict',
      );
      expect(await storage.files()).toEqual([
        { name: 'a', size: 4, modifiedAt: 2 },
        { name: 'b', size: 2, modifiedAt: 3 },
        { name: 'c', size: 1, modifiedAt: 4 },
      ]);
      expect(await wholeFile(storage, 'a')).toEqual(filled(4, 1));
      expect(await wholeFile(storage, 'b')).toEqual(bytes(8, 9));
      await storage.commit([{ kind: 'delete', file: 'a' }, append('b', 2, bytes(1))], 'strict');
      await failsWith(storage.read('a', 0, 1), 'not-found');
      expect(await wholeFile(storage, 'b')).toEqual(bytes(8, 9, 1));
      await storage.commit([append('a', 0, bytes(3))], 'strict');
      expect(await wholeFile(storage, 'a')).toEqual(bytes(3));
    });

    it('deletes what is not there without complaint', async () => {
      await storage.commit(
        [
          { kind: 'delete', file: 'none' },
          { kind: 'delete-blob', name: 'none' },
        ],
        'strict',
      );
      expect(await storage.files()).toEqual([]);
    });

    it.each<Durability>(['strict', 'relaxed'])(
      'deletes what lies in no folder that is there, %s',
      async (durability) => {
        await storage.commit(
          [
            { kind: 'delete', file: 'none-0/log' },
            { kind: 'delete-blob', name: 'none-0/checkpoint' },
          ],
          durability,
          'essential',
        );
        expect(await storage.contents()).toEqual({ files: [], blobs: [] });
        await storage.commit([{ kind: 'put-blob', name: 'none-0/checkpoint', bytes: bytes(1) }], durability);
        expect(await storage.contents()).toMatchObject({ blobs: ['none-0/checkpoint'] });
      },
    );

    it('does nothing of a commit whose picture of a file is wrong', async () => {
      await storage.commit([append('a', 0, bytes(1, 2))], 'strict');
      const wrong: [StorageWrite, StorageErrorCode][] = [
        [append('a', 1, bytes(9)), 'conflict'],
        [append('a', 3, bytes(9)), 'conflict'],
        [append('new', 1, bytes(9)), 'conflict'],
        [{ kind: 'truncate', file: 'a', size: 3, modifiedAt: 9 }, 'conflict'],
        [{ kind: 'truncate', file: 'none', size: 0, modifiedAt: 9 }, 'not-found'],
      ];
      for (const [write, code] of wrong) {
        const good: StorageWrite[] = [
          append('b', 0, bytes(1)),
          { kind: 'put-blob', name: 'b', bytes: bytes(1) },
          append('a', 2, bytes(3)),
          { kind: 'truncate', file: 'a', size: 2, modifiedAt: 9 },
        ];
        await failsWith(storage.commit([...good, write], 'strict'), code);
      }
      expect(await storage.files()).toEqual([{ name: 'a', size: 2, modifiedAt: 1 }]);
      expect(await wholeFile(storage, 'a')).toEqual(bytes(1, 2));
      expect(await storage.readBlob('b')).toBeUndefined();
      await storage.commit([append('a', 2, bytes(3))], 'strict');
      expect(await wholeFile(storage, 'a')).toEqual(bytes(1, 2, 3));
    });

    it('settles commits in the order in which they were begun, the failing ones too', async () => {
      const settled: string[] = [];
      const note = (name: string, promise: Promise<void>) =>
        promise.then(
          () => settled.push(name),
          () => settled.push(`${name} failed`),
        );
      await Promise.all([
        note('1', storage.commit([append('a', 0, filled(300_000, 1))], 'strict')),
        note('2', storage.commit([append('a', 7, bytes(1))], 'relaxed')),
        note('3', storage.commit([append('a', 300_000, bytes(2))], 'relaxed')),
        note('4', storage.commit([{ kind: 'truncate', file: 'none', size: 0, modifiedAt: 0 }], 'strict')),
        note('5', storage.commit([append('b', 0, bytes(1))], 'relaxed')),
      ]);
      expect(settled).toEqual(['1', '2 failed', '3', '4 failed', '5']);
      expect((await storage.files()).map(({ size }) => size)).toEqual([300_001, 1]);
    });

    it('shows nothing of a commit before it is complete', async () => {
      const committed = storage.commit([append('a', 0, filled(200_000, 1))], 'strict').then(() => 'complete');
      const first = await Promise.race([committed, storage.files()]);
      expect(first === 'complete' ? [] : first).toEqual([]);
      await committed;
      expect(await storage.files()).toHaveLength(1);
    });

    it('lets only the newest opener write', async () => {
      await storage.commit([append('a', 0, bytes(1))], 'strict');
      const newer = await here.open();
      await newer.commit([append('a', 1, bytes(2))], 'strict');
      await failsWith(storage.commit([append('a', 1, bytes(9))], 'strict'), 'fenced');
      await failsWith(storage.commit([append('b', 0, bytes(9))], 'relaxed'), 'fenced');
      await failsWith(storage.commit([{ kind: 'put-blob', name: 'x', bytes: bytes(9) }], 'strict'), 'fenced');
      await newer.commit([append('a', 2, bytes(3))], 'relaxed');
      expect(await wholeFile(newer, 'a')).toEqual(bytes(1, 2, 3));
      expect((await newer.files()).map(({ name }) => name)).toEqual(['a']);
      expect(await newer.readBlob('x')).toBeUndefined();
    });

    it('closes after what has been begun, and refuses every later call', async () => {
      let isCommitted = false;
      void storage.commit([append('a', 0, filled(100_000, 1))], 'strict').then(() => (isCommitted = true));
      await storage.close();
      expect(isCommitted).toBe(true);
      await failsWith(storage.files(), 'closed');
      await failsWith(storage.contents('a'), 'closed');
      await failsWith(storage.read('a', 0, 1), 'closed');
      await failsWith(storage.readBlob('b'), 'closed');
      await failsWith(storage.commit([append('b', 0, bytes(1))], 'strict'), 'closed');
      await storage.close();
      expect((await (await here.open()).files()).map(({ size }) => size)).toEqual([100_000]);
    });

    it.each([1, 59_999, 60_000, 65_536, 131_072, 262_144, 1_048_576, 1_500_001, 5_000_000])(
      'keeps an append of %i bytes to the byte',
      async (length) => {
        const random = new SeededRandom(`append ${length}`);
        const content = randomBytes(random, length);
        await storage.commit(
          [append('a', 0, bytes(7)), append('a', 1, content), append('a', 1 + length, bytes(8))],
          'relaxed',
        );
        for (const opened of [storage, await here.open()]) {
          expect(same(await opened.read('a', 1, length), content)).toBe(true);
          const from = randomInteger(random, length);
          expect(
            same(await opened.read('a', 1 + from, 1000), concat([content, bytes(8)]).subarray(from, from + 1000)),
          ).toBe(true);
        }
      },
    );

    it.each(['seed 1', 'seed 2', 'seed 3', 'seed 4'])(
      'is like an array of bytes after any writes (%s)',
      async (seed) => {
        const random = new SeededRandom(seed);
        const model = new Map<string, Uint8Array>();
        for (let step = 0; step < 120; step++) {
          const writes = Array.from({ length: 1 + randomInteger(random, 3) }, () => randomWrite(random, model));
          await storage.commit(writes, randomInteger(random, 2) === 0 ? 'strict' : 'relaxed');
          if (step % 30 === 29) storage = await here.open();
          const [name, content] = [...model][randomInteger(random, model.size)] ?? [];
          if (name === undefined || content === undefined) continue;
          const [from, length] = [randomInteger(random, content.length + 1), randomInteger(random, 200_000)];
          expect(
            same(await storage.read(name, from, length), content.subarray(from, from + length)),
            `step ${step}`,
          ).toBe(true);
        }
        const sizes = (await storage.files()).map(({ name, size }) => [name, size]);
        expect(sizes).toEqual([...model].map(([name, content]) => [name, content.length]).sort());
        for (const [name, content] of model) expect(same(await wholeFile(storage, name), content), name).toBe(true);
      },
    );
  });
}

/** One more write that fits the model, and its effect on the model. */
function randomWrite(random: Random, model: Map<string, Uint8Array>): StorageWrite {
  const file = `t-${randomInteger(random, 3)}/0.log`;
  const content = model.get(file);
  const size = content?.length ?? 0;
  const kind = randomInteger(random, 20);
  if (content !== undefined && kind === 0) {
    model.delete(file);
    return { kind: 'delete', file };
  }
  if (content !== undefined && kind <= 2) {
    const kept = randomInteger(random, size + 1);
    model.set(file, content.slice(0, kept));
    return { kind: 'truncate', file, size: kept, modifiedAt: 3 };
  }
  const scale = [10, 1000, 30_000, 400_000][randomInteger(random, 4)] as number;
  const added = randomBytes(random, randomInteger(random, scale));
  if (kind === 3) {
    model.set(file, added);
    return { kind: 'replace', file, bytes: added, modifiedAt: 4 };
  }
  model.set(file, concat([content ?? bytes(), added]));
  return append(file, size, added);
}

function randomBytes(random: Random, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = random.uint32();
  return new Uint8Array(words.buffer, 0, length);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Quicker than `toEqual` on megabytes. */
function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
