import { checksumOf, seedOf } from './row-checksum.js';

/**
 * The rows of the database (since version 2). Each has a checksum over itself and its key, so that a bit that has changed, or a row that stands where another belongs, is found
 * out when it is read. Rows that are gone are missed elsewhere: chunks of a file follow each other without a gap up to its size, and each folder counts what is in it.
 */

/** Who may write: the opener with this token, which no other has had. */
export interface OwnerRow {
  readonly token: number;
  /** Counts the write transactions, so that one whose end was not seen can be found out about. */
  readonly commits: number;
  /** No file has had a larger id, ever. */
  readonly lastId: number;
  /** Names this store: one that is made anew after this was lost has another. */
  readonly incarnation: string;
  readonly checksum: number;
}

/** Who may write no more, by their token; later ones have a higher `order`. */
export interface FenceRow {
  readonly token: number;
  readonly order: number;
  readonly checksum: number;
}

/** The token of who has the store, and how many fences there are. */
export interface HolderRow {
  readonly holder: number;
  readonly fences: number;
  readonly checksum: number;
}

/** A file, by its name: which chunks are its own, and how far they go. */
export interface FileRow {
  readonly id: number;
  readonly size: number;
  readonly modifiedAt: number;
  readonly checksum: number;
}

/** What lies in a folder (`orders-0` of `orders-0/00000000000000000000.log`): how many files and blobs, and the sum (exclusive or) of what their names make. */
export interface FolderRow {
  readonly entries: number;
  readonly digest: number;
  readonly checksum: number;
}

/** How far the rows of version 1, which had no checksums, have been written anew. */
export type UpgradeMarker =
  /** Chunks up to this key have theirs. */
  | { readonly stage: 'chunks'; readonly after?: [number, number] }
  /** All chunks have theirs, and the blobs up to this name. */
  | { readonly stage: 'blobs'; readonly after?: string };

/** How many bytes a checksum takes behind the bytes of a chunk or blob. */
export const checksumBytes = 4;

/** Writes the checksum of a chunk into the last four bytes of `value`, which are there for it. */
export function sealChunk(value: Uint8Array, id: number, start: number): void {
  seal(value, seedOf('chunks', id, start));
}

/** The bytes of a chunk that begins at `start` of the file with that id; undefined if `value` is not what was stored there. */
export function unsealChunk(value: unknown, id: number, start: number): Uint8Array | undefined {
  return unseal(value, seedOf('chunks', id, start));
}

/** What is stored of a blob: a copy. */
export function sealedBlob(name: string, bytes: Uint8Array): Uint8Array {
  const value = new Uint8Array(bytes.length + checksumBytes);
  value.set(bytes);
  seal(value, seedOf('blobs', name));
  return value;
}

/** The bytes of the blob of that name; undefined if `value` is not what was stored there. */
export function unsealBlob(name: string, value: unknown): Uint8Array | undefined {
  return unseal(value, seedOf('blobs', name));
}

export function fileRow(name: string, row: Omit<FileRow, 'checksum'>): FileRow {
  const { id, size, modifiedAt } = row;
  return { id, size, modifiedAt, checksum: seedOf('files', name, id, size, modifiedAt) };
}

/** The row, if it is what was stored under that name. */
export function soundFileRow(name: string, row: FileRow | undefined): FileRow | undefined {
  return row !== undefined && fileRow(name, row).checksum === row.checksum ? row : undefined;
}

export function ownerRow(row: Omit<OwnerRow, 'checksum'>): OwnerRow {
  const { token, commits, lastId, incarnation } = row;
  return { token, commits, lastId, incarnation, checksum: seedOf('owner', token, commits, lastId, incarnation) };
}

/** The row, if it is what was stored. */
export function soundOwnerRow(row: OwnerRow | undefined): OwnerRow | undefined {
  return row !== undefined && ownerRow(row).checksum === row.checksum ? row : undefined;
}

export function fenceRow(token: number, order: number): FenceRow {
  return { token, order, checksum: seedOf('fence', token, order) };
}

export function holderRow(holder: number, fences: number): HolderRow {
  return { holder, fences, checksum: seedOf('holder', holder, fences) };
}

export function folderRow(folder: string, { entries, digest }: Omit<FolderRow, 'checksum'>): FolderRow {
  return { entries, digest, checksum: seedOf('folders', folder, entries, digest) };
}

/** The row, if it is what was stored for that folder. */
export function soundFolderRow(folder: string, row: FolderRow | undefined): FolderRow | undefined {
  return row !== undefined && folderRow(folder, row).checksum === row.checksum ? row : undefined;
}

/** The value of the row that says that the file with that id is gone and its chunks are garbage. */
export function garbageRow(id: number): number {
  return seedOf('garbage', id);
}

/** What a file or blob adds to the digest of its folder. */
export function entryDigest(kind: 'file' | 'blob', name: string): number {
  return seedOf(kind, name);
}

export function folderOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('/'), 0));
}

function seal(value: Uint8Array, seed: number): void {
  const length = value.length - checksumBytes;
  const checksum = checksumOf(value.subarray(0, length), seed);
  new DataView(value.buffer, value.byteOffset).setUint32(length, checksum, true);
}

function unseal(value: unknown, seed: number): Uint8Array | undefined {
  if (!(value instanceof Uint8Array) || value.length < checksumBytes) return undefined;
  const length = value.length - checksumBytes;
  const bytes = value.subarray(0, length);
  const checksum = new DataView(value.buffer, value.byteOffset).getUint32(length, true);
  return checksum === checksumOf(bytes, seed) ? bytes : undefined;
}
