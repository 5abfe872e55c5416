import type { StorageWrite, StoredFile } from '../../environment/storage.js';
import { noSuchFile, sizeConflict } from '../../environment/storage-refusals.js';
import { blobPath, filePath } from './file-paths.js';

/** What a file is, in memory: what the last complete commit left. */
export interface KnownFile {
  readonly size: number;
  readonly modifiedAt: number;
}

/** What one commit does to one file or blob, all its writes together. */
export type StagedFile = {
  readonly name: string;
  /** Below the directory. */
  readonly path: string;
  readonly isBlob: boolean;
} & (
  | {
      /** Bytes behind those that are there; `from` is where they begin. */
      readonly kind: 'append';
      readonly from: number;
      readonly isNew: boolean;
      readonly bytes: Uint8Array;
      readonly modifiedAt: number;
    }
  | { readonly kind: 'truncate'; readonly size: number; readonly modifiedAt: number }
  | {
      /** New contents: the first `kept` bytes of the old ones, then others. */
      readonly kind: 'rewrite';
      readonly kept: number;
      readonly bytes: Uint8Array;
      readonly modifiedAt: number | undefined;
    }
  | { readonly kind: 'delete' }
);

interface Draft {
  kept: number;
  parts: Uint8Array[];
  added: number;
  modifiedAt: number;
  isCut: boolean;
  isGone: boolean;
}

/** Puts the writes of a commit together, by name, checked against what is known. Throws `conflict` or `not-found`. */
export function stageFiles(known: ReadonlyMap<string, KnownFile>, writes: readonly StorageWrite[]): StagedFile[] {
  const [only] = writes;
  if (only?.kind === 'append' && writes.length === 1) return [stagedAppend(known, only)];
  const drafts = new Map<string, Draft>();
  const draftOf = (name: string): Draft => {
    const found = drafts.get(name);
    if (found !== undefined) return found;
    const file = known.get(name);
    const draft = {
      kept: file?.size ?? 0,
      parts: [],
      added: 0,
      modifiedAt: file?.modifiedAt ?? 0,
      isCut: false,
      isGone: file === undefined,
    };
    drafts.set(name, draft);
    return draft;
  };
  for (const write of writes) if ('file' in write) applyTo(draftOf(write.file), write);
  const staged: StagedFile[] = [];
  for (const [name, draft] of drafts) {
    const place = { name, path: filePath(name), isBlob: false };
    const { kept, added, modifiedAt, isCut, isGone } = draft;
    if (isGone) staged.push({ ...place, kind: 'delete' });
    else if (isCut && added === 0 && kept > 0) staged.push({ ...place, kind: 'truncate', size: kept, modifiedAt });
    else if (isCut) staged.push({ ...place, kind: 'rewrite', kept, bytes: joined(draft), modifiedAt });
    else {
      const isNew = !known.has(name);
      staged.push({ ...place, kind: 'append', from: kept, isNew, bytes: joined(draft), modifiedAt });
    }
  }
  for (const [name, bytes] of lastBlobs(writes)) {
    const place = { name, path: blobPath(name), isBlob: true };
    if (bytes === undefined) staged.push({ ...place, kind: 'delete' });
    else staged.push({ ...place, kind: 'rewrite', kept: 0, bytes, modifiedAt: undefined });
  }
  return staged;
}

function stagedAppend(
  known: ReadonlyMap<string, KnownFile>,
  { file: name, position, bytes, modifiedAt }: Extract<StorageWrite, { readonly kind: 'append' }>,
): StagedFile {
  const file = known.get(name);
  const from = file?.size ?? 0;
  if (from !== position) throw sizeConflict(name, from, position);
  const isNew = file === undefined;
  return { name, path: filePath(name), isBlob: false, kind: 'append', from, isNew, bytes, modifiedAt };
}

/** What a commit leaves of a file; undefined if it is gone, or a blob. */
export function knownAfter(staged: StagedFile): KnownFile | undefined {
  switch (staged.kind) {
    case 'append':
      return { size: staged.from + staged.bytes.length, modifiedAt: staged.modifiedAt };
    case 'truncate':
      return { size: staged.size, modifiedAt: staged.modifiedAt };
    case 'rewrite':
      if (staged.modifiedAt === undefined) return undefined;
      return { size: staged.kept + staged.bytes.length, modifiedAt: staged.modifiedAt };
    case 'delete':
      return undefined;
  }
}

/** Files in the order of their names. */
export function listed(known: ReadonlyMap<string, KnownFile>): StoredFile[] {
  const files = [...known].map(([name, { size, modifiedAt }]) => ({ name, size, modifiedAt }));
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function applyTo(draft: Draft, write: Extract<StorageWrite, { readonly file: string }>): void {
  const size = draft.isGone ? 0 : draft.kept + draft.added;
  switch (write.kind) {
    case 'append':
      if (size !== write.position) throw sizeConflict(write.file, size, write.position);
      draft.isGone = false;
      draft.parts.push(write.bytes);
      draft.added += write.bytes.length;
      draft.modifiedAt = write.modifiedAt;
      return;
    case 'truncate':
      if (draft.isGone) throw noSuchFile(write.file, 'truncate');
      if (write.size > size) throw sizeConflict(write.file, size, write.size);
      draft.modifiedAt = write.modifiedAt;
      if (write.size < draft.kept) {
        draft.isCut = true;
        draft.kept = write.size;
        draft.parts = [];
        draft.added = 0;
      } else {
        draft.parts = [joined(draft).subarray(0, write.size - draft.kept)];
        draft.added = write.size - draft.kept;
      }
      return;
    case 'replace':
    case 'delete':
      draft.isGone = write.kind === 'delete';
      draft.isCut = draft.isCut || draft.kept > 0 || write.kind === 'replace';
      draft.kept = 0;
      draft.parts = write.kind === 'replace' ? [write.bytes] : [];
      draft.added = write.kind === 'replace' ? write.bytes.length : 0;
      if (write.kind === 'replace') draft.modifiedAt = write.modifiedAt;
  }
}

function lastBlobs(writes: readonly StorageWrite[]): Map<string, Uint8Array | undefined> {
  const blobs = new Map<string, Uint8Array | undefined>();
  for (const write of writes) {
    if (write.kind === 'put-blob') blobs.set(write.name, write.bytes);
    else if (write.kind === 'delete-blob') blobs.set(write.name, undefined);
  }
  return blobs;
}

function joined({ parts, added }: Draft): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const bytes = new Uint8Array(added);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
