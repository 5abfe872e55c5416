import type { StorageWrite } from '../../environment/storage.js';
import { cutIntoChunks, type Chunk } from './chunk-layout.js';
import { sealedBlob } from './stored-rows.js';

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
  /** `value` is what is stored: the bytes and their checksum. */
  | { readonly kind: 'put-blob'; readonly name: string; readonly value: Uint8Array }
  | Exclude<StorageWrite, { kind: 'append' | 'replace' | 'put-blob' }>;

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
    } else if (write.kind === 'put-blob') {
      const { kind, name, bytes } = write;
      prepared.push({ kind, name, value: sealedBlob(name, bytes) });
    } else prepared.push(write);
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
