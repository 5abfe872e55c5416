import { freeBytes } from '../../protocol/free-bytes.js';
import { DamagedChunk } from './chunk-reader.js';
import type { ChunkedFile, ChunkExtent } from './chunked-file.js';
import type { WriteRequest } from './fences.js';
import { chunkKeys } from './indexeddb-schema.js';
import { checksumBytes, sealChunk } from './stored-rows.js';

/** What housekeeping needs of its storage. */
export interface HousekeptStorage {
  inTurn(task: () => Promise<void>): Promise<void>;
  write(request: WriteRequest): Promise<void>;
  /** A transaction that only deletes, of what nothing refers to any more. */
  erase(request: (transaction: IDBTransaction) => void): Promise<void>;
  read(file: ChunkedFile, from: number, to: number): Promise<Uint8Array>;
  /** So many bytes have gone. */
  freed(bytes: number): void;
  /** Whether somebody waits for the space of what is gone. */
  isPressed(): boolean;
  /** Makes the reserve whole, if there is one to be made whole and space for it. */
  refill(): Promise<void>;
}

/** How long nothing is done after a commit, in milliseconds: the next one may be waiting for it. */
const restMs = 50;

/** How long at most, where one commit follows the other without a rest. */
const longestRestMs = 5000;

/** How many chunks are deleted in one transaction: deleting is slow, and appends wait for it. */
const deletedAtOnce = 16;

/** What is done between commits, a small step at a time: small chunks at the end of a file become a large one, and chunks of files that are gone are deleted. */
export class Housekeeping {
  private readonly garbage: ChunkedFile[] = [];
  private readonly grownFiles = new Set<ChunkedFile>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;
  /** Since when there is something to be done and nothing has been. */
  private idleSince: number | undefined;

  constructor(private readonly storage: HousekeptStorage) {}

  /** A file may have a tail of small chunks. */
  grown(file: ChunkedFile): void {
    this.grownFiles.add(file);
    this.schedule();
  }

  /** These files are gone; their chunks are not yet. */
  discard(files: readonly ChunkedFile[]): void {
    for (const file of files) {
      this.garbage.push(file);
      for (const grown of this.grownFiles) if (grown.id === file.id) this.grownFiles.delete(grown);
      this.schedule();
    }
  }

  /** A commit begins, however long it may take: nothing is done right behind it. */
  pause(): void {
    if (this.delay() > 0) clearTimeout(this.timer);
  }

  /** The commit is through. */
  resume(): void {
    if (this.hasWork) this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.idleSince ??= performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.idleSince = undefined;
      // A step that fails has changed nothing. It is tried again after the next commit, which tells whoever waits for it what is wrong.
      this.storage.inTurn(() => this.step()).catch(() => undefined);
    }, this.delay());
  }

  private delay(): number {
    const isDue = performance.now() - (this.idleSince ?? Infinity) > longestRestMs;
    return isDue || this.storage.isPressed() ? 0 : restMs;
  }

  private get hasWork(): boolean {
    return this.garbage.length > 0 || this.grownFiles.size > 0;
  }

  private async step(): Promise<void> {
    if (this.isStopped) return;
    const gone = this.garbage[0];
    if (gone !== undefined) await this.deleteSome(gone);
    else {
      await this.storage.refill();
      await this.joinTail();
    }
    if (this.hasWork) this.schedule();
  }

  private async deleteSome(file: ChunkedFile): Promise<void> {
    const starts = file.starts.slice(-deletedAtOnce);
    const isLast = starts.length === file.starts.length;
    await this.storage.erase((transaction) => {
      const chunks = transaction.objectStore('chunks');
      for (const start of starts) chunks.delete([file.id, start]);
      if (isLast) transaction.objectStore('garbage').delete(file.id);
    });
    const end = starts[0] ?? 0;
    this.storage.freed(file.size - end);
    file.size = end;
    file.starts.length -= starts.length;
    if (isLast) this.garbage.splice(this.garbage.indexOf(file), 1);
  }

  private async joinTail(): Promise<void> {
    const [file] = this.grownFiles;
    if (file === undefined) return;
    const tail = file.smallTail();
    const joined = tail && (await this.joined(file, tail));
    if (tail === undefined || joined === undefined) {
      this.grownFiles.delete(file);
      return;
    }
    // Strict, for what it replaces may have been: see where the storage commits large chunks.
    const request = (transaction: IDBTransaction): void => {
      const chunks = transaction.objectStore('chunks');
      chunks.delete(chunkKeys(file.id, tail.start, tail.start + tail.length));
      chunks.put(joined, [file.id, tail.start]);
    };
    await this.storage.write({ durability: 'strict', stores: ['chunks'], request });
    freeBytes(joined);
    file.join(tail);
  }

  /** The chunks of `tail` as one; undefined if one of them is damaged: then all are left as they are. */
  private async joined(file: ChunkedFile, { start, length }: ChunkExtent): Promise<Uint8Array | undefined> {
    try {
      const value = new Uint8Array(length + checksumBytes);
      value.set(await this.storage.read(file, start, start + length));
      sealChunk(value, file.id, start);
      return value;
    } catch (error) {
      if (error instanceof DamagedChunk) return undefined;
      throw error;
    }
  }
}
