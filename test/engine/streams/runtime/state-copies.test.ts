import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../../src/engine/environment/storage.js';
import { FileStorage } from '../../../../src/engine/platform/node/file-storage.js';
import { VirtualClock } from '../../../../src/engine/streams/driver/virtual-clock.js';
import { StateCopies } from '../../../../src/engine/streams/runtime/state-copies.js';
import type { ChangelogRecord } from '../../../../src/engine/streams/state/state-store.js';

const utf8 = new TextEncoder();

function change(
  key: string,
  value: string | null,
  timestamp = 1,
  headers: ChangelogRecord['headers'] = [],
): ChangelogRecord {
  return { key: utf8.encode(key), value: value === null ? null : utf8.encode(value), timestamp, headers };
}

const told = (records: readonly ChangelogRecord[] | undefined) =>
  records?.map(({ key, value }) => `${new TextDecoder().decode(key)}=${new TextDecoder().decode(value ?? undefined)}`);

const open = (storage: Storage) => new StateCopies(storage, new VirtualClock(0), 'app');

const places: Readonly<Record<string, () => Promise<Storage>>> = {
  memory: () => Promise.resolve(new MemoryStorage()),
  files: () => {
    const directory = mkdtempSync(join(tmpdir(), 'partita-state-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return FileStorage.open({ directory });
  },
};

describe.each(Object.entries(places))('Copies of the state in %s', (_name, place) => {
  it('have the last of each key, and where in the changelog they end', async () => {
    const storage = await place();
    const copies = open(storage);
    expect(await copies.load('0_1', 'counts')).toBeNull();
    copies.add('0_1', 'counts', [change('a', '1'), change('b', '1')], 2);
    await copies.checkpoint(['0_1']);
    copies.add(
      '0_1',
      'counts',
      [
        change('a', '2', 7, [
          ['h', utf8.encode('x')],
          ['none', null],
        ]),
      ],
      3,
    );
    copies.add('0_1', 'counts', [change('b', null)], 4);
    await copies.checkpoint(['0_1']);
    const copy = await open(storage).load('0_1', 'counts');
    expect(copy).toEqual({
      records: [
        change('a', '2', 7, [
          ['h', utf8.encode('x')],
          ['none', null],
        ]),
      ],
      nextOffset: 4,
    });
    await storage.close();
  });

  it('know nothing of what was noted and not kept', async () => {
    const storage = await place();
    const copies = open(storage);
    copies.add('0_1', 'counts', [change('a', '1')], 1);
    copies.add('0_2', 'counts', [change('b', '1')], 1);
    await copies.checkpoint(['0_1']);
    const again = open(storage);
    expect(told((await again.load('0_1', 'counts'))?.records)).toEqual(['a=1']);
    expect(await again.load('0_2', 'counts')).toBeNull();
    await storage.close();
  });

  it('forget one store, or all of the application and nothing else', async () => {
    const storage = await place();
    const copies = open(storage);
    for (const [task, store] of [
      ['0_1', 'one'],
      ['0_1', 'two'],
      ['1_0', 'three'],
    ] as const)
      copies.add(task, store, [change('a', '1')], 1);
    await copies.checkpoint(['0_1', '1_0']);
    const other = new StateCopies(storage, new VirtualClock(0), 'app-2');
    other.add('0_0', 'four', [change('a', '1')], 1);
    await other.checkpoint(['0_0']);
    await copies.drop('0_1', 'one');
    const again = open(storage);
    expect(await again.load('0_1', 'one')).toBeNull();
    expect(await again.load('0_1', 'two')).not.toBeNull();
    await again.clear();
    expect(await open(storage).load('1_0', 'three')).toBeNull();
    expect(await new StateCopies(storage, new VirtualClock(0), 'app-2').load('0_0', 'four')).not.toBeNull();
    await storage.close();
  });

  it('are written anew when they have grown to twice what they were', async () => {
    const storage = await place();
    const copies = open(storage);
    const large = 'x'.repeat(300_000);
    for (let turn = 1; turn <= 12; turn += 1) {
      copies.add('0_0', 'large', [change('a', `${large}${turn}`)], turn);
      await copies.checkpoint(['0_0']);
    }
    const [file] = await storage.files();
    expect(file?.size).toBeLessThan(1_300_000);
    expect(told((await open(storage).load('0_0', 'large'))?.records)?.map((text) => text.slice(-3))).toEqual(['x12']);
    await storage.close();
  });
});

describe('A copy of a versioned store', () => {
  const versioned = new Map([['history', 50]]);

  it('has every version of the history, deletions too, and the one before it', async () => {
    const storage = new MemoryStorage();
    const copies = new StateCopies(storage, new VirtualClock(0), 'app', versioned);
    const changes = [
      change('a', '1', 10),
      change('a', '2', 30),
      change('b', '1', 20),
      change('a', null, 100),
      // Late: it does not undo the deletion.
      change('a', '3', 60),
      change('a', '4', 60),
    ];
    copies.add('0_0', 'history', changes, 6);
    await copies.checkpoint(['0_0']);
    const copy = await new StateCopies(storage, new VirtualClock(0), 'app', versioned).load('0_0', 'history');
    expect(copy?.records).toEqual([
      change('a', '2', 30),
      change('b', '1', 20),
      change('a', null, 100),
      change('a', '4', 60),
    ]);
  });

  it('is written anew with its history', async () => {
    const storage = new MemoryStorage();
    const copies = new StateCopies(storage, new VirtualClock(0), 'app', versioned);
    const large = 'x'.repeat(300_000);
    for (let turn = 1; turn <= 12; turn += 1) {
      copies.add('0_0', 'history', [change('a', `${large}${turn}`, turn * 40)], turn);
      await copies.checkpoint(['0_0']);
    }
    const [file] = await storage.files();
    expect(file?.size).toBeLessThan(2_500_000);
    const copy = await new StateCopies(storage, new VirtualClock(0), 'app', versioned).load('0_0', 'history');
    expect(copy?.records.map(({ timestamp }) => timestamp)).toEqual([400, 440, 480]);
  });
});

describe('A copy that is damaged', () => {
  it('counts for nothing: the changelog is read', async () => {
    const storage = new MemoryStorage();
    const copies = open(storage);
    copies.add('0_0', 's', [change('a', '1'), change('b', '2')], 2);
    await copies.checkpoint(['0_0']);
    const [file] = await storage.files();
    await storage.commit([{ kind: 'truncate', file: file?.name ?? '', size: 30, modifiedAt: 0 }], 'relaxed');
    expect(await open(storage).load('0_0', 's')).toBeNull();
    expect(await storage.files()).toEqual([]);
  });
});
