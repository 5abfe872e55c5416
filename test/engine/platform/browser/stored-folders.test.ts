import { describe, expect, it } from 'vitest';
import { StoredFolders, type FolderEntry } from '../../../../src/engine/platform/browser/stored-folders.js';
import { folderRow, type FolderRow } from '../../../../src/engine/platform/browser/stored-rows.js';

const file = (name: string): FolderEntry => ({ kind: 'file', name });
const blob = (name: string): FolderEntry => ({ kind: 'blob', name });

/** The rows that adding these entries one by one leaves. */
function rowsFor(entries: readonly FolderEntry[]): Map<string, FolderRow> {
  const [folders, rows] = [new StoredFolders(), new Map<string, FolderRow>()];
  for (const entry of entries) {
    const change = folders.change([entry], []);
    for (const [name, row] of change.rows) if (row !== undefined) rows.set(name, row);
    change.adopt();
  }
  return rows;
}

const entries = [
  file('a-0/0.log'),
  file('a-0/7.log'),
  blob('a-0/0.log'),
  blob('a-0/checkpoint'),
  file('b-0/0.log'),
  blob('run'),
];

describe('StoredFolders', () => {
  it('trusts what is all there', () => {
    const folders = StoredFolders.found(entries, rowsFor(entries));
    for (const { name } of entries) folders.check(name);
    folders.check('c-0/anything');
  });

  it.each(entries.map((entry, index) => [`${entry.kind} ${entry.name}`, index]))(
    'misses %s, and only in its folder',
    (_, index) => {
      const { name } = entries[index] as FolderEntry;
      const folders = StoredFolders.found(
        entries.filter((__, at) => at !== index),
        rowsFor(entries),
      );
      const folderOf = (of: string) => of.slice(0, Math.max(0, of.lastIndexOf('/')));
      for (const entry of entries) {
        const check = () => folders.check(entry.name);
        if (folderOf(entry.name) === folderOf(name))
          expect(check).toThrow(expect.objectContaining({ code: 'corrupt' }));
        else check();
      }
    },
  );

  it('misses a row of its own that is gone, or has changed', () => {
    const rows = rowsFor(entries);
    const row = rows.get('a-0') as FolderRow;
    for (const other of [undefined, { ...row, entries: 3 }, { ...row, digest: 0 }, folderRow('b-0', row)]) {
      const damaged = new Map(rows);
      damaged.delete('a-0');
      if (other !== undefined) damaged.set('a-0', other);
      const folders = StoredFolders.found(entries, damaged);
      expect(() => folders.check('a-0/0.log')).toThrow('lost entries of a-0');
      folders.check('b-0/0.log');
    }
  });

  it('leaves the row of a damaged folder until nothing is left of it', () => {
    const left = entries.filter((_, at) => at !== 0);
    const folders = StoredFolders.found(left, rowsFor(entries));
    const first = folders.change([], [file('a-0/7.log')], ['a-0/7.log']);
    expect(first.rows).toEqual([]);
    first.adopt();
    expect(() => folders.check('a-0/7.log')).toThrow('lost entries');
    const last = folders.change([], [blob('a-0/0.log'), blob('a-0/checkpoint')], ['a-0/0.log', 'a-0/checkpoint']);
    expect(last.rows).toEqual([['a-0', undefined]]);
    last.adopt();
    folders.check('a-0/0.log');
  });

  it('forgets a folder that has a row and nothing else once one of its names is deleted', () => {
    const folders = StoredFolders.found([], rowsFor([file('a-0/0.log')]));
    expect(() => folders.check('a-0/0.log')).toThrow('lost entries');
    const change = folders.change([], [], ['a-0/checkpoint']);
    expect(change.rows).toEqual([['a-0', undefined]]);
    change.adopt();
    folders.check('a-0/0.log');
  });
});
