import type { Millis } from './environment.js';

/**
 * What the log needs of a disk: byte files that grow at the end, and small blobs. A file is named like Kafka's own
 * (`orders-0/00000000000000000000.log`); how an adapter cuts it into chunks is its secret.
 *
 * The promise: after `commit` has resolved its writes survive the end of the process, with `strict` durability the loss of power too.
 * After a crash each file holds a prefix of what was committed to it. Writes of one commit to several files may survive apart; nothing relies on more.
 */
export interface Storage {
  /** Whether what was written lately is read without a disk: then nobody needs to keep it in memory once more. */
  readonly keepsRecent?: boolean;
  /** Every file there is, in the order of their names. Sizes are those of what is committed. */
  files(): Promise<readonly StoredFile[]>;
  /** What lies in a folder, that is whose name begins with `folder` and a slash; without one, everything. In the order of the names. */
  contents(folder?: string): Promise<StoredContents>;
  /** At most `length` bytes from `position`, fewer at the end of the file; always a copy. Rejects with `not-found` for a file that is not there. */
  read(file: string, position: number, length: number): Promise<Uint8Array>;
  /**
   * As `read`, but gives as many bytes as come without being copied, at least `least` (fewer only at the end of the file) and at most `most`: for readers that go on from where
   * they are. The caller's own all the same.
   */
  readPiece?(file: string, position: number, least: number, most: number): Promise<Uint8Array>;
  /** A blob as it was last put, or undefined. */
  readBlob(name: string): Promise<Uint8Array | undefined>;
  /**
   * Carries out the writes in order, all in one transaction, and resolves when it is complete. Bytes may be shared with the caller: they are
   * copied (exact length) before this returns control. Commits settle in the order in which they were begun.
   * Rejects with a `StorageError`; then none of these writes has happened. `need` is `ordinary` if absent.
   */
  commit(writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed): Promise<void>;
  /**
   * Tells of a list that will be given to `commit` when another commit has settled, or never: what needs no store may be done meanwhile. Its bytes are left as they are
   * until then.
   */
  prepare?(writes: readonly StorageWrite[]): void;
  /** Ends after what has been begun is settled; every later call rejects with `closed`. */
  close(): Promise<void>;
}

export interface StoredFile {
  readonly name: string;
  readonly size: number;
  /** Set by the writes, not by the disk: the retention of records without timestamps reads it. */
  readonly modifiedAt: Millis;
}

export interface StoredContents {
  readonly files: readonly StoredFile[];
  /** The names of the blobs. */
  readonly blobs: readonly string[];
}

/** `strict`: survives the loss of power. `relaxed`: survives the end of the process. */
export type Durability = 'strict' | 'relaxed';

/**
 * `ordinary`: the commit is refused with `full` when a budget is used up. `essential`: deletions, and what little must be written so that they can happen and work goes
 * on; a storage may keep a reserve for it.
 */
export type WriteNeed = 'ordinary' | 'essential';

export type StorageWrite =
  /** Adds to the end; `position` is the size that the file must have now (0 creates it), or the commit fails with `conflict`. */
  | {
      readonly kind: 'append';
      readonly file: string;
      readonly position: number;
      readonly bytes: Uint8Array;
      readonly modifiedAt: Millis;
    }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number; readonly modifiedAt: Millis }
  /** Creates the file or gives it these contents instead of its own. */
  | { readonly kind: 'replace'; readonly file: string; readonly bytes: Uint8Array; readonly modifiedAt: Millis }
  | { readonly kind: 'delete'; readonly file: string }
  | { readonly kind: 'put-blob'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'delete-blob'; readonly name: string };

export type StorageErrorCode =
  /** Another opened this storage for writing after us; nothing of ours is written any more. */
  | 'fenced'
  /** Another process has it open, and lives. */
  | 'locked'
  | 'not-found'
  /** The caller's picture of a file is not what is stored. */
  | 'conflict'
  | 'full'
  | 'closed'
  /** What was read is not what was written, or is gone. `range` says of which file, and where. */
  | 'corrupt'
  /** Others keep an older layout of the storage open. */
  | 'upgrade-blocked'
  /** The storage was written by a later version of this software. */
  | 'version-too-new'
  /** There was a storage of this name, and what is there now is none, or another. Nothing was created. */
  | 'lost'
  /** The browser has no such storage, or refuses it to this page. */
  | 'unavailable'
  | 'io';

/** Bytes `from`…`to` of a file. */
export interface FileBytes {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** What is damaged, where that is known. All bytes around it can be read. */
  readonly range: FileBytes | undefined;
  /** Whether the fault lies with some of the files that were written, so that a commit of the others may succeed. */
  readonly isOfSomeFiles: boolean;

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: { cause?: unknown; range?: FileBytes; isOfSomeFiles?: boolean },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.range = options?.range;
    this.isOfSomeFiles = options?.isOfSomeFiles ?? false;
  }
}

/** Whether a name lies in a folder, as `contents` means it. */
export function isInFolder(name: string, folder: string | undefined): boolean {
  return folder === undefined || name.startsWith(`${folder}/`);
}

/** The writes with bytes of their own: their giver may change its own as soon as `commit` returns. */
export function copiedWrites(writes: readonly StorageWrite[]): StorageWrite[] {
  return writes.map((write) => ('bytes' in write ? { ...write, bytes: write.bytes.slice() } : write));
}
