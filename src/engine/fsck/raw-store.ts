import type { Finding } from './finding.js';

/** A file as it lies in a store. */
export interface RawFile {
  readonly name: string;
  readonly size: number;
}

/** What a store holds, read without the code that writes it. Nothing is ever written. */
export interface RawStore {
  /** In the order of their names. */
  readonly files: readonly RawFile[];
  /** Blobs with their sizes, in the order of their names. */
  readonly blobs: readonly RawFile[];
  /** What is wrong with the store apart from what its files hold. */
  readonly findings: readonly Finding[];
  /** Bytes that are neither in files nor in blobs: rows that wait to be deleted, reserves, what the store adds. */
  readonly otherBytes: number;
  /** At most `length` bytes from `position`, fewer at the end of the file. Rejects with `UnreadableBytes` where they cannot be trusted. */
  read(file: string, position: number, length: number): Promise<Uint8Array>;
  /** The whole blob. Rejects with `UnreadableBytes` if it cannot be trusted. */
  readBlob(name: string): Promise<Uint8Array>;
}

/** Bytes of a file or blob that are missing, or are not what was stored. */
export class UnreadableBytes extends Error {
  override readonly name = 'UnreadableBytes';
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
  }
}
