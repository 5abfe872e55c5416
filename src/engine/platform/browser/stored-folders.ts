import { StorageError } from '../../environment/storage.js';
import { entryDigest, folderOf, folderRow, soundFolderRow, type FolderRow } from './stored-rows.js';

/** A file or blob as something that is in a folder. */
export interface FolderEntry {
  readonly kind: 'file' | 'blob';
  readonly name: string;
}

/** What a commit changes in folders. */
export interface FolderChange {
  /** The rows to put, or (undefined) to delete, by folder. */
  readonly rows: readonly (readonly [string, FolderRow | undefined])[];
  /** The change has been stored. */
  adopt(): void;
}

interface Folder {
  readonly entries: number;
  readonly digest: number;
  /** Its row says something else: entries are missing, or there is no row. */
  readonly isDamaged: boolean;
}

const noEntries: Folder = { entries: 0, digest: 0, isDamaged: false };

/**
 * Which files and blobs there are, by folder, and whether those are all. A row that is gone from the database leaves no trace of its own; it is missed because each folder
 * has a row that changes whenever an entry comes or goes. Nobody can say what is missing, so a folder that is damaged is given up as a whole, and every other one is left
 * in peace.
 */
export class StoredFolders {
  private readonly folders = new Map<string, Folder>();

  /** What is there, and what the rows say of it. */
  static found(entries: readonly FolderEntry[], rows: ReadonlyMap<string, FolderRow>): StoredFolders {
    const found = new StoredFolders();
    found.change(entries, []).adopt();
    for (const folder of new Set([...found.folders.keys(), ...rows.keys()])) {
      const { entries: count, digest } = found.folders.get(folder) ?? noEntries;
      const row = soundFolderRow(folder, rows.get(folder));
      const isDamaged = row?.entries !== count || row.digest !== digest;
      found.folders.set(folder, { entries: count, digest, isDamaged });
    }
    return found;
  }

  /** Throws `corrupt` if something is missing from the folder of that file or blob. */
  check(name: string): void {
    const folder = folderOf(name);
    if (this.folders.get(folder)?.isDamaged !== true) return;
    throw new StorageError(
      'corrupt',
      `${name} cannot be trusted: the browser has lost entries of ${folder === '' ? 'its folder' : folder}, and nobody knows which.`,
    );
  }

  /**
   * What becomes of the rows if these entries come, which were not there, and those go, which were; `deleted` are names that shall not be there, whether they were or
   * not. Nothing changes before it is adopted.
   */
  change(
    added: readonly FolderEntry[],
    removed: readonly FolderEntry[],
    deleted: readonly string[] = [],
  ): FolderChange {
    const changed = new Map<string, Folder>();
    const count = ({ kind, name }: FolderEntry, step: 1 | -1): void => {
      const folder = folderOf(name);
      const { entries, digest, isDamaged } = changed.get(folder) ?? this.folders.get(folder) ?? noEntries;
      changed.set(folder, { entries: entries + step, digest: (digest ^ entryDigest(kind, name)) >>> 0, isDamaged });
    };
    for (const entry of added) count(entry, 1);
    for (const entry of removed) count(entry, -1);
    // A damaged folder of which nothing is left is gone once somebody says so.
    for (const folder of deleted.map(folderOf)) {
      const known = this.folders.get(folder);
      if (known !== undefined && !changed.has(folder)) changed.set(folder, known);
    }
    // The row of a damaged folder stays until nothing is left of the folder: it is what tells of the damage.
    const rows = [...changed].flatMap(([name, folder]): [string, FolderRow | undefined][] => {
      if (folder.entries === 0) return [[name, undefined]];
      return folder.isDamaged || folder === this.folders.get(name) ? [] : [[name, folderRow(name, folder)]];
    });
    return {
      rows,
      adopt: () => {
        for (const [name, folder] of changed)
          if (folder.entries === 0) this.folders.delete(name);
          else this.folders.set(name, folder);
      },
    };
  }
}
