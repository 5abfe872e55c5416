import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageError, type StorageWrite } from '../../../../src/engine/environment/storage.js';
import { systemCalls, type FileCalls } from '../../../../src/engine/platform/node/file-calls.js';
import { FileStorage } from '../../../../src/engine/platform/node/file-storage.js';

let directory: string;
/** In memory where there is such a place, for it is flushed thousands of times. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
beforeEach(() => (directory = mkdtempSync(join(place, 'partita-faults-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const bytes = (...values: number[]) => Uint8Array.from(values);
const append = (file: string, position: number, added: Uint8Array): StorageWrite => ({
  kind: 'append',
  file,
  position,
  bytes: added,
  modifiedAt: 1,
});
const log = (partition: number, base = 0) => `orders-${partition}/${String(base).padStart(20, '0')}.log`;

interface Fault {
  /** The first call that fails, from 0, and whether all after it do. */
  readonly at: number;
  readonly isForEver: boolean;
  readonly code: string;
}

/** The system's calls, of which one or all from one on fail. Counts those that were made. */
function faultyCalls(fault: Fault | undefined): { readonly calls: FileCalls; readonly made: () => number } {
  let made = 0;
  const calls = Object.fromEntries(
    Object.entries(systemCalls).map(([name, call]: [string, (...given: never[]) => Promise<unknown>]) => [
      name,
      async (...given: never[]) => {
        const index = made++;
        const isHit = fault !== undefined && (fault.isForEver ? index >= fault.at : index === fault.at);
        // Closing a file that can't be closed leaves it open; everything else does nothing when it fails.
        if (isHit && name !== 'close') throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
        return call(...given);
      },
    ]),
  ) as unknown as FileCalls;
  return { calls, made: () => made };
}

/** What a broker does to its disk, in little. */
const commits: readonly { readonly writes: readonly StorageWrite[]; readonly durability: 'strict' | 'relaxed' }[] = [
  { writes: [append(log(0), 0, bytes(1, 2, 3)), append(log(1), 0, bytes(9))], durability: 'strict' },
  { writes: [append(log(0), 3, bytes(4))], durability: 'relaxed' },
  {
    writes: [append(log(0), 4, bytes(5)), { kind: 'put-blob', name: 'orders-0/checkpoint', bytes: bytes(1) }],
    durability: 'strict',
  },
  { writes: [append(log(0), 5, bytes()), append(log(0, 5), 0, bytes(6))], durability: 'strict' },
  {
    writes: [{ kind: 'truncate', file: log(1), size: 0, modifiedAt: 1 }, append(log(1), 0, bytes(8, 8))],
    durability: 'strict',
  },
  { writes: [{ kind: 'replace', file: log(0), bytes: bytes(7, 7), modifiedAt: 2 }], durability: 'strict' },
  { writes: [{ kind: 'truncate', file: log(0, 5), size: 0, modifiedAt: 1 }], durability: 'strict' },
  {
    writes: [
      { kind: 'delete', file: log(1) },
      { kind: 'put-blob', name: 'orders-0/checkpoint', bytes: bytes(2) },
    ],
    durability: 'strict',
  },
];

type Contents = ReadonlyMap<string, string>;

async function contentsOf(storage: FileStorage): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const { name, size } of await storage.files()) contents.set(name, String(await storage.read(name, 0, size)));
  const blob = await storage.readBlob('orders-0/checkpoint');
  if (blob !== undefined) contents.set('checkpoint', blob.join());
  return contents;
}

const gone = '(gone)';

/** Plays the commits. Of each file: what it must be if nothing of a failed commit has happened, and what it may be if something has. */
async function play(fault: Fault | undefined) {
  const { calls, made } = faultyCalls(fault);
  const storage = await FileStorage.open({ directory, calls }).catch((error: unknown) => error as StorageError);
  const failures: StorageError[] = [];
  let definite: Contents = new Map();
  const possible = new Map<string, Set<string>>();
  if (storage instanceof StorageError) return { made, failures: [storage], possible };
  for (const { writes, durability } of commits) {
    const after = expected(definite, writes);
    const touched = writes.map((write) => ('file' in write ? write.file : 'checkpoint'));
    try {
      await storage.commit(writes, durability);
      for (const name of touched) possible.set(name, new Set([after.get(name) ?? gone]));
      definite = after;
    } catch (error) {
      expect(error).toBeInstanceOf(StorageError);
      failures.push(error as StorageError);
      for (const name of touched) {
        if (!possible.has(name)) possible.set(name, new Set([definite.get(name) ?? gone]));
        possible.get(name)?.add(after.get(name) ?? gone);
      }
    }
  }
  await storage.close().catch(() => undefined);
  return { made, failures, possible };
}

function expected(before: Contents, writes: readonly StorageWrite[]): Contents {
  const after = new Map(before);
  for (const write of writes) {
    const old = 'file' in write ? after.get(write.file) : undefined;
    const values = old === undefined || old === '' ? [] : old.split(',');
    if (write.kind === 'append') after.set(write.file, [...values.slice(0, write.position), ...write.bytes].join());
    else if (write.kind === 'truncate') after.set(write.file, values.slice(0, write.size).join());
    else if (write.kind === 'replace') after.set(write.file, write.bytes.join());
    else if (write.kind === 'delete') after.delete(write.file);
    else if (write.kind === 'put-blob') after.set('checkpoint', write.bytes.join());
  }
  return after;
}

describe('when the operating system fails', () => {
  it.each(['ENOSPC', 'EIO', 'EMFILE', 'EROFS'])(
    '%s at any call, once or for ever: what was acknowledged is there, and each file is what it was before or after a commit',
    { timeout: 120_000 },
    async (code) => {
      const all = (await play(undefined)).made();
      expect(all).toBeGreaterThan(40);
      for (const isForEver of [false, true])
        for (let at = 0; at < all; at++) {
          rmSync(directory, { recursive: true, force: true });
          const { failures, possible } = await play({ at, isForEver, code });
          const label = `${code} ${isForEver ? 'from' : 'at'} call ${at}`;
          for (const { code: told } of failures) expect(['full', 'io', 'conflict', 'not-found'], label).toContain(told);
          const again = await FileStorage.open({ directory });
          const found = await contentsOf(again);
          for (const name of new Set([...found.keys(), ...possible.keys()])) {
            const content = found.get(name) ?? gone;
            const states = [...(possible.get(name) ?? [gone])];
            const [acknowledged = gone] = states;
            // Where not even taking back succeeds, the beginning of what was under way may stay, behind what was acknowledged.
            const isBeginning =
              states.some((state) => state.startsWith(content)) &&
              (acknowledged === gone || content.startsWith(acknowledged));
            expect(
              states.includes(content) || isBeginning,
              `${label}: ${name} holds ${content}, not ${states.join(' or ')}`,
            ).toBe(true);
          }
          await again.commit([append('orders-9/00000000000000000000.log', 0, bytes(1))], 'strict');
          await again.close();
          const leftovers = readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith('.tmp'));
          expect(leftovers, label).toEqual([]);
        }
    },
  );

  it('a failed flush is never taken for a good one later: the partition refuses writes until it is opened again, others live', async () => {
    let isFailing = false;
    const calls: FileCalls = {
      ...systemCalls,
      sync: (descriptor) =>
        isFailing ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : systemCalls.sync(descriptor),
    };
    const storage = await FileStorage.open({ directory, calls });
    await storage.commit([append(log(0), 0, bytes(1)), append(log(1), 0, bytes(1))], 'strict');
    isFailing = true;
    await expect(storage.commit([append(log(0), 1, bytes(2))], 'strict')).rejects.toMatchObject({ code: 'io' });
    isFailing = false;
    await expect(storage.commit([append(log(0), 1, bytes(2))], 'strict')).rejects.toThrow('Restart the broker');
    await expect(storage.commit([append(log(0), 1, bytes(2))], 'relaxed')).rejects.toMatchObject({
      isOfSomeFiles: true,
    });
    await storage.commit([append(log(1), 1, bytes(2))], 'strict');
    expect(await storage.read(log(0), 0, 9)).toEqual(bytes(1));
    await storage.close();
    const again = await FileStorage.open({ directory });
    await again.commit([append(log(0), 1, bytes(3))], 'strict');
    await again.close();
  });

  it('a short write is continued', async () => {
    const calls: FileCalls = {
      ...systemCalls,
      write: (descriptor, given, position) => systemCalls.write(descriptor, given.subarray(0, 2), position),
      read: (descriptor, into, position) => systemCalls.read(descriptor, into.subarray(0, 3), position),
    };
    const storage = await FileStorage.open({ directory, calls });
    await storage.commit([append(log(0), 0, bytes(1, 2, 3, 4, 5, 6, 7))], 'strict');
    expect(await storage.read(log(0), 0, 99)).toEqual(bytes(1, 2, 3, 4, 5, 6, 7));
    await storage.close();
  });

  it('opens more files than it keeps open', async () => {
    const storage = await FileStorage.open({ directory });
    const files = Array.from({ length: 300 }, (_, partition) => log(partition));
    await storage.commit(
      files.map((file) => append(file, 0, bytes(1))),
      'relaxed',
    );
    await storage.commit(
      files.map((file) => append(file, 1, bytes(2))),
      'strict',
    );
    for (const file of files) expect(await storage.read(file, 0, 9)).toEqual(bytes(1, 2));
    await storage.close();
  });
});

describe('whose a directory is', () => {
  it('another process that lives is told by its id', async () => {
    const parent = process.ppid;
    writeFileSync(join(directory, '.lock'), JSON.stringify({ pid: parent, started: null, token: 'x' }));
    await expect(FileStorage.open({ directory })).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${parent}`),
    });
  });

  it.each([
    ['of a process that has ended', () => JSON.stringify({ pid: deadPid(), started: null, token: 'x' })],
    ['of another process with the same id', () => JSON.stringify({ pid: process.ppid, started: '1', token: 'x' })],
    ['half written', () => '{"pid": 12'],
    ['empty', () => ''],
  ])('a lock %s is taken over', async (_, content) => {
    writeFileSync(join(directory, '.lock'), content());
    const storage = await FileStorage.open({ directory });
    await storage.commit([append(log(0), 0, bytes(1))], 'strict');
    await storage.close();
    expect(existsSync(join(directory, '.lock'))).toBe(false);
  });

  it('IMP-4 no name leads out of it', async () => {
    const storage = await FileStorage.open({ directory });
    for (const name of [
      '../x.log',
      'a/../../x.log',
      '/etc/x.log',
      'a/b/c.log',
      'a\0.log',
      '.',
      '..',
      '.lock',
      'a\\b.log',
      '',
    ])
      await expect(storage.commit([append(name, 0, bytes(1))], 'strict'), name).rejects.toMatchObject({ code: 'io' });
    await storage.close();
  });
});

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}
