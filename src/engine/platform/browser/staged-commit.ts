import { StorageError, type StorageWrite } from '../../environment/storage.js';
import { cutIntoChunks, type Chunk } from './chunk-layout.js';
import { ChunkedFile } from './chunked-file.js';
import { chunkKeys, type FileRow } from './indexeddb-schema.js';

/** A write as it goes into the database: its bytes are copies, cut into chunks. Appends that follow each other have become one. */
export type PreparedWrite =
  | {
      readonly kind: 'append' | 'replace';
      readonly file: string;
      readonly position: number;
      readonly size: number;
      readonly modifiedAt: number;
      readonly chunks: readonly Chunk[];
    }
  | Exclude<StorageWrite, { kind: 'append' | 'replace' }>;

/** Copies everything at once; what the caller does to its bytes afterwards changes nothing. */
export function prepareWrites(writes: readonly StorageWrite[]): PreparedWrite[] {
  const prepared: (PreparedWrite | AppendRun)[] = [];
  const runs = new Map<string, AppendRun>();
  for (const write of writes) {
    if (write.kind === 'append') {
      const run = runs.get(write.file);
      if (run !== undefined && run.position + run.size === write.position) {
        run.add(write.bytes, write.modifiedAt);
        continue;
      }
      const begun = new AppendRun(write.file, write.position, write.modifiedAt);
      begun.add(write.bytes, write.modifiedAt);
      runs.set(write.file, begun);
      prepared.push(begun);
      continue;
    }
    if ('file' in write) runs.delete(write.file);
    if (write.kind === 'replace') {
      const { file, modifiedAt, bytes } = write;
      const chunks = cutIntoChunks([bytes], 0);
      prepared.push({ kind: 'replace', file, position: 0, size: bytes.length, modifiedAt, chunks });
    } else prepared.push(write.kind === 'put-blob' ? { ...write, bytes: write.bytes.slice() } : write);
  }
  return prepared.map((write) => (write instanceof AppendRun ? write.prepared() : write));
}

class AppendRun {
  size = 0;
  private readonly parts: Uint8Array[] = [];

  constructor(
    readonly file: string,
    readonly position: number,
    private modifiedAt: number,
  ) {}

  add(bytes: Uint8Array, modifiedAt: number): void {
    if (bytes.length > 0) this.parts.push(bytes);
    this.size += bytes.length;
    this.modifiedAt = modifiedAt;
  }

  prepared(): PreparedWrite {
    const { file, position, size, modifiedAt } = this;
    return { kind: 'append', file, position, size, modifiedAt, chunks: cutIntoChunks(this.parts, position) };
  }
}

/** A file as a commit leaves it: the first `kept` chunks of `base`, and others. */
interface StagedFile {
  readonly base: ChunkedFile;
  kept: number;
  readonly added: number[];
  size: number;
  modifiedAt: number;
  isCut: boolean;
}

/** What one commit does, to the database and then to the picture of the files that is kept in memory. Throws a `StorageError` if the writes do not fit. */
export class StagedCommit {
  private readonly staged = new Map<string, StagedFile | undefined>();
  private readonly operations: ((transaction: IDBTransaction) => void)[] = [];
  private readonly discarded: ChunkedFile[] = [];
  /** Whether a large chunk is among the writes. */
  hasLargeChunk = false;

  constructor(
    private readonly files: ReadonlyMap<string, ChunkedFile>,
    writes: readonly PreparedWrite[],
    private readonly newId: () => number,
  ) {
    for (const write of writes) this.stage(write);
  }

  /** Makes all requests of the commit. */
  request(transaction: IDBTransaction): void {
    for (const operation of this.operations) operation(transaction);
    const rows = transaction.objectStore('files');
    for (const [name, file] of this.staged) {
      if (file === undefined) rows.delete(name);
      else rows.put({ id: file.base.id, size: file.size, modifiedAt: file.modifiedAt } satisfies FileRow, name);
    }
    const garbage = transaction.objectStore('garbage');
    for (const { id } of this.discarded) garbage.put(true, id);
  }

  /** The transaction is complete: `files` become what the commit made of them. Answers the files whose chunks are garbage now. */
  adopt(files: Map<string, ChunkedFile>): readonly ChunkedFile[] {
    for (const [name, staged] of this.staged) {
      if (staged === undefined) {
        files.delete(name);
        continue;
      }
      const { base, kept, added, size, modifiedAt, isCut } = staged;
      base.starts.length = kept;
      for (const start of added) base.starts.push(start);
      base.size = size;
      base.modifiedAt = modifiedAt;
      if (isCut) base.revision++;
      files.set(name, base);
    }
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
        this.operations.push((transaction) => transaction.objectStore('blobs').put(write.bytes, write.name));
        return;
      case 'delete-blob':
        this.operations.push((transaction) => transaction.objectStore('blobs').delete(write.name));
    }
  }

  private append(name: string, write: PreparedWrite & { readonly kind: 'append' | 'replace' }): void {
    const file = this.current(name) ?? stagedOf(new ChunkedFile(this.newId(), 0, write.modifiedAt));
    if (file.size !== write.position) throw sizeConflict(name, file.size, write.position);
    this.staged.set(name, file);
    for (const { start, bytes } of write.chunks) {
      file.added.push(start);
      if (bytes.length >= largeFrom) this.hasLargeChunk = true;
      this.operations.push((transaction) => transaction.objectStore('chunks').put(bytes, [file.base.id, start]));
    }
    file.size += write.size;
    file.modifiedAt = write.modifiedAt;
  }

  private truncate(name: string, size: number, modifiedAt: number): void {
    const file = this.current(name);
    if (file === undefined) throw new StorageError('not-found', `There is no file ${name} to truncate.`);
    if (size > file.size) throw sizeConflict(name, file.size, size);
    this.staged.set(name, file);
    while ((file.added.at(-1) ?? -1) >= size) file.added.pop();
    file.kept = file.base.chunksBefore(size, file.kept);
    const range = chunkKeys(file.base.id, size);
    this.operations.push((transaction) => transaction.objectStore('chunks').delete(range));
    file.size = size;
    file.modifiedAt = modifiedAt;
    file.isCut = true;
  }

  private discard(name: string): void {
    const file = this.current(name);
    if (file === undefined) return;
    // The chunks of this very commit are garbage as well: they will be there when it is complete.
    const starts = [...file.base.starts.slice(0, file.kept), ...file.added];
    this.discarded.push(new ChunkedFile(file.base.id, file.size, file.modifiedAt, starts));
    this.staged.set(name, undefined);
  }

  private current(name: string): StagedFile | undefined {
    if (this.staged.has(name)) return this.staged.get(name);
    const file = this.files.get(name);
    return file && stagedOf(file);
  }
}

/** Values from here on are kept in files of their own by Chromium. */
const largeFrom = 64 * 1024;

function stagedOf(base: ChunkedFile): StagedFile {
  const { size, modifiedAt } = base;
  return { base, kept: base.starts.length, added: [], size, modifiedAt, isCut: false };
}

function sizeConflict(file: string, found: number, expected: number): StorageError {
  return new StorageError(
    'conflict',
    `${file} has ${found} bytes, but the write expects ${expected}. Read its size again before writing.`,
  );
}
