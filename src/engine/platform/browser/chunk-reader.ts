import type { ChunkedFile, ChunkExtent } from './chunked-file.js';
import { largestSmallChunk } from './chunk-layout.js';
import { chunkKeys } from './indexeddb-schema.js';

/** From this many small neighbours on one range request is quicker than a request each. */
const rangeFrom = 8;

/** A chunk that should be there is not, or is too short. */
export class MissingChunk extends Error {
  override readonly name = 'MissingChunk';
}

/** How many bytes of large chunks are kept in memory. */
const cacheBytes = 12 * 1024 * 1024;

/** How far a reader that goes through a file is read ahead of: the browser fetches while the reader works on what it has. */
const readAheadBytes = 4 * 1024 * 1024;

/** Reads files from their chunks. Large ones stay in memory for a while: reads seldom begin and end where chunks do. */
export class ChunkReader {
  private readonly cache = new Map<string, CachedChunk>();
  private cachedBytes = 0;
  private last: { readonly file: ChunkedFile; readonly from: number; readonly to: number } | undefined;

  /** A copy of the bytes `from`…`to`, which lie within the file. Rejects with `MissingChunk` if they are not all there. */
  async read(database: IDBDatabase, file: ChunkedFile, from: number, to: number): Promise<Uint8Array> {
    const chunks = this.request(database, file, file.extents(from, to));
    if (this.last?.file === file && this.last.from < from && from <= this.last.to) {
      const ahead = file.extents(to, Math.min(to + readAheadBytes, file.size)).filter(isLarge);
      for (const chunk of this.request(database, file, ahead)) chunk.catch(() => undefined);
    }
    this.last = { file, from, to };
    const bytes = new Uint8Array(to - from);
    for (const chunk of (await Promise.all(chunks)).flat()) {
      const skipped = Math.max(from - chunk.start, 0);
      bytes.set(chunk.bytes.subarray(skipped, to - chunk.start), chunk.start + skipped - from);
    }
    return bytes;
  }

  /** Asks for chunks that follow each other: large ones by their keys, small ones by range if they are many, all in one transaction. */
  private request(database: IDBDatabase, file: ChunkedFile, extents: readonly ChunkExtent[]): Promise<Chunk[]>[] {
    let opened: IDBObjectStore | undefined;
    const store = () => (opened ??= database.transaction('chunks', 'readonly').objectStore('chunks'));
    const requests: Promise<Chunk[]>[] = [];
    for (let at = 0; at < extents.length;) {
      const extent = extents[at] as ChunkExtent;
      if (isLarge(extent)) {
        requests.push(this.cached(file, extent, store));
        at++;
        continue;
      }
      const nextLarge = extents.findIndex((other, index) => index > at && isLarge(other));
      const run = extents.slice(at, nextLarge < 0 ? extents.length : nextLarge);
      if (run.length >= rangeFrom) requests.push(readRun(store(), file.id, run));
      else for (const small of run) requests.push(readOne(store(), file.id, small));
      at += run.length;
    }
    return requests;
  }

  private cached(file: ChunkedFile, extent: ChunkExtent, store: () => IDBObjectStore): Promise<Chunk[]> {
    const key = `${file.id} ${file.revision} ${extent.start} ${extent.length}`;
    const found = this.cache.get(key) ?? { length: extent.length, chunk: readOne(store(), file.id, extent) };
    if (!this.cache.delete(key)) {
      this.cachedBytes += found.length;
      found.chunk.catch(() => this.forget(key));
    }
    this.cache.set(key, found);
    for (const oldest of this.cache.keys()) {
      if (this.cachedBytes <= cacheBytes) break;
      this.forget(oldest);
    }
    return found.chunk;
  }

  private forget(key: string): void {
    this.cachedBytes -= this.cache.get(key)?.length ?? 0;
    this.cache.delete(key);
  }
}

interface CachedChunk {
  readonly length: number;
  readonly chunk: Promise<Chunk[]>;
}

function isLarge({ length }: ChunkExtent): boolean {
  return length > largestSmallChunk;
}

interface Chunk {
  readonly start: number;
  readonly bytes: Uint8Array;
}

async function readOne(store: IDBObjectStore, id: number, extent: ChunkExtent): Promise<Chunk[]> {
  return [counted(extent, await resultOf<unknown>(store.get([id, extent.start])))];
}

async function readRun(store: IDBObjectStore, id: number, run: readonly ChunkExtent[]): Promise<Chunk[]> {
  const last = run.at(-1) as ChunkExtent;
  const values = await resultOf<unknown[]>(store.getAll(chunkKeys(id, run[0]?.start, last.start + last.length)));
  return run.map((extent, index) => counted(extent, values[index]));
}

/** The bytes of a chunk that count. */
function counted({ start, length }: ChunkExtent, value: unknown): Chunk {
  if (!(value instanceof Uint8Array) || value.length < length) {
    const found = value instanceof Uint8Array ? `${value.length} bytes` : 'nothing';
    throw new MissingChunk(`At byte ${start} ${found} were found where ${length} should be`);
  }
  return { start, bytes: value.length === length ? value : value.subarray(0, length) };
}

/** What a request answers. */
export function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('The request failed.', 'UnknownError'));
  });
}
