import {
  StorageError,
  copiedWrites,
  isInFolder,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredContents,
  type StoredFile,
  type WriteNeed,
} from './storage.js';
import { noSuchFile, sizeConflict, storageClosed, storageFenced } from './storage-refusals.js';

/** Beyond the limit, for deletions and what they need. */
const reserveBytes = 8 * 1024 * 1024;

/** Pieces of a file grow up to this. What is not written yet of one takes no memory. */
const largestPiece = 8 * 1024 * 1024;

/** Each piece has so many times the bytes before it. */
const growth = 4;
/** A read may end early to save a copy, but brings at least this part of what was asked for: each costs a round trip. */
const worthwhilePart = 4;

/** A file in memory that grows without being copied. */
class HeapFile {
  private pieces: Uint8Array[] = [];
  /** Where each piece begins. */
  private starts: number[] = [];
  size = 0;

  constructor(public modifiedAt: number) {}

  /** What is appended together lies in one piece if it can, so that it is read without being copied. */
  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const at = this.size - (this.starts.at(-1) ?? 0);
      const last = this.pieces.at(-1);
      const room = last === undefined ? 0 : last.length - at;
      const isWelcome = rest.length <= room || (rest.length > largestPiece && room > 0);
      if (last === undefined || !isWelcome) {
        this.starts.push(this.size);
        this.pieces.push(new Uint8Array(Math.min(largestPiece, Math.max(rest.length, 1024, this.size * growth))));
        continue;
      }
      const taken = rest.subarray(0, room);
      last.set(taken, at);
      this.size += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  truncate(size: number): void {
    this.size = size;
    while ((this.starts.at(-1) ?? -1) >= size) {
      this.starts.pop();
      this.pieces.pop();
    }
    // What was read of it stays as it was, whatever is appended.
    const last = this.pieces.at(-1);
    if (last !== undefined) this.pieces[this.pieces.length - 1] = last.slice();
  }

  /** The bytes as they lie there if they are in one piece, else a copy. Bytes that are in a file never change. */
  view(position: number, length: number): Uint8Array {
    return this.viewAtLeast(position, length, length);
  }

  /** As `view`, but fewer bytes, and at least `least`, if that saves a copy and they are not much fewer. */
  viewAtLeast(position: number, least: number, most: number): Uint8Array {
    const end = Math.min(position + most, this.size);
    const piece = this.pieceAt(position);
    const [start, bytes] = [this.starts[piece], this.pieces[piece]];
    if (start === undefined || bytes === undefined) return this.read(position, most);
    const pieceEnd = this.endOf(piece);
    if (end > pieceEnd && pieceEnd - position < Math.max(least, most / worthwhilePart))
      return this.read(position, most);
    return bytes.subarray(position - start, Math.max(position, Math.min(end, pieceEnd)) - start);
  }

  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    let piece = this.pieceAt(position);
    for (let filled = 0; filled < bytes.length; piece++) {
      const start = this.starts[piece] as number;
      const from = position + filled - start;
      const to = Math.min(from + bytes.length - filled, this.endOf(piece) - start);
      bytes.set((this.pieces[piece] as Uint8Array).subarray(from, to), filled);
      filled += to - from;
    }
    return bytes;
  }

  /** Behind it a piece may have room that is not used. */
  private endOf(piece: number): number {
    return this.starts[piece + 1] ?? this.size;
  }

  private pieceAt(position: number): number {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] as number) <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** What a `HeapStorage` keeps, and who may write it: the newest opener. */
export class HeapDisk {
  readonly files = new Map<string, HeapFile>();
  readonly blobs = new Map<string, Uint8Array>();
  usedBytes = 0;
  openers = 0;

  /** Commits beyond `limitBytes` are refused as `full`. */
  constructor(readonly limitBytes = Infinity) {}
}

/** Storage for much data in memory: nothing outlives the process, nothing is copied twice, and there is a limit. Tests of crashes take `MemoryStorage`. */
export class HeapStorage implements Storage {
  readonly keepsRecent = true;
  private readonly opener: number;
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  /** `sharesReads`: what is read may be the stored bytes themselves, for those who change and transfer nothing. */
  constructor(
    private readonly disk: HeapDisk = new HeapDisk(),
    private readonly sharesReads = false,
  ) {
    this.opener = ++disk.openers;
  }

  /** How much is kept. */
  get usedBytes(): number {
    return this.disk.usedBytes;
  }

  async files(): Promise<readonly StoredFile[]> {
    this.checkOpen();
    const files = [...this.disk.files].map(([name, { size, modifiedAt }]) => ({ name, size, modifiedAt }));
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async contents(folder?: string): Promise<StoredContents> {
    const files = (await this.files()).filter(({ name }) => isInFolder(name, folder));
    return { files, blobs: [...this.disk.blobs.keys()].filter((name) => isInFolder(name, folder)).sort() };
  }

  async read(file: string, position: number, length: number): Promise<Uint8Array> {
    this.checkOpen();
    const found = this.fileOf(file);
    return this.sharesReads ? found.view(position, length) : found.read(position, length);
  }

  async readPiece(file: string, position: number, least: number, most: number): Promise<Uint8Array> {
    if (!this.sharesReads) return this.read(file, position, most);
    this.checkOpen();
    return this.fileOf(file).viewAtLeast(position, least, most);
  }

  async readBlob(name: string): Promise<Uint8Array | undefined> {
    this.checkOpen();
    return this.disk.blobs.get(name)?.slice();
  }

  async commit(writes: readonly StorageWrite[], _durability: Durability, need: WriteNeed = 'ordinary'): Promise<void> {
    this.checkOpen();
    const copied = copiedWrites(writes);
    const committed = this.turn.then(() => this.carryOut(copied, need));
    this.turn = committed.catch(() => undefined);
    return committed;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.turn;
  }

  private carryOut(writes: readonly StorageWrite[], need: WriteNeed): void {
    if (this.opener !== this.disk.openers) throw storageFenced();
    const growth = this.checked(writes);
    const { limitBytes, usedBytes } = this.disk;
    const most = need === 'essential' ? limitBytes + reserveBytes : limitBytes;
    if (growth > 0 && usedBytes + growth > most)
      throw new StorageError(
        'full',
        `${usedBytes} of ${limitBytes} bytes of memory are used, and ${growth} more were to be kept. Raise the limit, lower the retention, or keep the logs in files.`,
      );
    for (const write of writes) this.apply(write);
    this.disk.usedBytes += growth;
  }

  /** Refuses writes that do not fit; answers by how many bytes the others grow what is kept. */
  private checked(writes: readonly StorageWrite[]): number {
    const { files, blobs } = this.disk;
    const fileSizes = new Map<string, number | undefined>();
    const blobSizes = new Map<string, number>();
    let growth = 0;
    for (const write of writes) {
      if (write.kind === 'put-blob' || write.kind === 'delete-blob') {
        const size = blobSizes.get(write.name) ?? blobs.get(write.name)?.length ?? 0;
        const after = write.kind === 'put-blob' ? write.bytes.length : 0;
        blobSizes.set(write.name, after);
        growth += after - size;
      } else {
        const size = fileSizes.has(write.file) ? fileSizes.get(write.file) : files.get(write.file)?.size;
        const after = sizeAfter(write, size);
        fileSizes.set(write.file, after);
        growth += (after ?? 0) - (size ?? 0);
      }
    }
    return growth;
  }

  private apply(write: StorageWrite): void {
    const { files, blobs } = this.disk;
    switch (write.kind) {
      case 'append': {
        let file = files.get(write.file);
        if (file === undefined) files.set(write.file, (file = new HeapFile(write.modifiedAt)));
        file.append(write.bytes);
        file.modifiedAt = write.modifiedAt;
        return;
      }
      case 'truncate': {
        const file = files.get(write.file) as HeapFile;
        file.truncate(write.size);
        file.modifiedAt = write.modifiedAt;
        return;
      }
      case 'replace': {
        const file = new HeapFile(write.modifiedAt);
        file.append(write.bytes);
        files.set(write.file, file);
        return;
      }
      case 'delete':
        files.delete(write.file);
        return;
      case 'put-blob':
        blobs.set(write.name, write.bytes);
        return;
      case 'delete-blob':
        blobs.delete(write.name);
    }
  }

  private fileOf(name: string): HeapFile {
    const found = this.disk.files.get(name);
    if (found === undefined) throw noSuchFile(name, 'read');
    return found;
  }

  private checkOpen(): void {
    if (this.isClosed) throw storageClosed();
  }
}

/** The size of a file after a write; undefined: it is gone. */
function sizeAfter(
  write: Extract<StorageWrite, { readonly file: string }>,
  size: number | undefined,
): number | undefined {
  switch (write.kind) {
    case 'append':
      if ((size ?? 0) !== write.position) throw sizeConflict(write.file, size ?? 0, write.position);
      return write.position + write.bytes.length;
    case 'truncate':
      if (size === undefined) throw noSuchFile(write.file, 'truncate');
      if (write.size > size) throw sizeConflict(write.file, size, write.size);
      return write.size;
    case 'replace':
      return write.bytes.length;
    case 'delete':
      return undefined;
  }
}
