import { noSuchFile, sizeConflict } from '../../environment/storage-refusals.js';
import { freeBytes } from '../../protocol/free-bytes.js';
import { chunkLength, seal, type Chunk } from './chunk-layout.js';
import { ChunkedFile, type ChunkExtent } from './chunked-file.js';
import { chunkKeys, type StoreName } from './indexeddb-schema.js';
import type { PreparedWrite } from './prepared-writes.js';
import type { StoredState } from './store-opening.js';
import type { FolderChange, FolderEntry } from './stored-folders.js';
import { checksumBytes, fileRow, garbageRow } from './stored-rows.js';

/** A file as a commit leaves it: the first `kept` chunks of `base`, what is left of the one after them if it was cut, and others. */
interface StagedFile {
  readonly base: ChunkedFile;
  kept: number;
  cut: ChunkExtent | undefined;
  readonly added: Chunk[];
  size: number;
  modifiedAt: number;
  /** The lowest position to which it was cut. */
  cutTo: number;
}

/** What one commit does, to the database and then to the picture of it that is kept in memory. Throws a `StorageError` if the writes do not fit. */
export class StagedCommit {
  private readonly staged = new Map<string, StagedFile | undefined>();
  private readonly blobs = new Map<string, Uint8Array | undefined>();
  private readonly discarded: ChunkedFile[] = [];
  private readonly folders: FolderChange;

  constructor(
    private readonly state: StoredState,
    writes: readonly PreparedWrite[],
    private readonly newId: () => number,
  ) {
    for (const write of writes) this.stage(write);
    this.folders = this.folderChange();
  }

  /** Reads what is left of chunks that were cut: they are written anew, for a chunk counts as a whole or not at all. Then all chunks get their checksums. */
  async prepare(read: (file: ChunkedFile, from: number, to: number) => Promise<Uint8Array>): Promise<void> {
    for (const file of this.staged.values()) {
      if (file === undefined) continue;
      if (file.cut !== undefined) {
        const { start, length } = file.cut;
        const value = new Uint8Array(length + checksumBytes);
        value.set(await read(file.base, start, start + length));
        file.added.unshift({ start, value });
        file.cut = undefined;
      }
      for (const chunk of file.added) seal(chunk, file.base.id);
    }
  }

  /** Whether a large value is among the writes. */
  get hasLargeValue(): boolean {
    const isLarge = (value: Uint8Array | undefined): boolean => (value?.length ?? 0) >= largeFrom;
    if ([...this.blobs.values()].some(isLarge)) return true;
    return [...this.staged.values()].some((file) => file?.added.some(({ value }) => isLarge(value)));
  }

  /** How many bytes more the store holds afterwards. The chunks of files that go are still there. */
  get growth(): number {
    let bytes = 0;
    for (const file of this.staged.values()) {
      if (file === undefined) continue;
      for (const chunk of file.added) bytes += chunkLength(chunk);
      bytes += (file.cut?.length ?? 0) - file.base.size + (file.base.starts[file.kept] ?? file.base.size);
    }
    for (const [name, value] of this.blobs) bytes += (value?.length ?? 0) - (this.state.blobs.get(name) ?? 0);
    return bytes;
  }

  /** The stores that its requests touch. */
  get stores(): readonly StoreName[] {
    const stores: StoreName[] = [];
    if (this.staged.size > 0) stores.push('files', 'chunks');
    if (this.blobs.size > 0) stores.push('blobs');
    if (this.discarded.length > 0) stores.push('garbage');
    if (this.folders.rows.length > 0) stores.push('folders');
    return stores;
  }

  /** Makes all requests of the commit. */
  request(transaction: IDBTransaction): void {
    for (const [name, file] of this.staged) {
      const files = transaction.objectStore('files');
      if (file === undefined) {
        files.delete(name);
        continue;
      }
      const chunks = transaction.objectStore('chunks');
      const { base, added, size, modifiedAt, cutTo } = file;
      if (cutTo < base.size) chunks.delete(chunkKeys(base.id, cutTo));
      for (const { start, value } of added) chunks.put(value, [base.id, start]);
      files.put(fileRow(name, { id: base.id, size, modifiedAt }), name);
    }
    for (const [name, value] of this.blobs)
      if (value === undefined) transaction.objectStore('blobs').delete(name);
      else transaction.objectStore('blobs').put(value, name);
    for (const { id } of this.discarded) transaction.objectStore('garbage').put(garbageRow(id), id);
    for (const [name, row] of this.folders.rows)
      if (row === undefined) transaction.objectStore('folders').delete(name);
      else transaction.objectStore('folders').put(row, name);
  }

  /** Gives back the memory of what was written: the transaction is complete, and the browser has its copy. */
  free(): void {
    for (const file of this.staged.values()) for (const { value } of file?.added ?? []) freeBytes(value);
    for (const value of this.blobs.values()) if (value !== undefined) freeBytes(value);
  }

  /** The transaction is complete: the state becomes what the commit made of it. Answers the files whose chunks are garbage now. */
  adopt(): readonly ChunkedFile[] {
    const { files, blobs } = this.state;
    for (const [name, staged] of this.staged) {
      if (staged === undefined) {
        files.delete(name);
        continue;
      }
      const { base, kept, added, size, modifiedAt, cutTo } = staged;
      if (cutTo < base.size) base.revision++;
      base.starts.length = kept;
      for (const { start } of added) base.starts.push(start);
      base.size = size;
      base.modifiedAt = modifiedAt;
      files.set(name, base);
    }
    for (const [name, value] of this.blobs)
      if (value === undefined) blobs.delete(name);
      else blobs.set(name, value.length);
    this.folders.adopt();
    return this.discarded;
  }

  /** The names of the files that are there afterwards and have changed. */
  get touched(): readonly string[] {
    return [...this.staged].flatMap(([name, file]) => (file === undefined ? [] : [name]));
  }

  private stage(write: PreparedWrite): void {
    switch (write.kind) {
      case 'append':
        return this.append(write.file, write);
      case 'replace':
        this.discard(write.file);
        return this.append(write.file, write);
      case 'truncate':
        return this.truncate(write.file, write.size, write.modifiedAt);
      case 'delete':
        return this.discard(write.file);
      case 'put-blob':
        this.state.folders.check(write.name);
        this.blobs.set(write.name, write.value);
        return;
      case 'delete-blob':
        this.blobs.set(write.name, undefined);
    }
  }

  private append(name: string, write: PreparedWrite & { readonly kind: 'append' | 'replace' }): void {
    this.state.folders.check(name);
    const file = this.current(name) ?? stagedOf(new ChunkedFile(this.newId(), 0, write.modifiedAt));
    file.base.checkWhole(name);
    if (file.size !== write.position) throw sizeConflict(name, file.size, write.position);
    this.staged.set(name, file);
    file.added.push(...write.chunks);
    file.size += write.size;
    file.modifiedAt = write.modifiedAt;
  }

  private truncate(name: string, size: number, modifiedAt: number): void {
    this.state.folders.check(name);
    const file = this.current(name);
    if (file === undefined) throw noSuchFile(name, 'truncate');
    file.base.checkWhole(name);
    if (size > file.size) throw sizeConflict(name, file.size, size);
    this.staged.set(name, file);
    file.size = size;
    file.modifiedAt = modifiedAt;
    while ((file.added.at(-1)?.start ?? -1) >= size) file.added.pop();
    const last = file.added.at(-1);
    if (last !== undefined) {
      const kept = last.value.slice(0, size - last.start + checksumBytes);
      if (chunkLength(last) > size - last.start) file.added.splice(-1, 1, { start: last.start, value: kept });
      return;
    }
    const { base } = file;
    file.cutTo = Math.min(file.cutTo, size);
    // What an earlier write of this commit has cut may be cut again.
    const before = base.chunksBefore(size, file.cut === undefined ? file.kept : file.kept + 1);
    const start = base.starts[before - 1] ?? 0;
    const end = base.starts[before] ?? base.size;
    const isWithin = before > 0 && size < end;
    file.cut = isWithin ? { start, length: size - start } : undefined;
    file.kept = isWithin ? before - 1 : before;
  }

  private discard(name: string): void {
    const file = this.current(name);
    if (file === undefined) return;
    const { base } = file;
    // The chunks that this very commit would have added are never written. Of a file whose row was damaged nobody knows which chunks are its own.
    if (base.starts.length > 0)
      this.discarded.push(new ChunkedFile(base.id, base.size, base.modifiedAt, [...base.starts]));
    this.staged.set(name, undefined);
  }

  private current(name: string): StagedFile | undefined {
    if (this.staged.has(name)) return this.staged.get(name);
    const file = this.state.files.get(name);
    return file && stagedOf(file);
  }

  private folderChange(): FolderChange {
    const [added, removed, deleted]: [FolderEntry[], FolderEntry[], string[]] = [[], [], []];
    const note = (entry: FolderEntry, was: boolean, is: boolean): void => {
      if (is && !was) added.push(entry);
      if (was && !is) removed.push(entry);
      if (!is) deleted.push(entry.name);
    };
    for (const [name, file] of this.staged)
      note({ kind: 'file', name }, this.state.files.has(name), file !== undefined);
    for (const [name, value] of this.blobs)
      note({ kind: 'blob', name }, this.state.blobs.has(name), value !== undefined);
    return this.state.folders.change(added, removed, deleted);
  }
}

/** Values from here on are kept in files of their own by Chromium. */
const largeFrom = 64 * 1024;

function stagedOf(base: ChunkedFile): StagedFile {
  const { size, modifiedAt, starts } = base;
  return { base, kept: starts.length, cut: undefined, added: [], size, modifiedAt, cutTo: Infinity };
}
