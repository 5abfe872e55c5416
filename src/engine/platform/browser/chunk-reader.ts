import { freeBytes } from '../../protocol/free-bytes.js';
import type { ChunkedFile, ChunkExtent } from './chunked-file.js';
import { largestSmallChunk } from './chunk-layout.js';
import { chunkKeys } from './indexeddb-schema.js';
import { unsealChunk } from './stored-rows.js';

/** From this many small neighbours on one range request is quicker than a request each. */
const rangeFrom = 8;

/** Bytes of a file that are not what was written, or are gone. */
export class DamagedChunk extends Error {
  override readonly name = 'DamagedChunk';
  constructor(
    readonly from: number,
    readonly to: number,
    found: string,
    options?: ErrorOptions,
  ) {
    super(`The bytes ${from} to ${to} ${found}`, options);
  }
}

/** How many bytes of large chunks are kept in memory. */
const cacheBytes = 12 * 1024 * 1024;

/** How far a reader that goes through a file is read ahead of: the browser fetches while the reader works on what it has. Once half of it is left, the next half is asked for. */
const readAheadBytes = 4 * 1024 * 1024;

/** How many large chunks that were given away are remembered. */
const rememberedChunks = 64;

/**
 * Reads files from their chunks, and believes none without its checksum. Large ones stay in memory for a while: reads seldom begin and end where chunks do. One that is read as a
 * whole is given away, for to copy it costs more than all the rest; when somebody else asks for it soon, it is kept after all.
 */
export class ChunkReader {
  private readonly cache = new Map<string, CachedChunk>();
  private readonly givenAway = new Set<string>();
  private cachedBytes = 0;
  private last: { readonly file: ChunkedFile; readonly from: number; readonly to: number } | undefined;

  /** The bytes `from`…`to`, which lie within the file: the caller's own. Rejects with `DamagedChunk` if they are not all there and sound. */
  async read(database: IDBDatabase, file: ChunkedFile, from: number, to: number): Promise<Uint8Array> {
    const extents = file.extents(from, to);
    const shared: CachedChunk[] = [];
    try {
      const chunks = this.request(database, file, extents, shared);
      const isGiven = this.give(file, extents, from, to);
      this.readAhead(database, file, from, to);
      const found = (await Promise.allSettled(chunks)).flatMap((request) => {
        if (request.status === 'rejected') throw request.reason;
        return request.value;
      });
      const [only] = found;
      return isGiven && only?.bytes.length === to - from ? only.bytes : copyOf(found, from, to, file.size);
    } finally {
      for (const chunk of shared) chunk.readers--;
    }
  }

  /** Whether the bytes `from`…`to` are one large chunk that nobody else reads or has asked for lately: then it is in memory no more, and belongs to who asks for it. */
  private give(file: ChunkedFile, [extent, other]: readonly ChunkExtent[], from: number, to: number): boolean {
    if (extent === undefined || other !== undefined || !isLarge(extent)) return false;
    if (extent.start !== from || extent.length !== to - from) return false;
    const key = keyOf(file, extent);
    if (this.cache.get(key)?.readers !== 1 || this.givenAway.has(key)) return false;
    this.forget(key);
    this.givenAway.add(key);
    const [oldest] = this.givenAway;
    if (oldest !== undefined && this.givenAway.size > rememberedChunks) this.givenAway.delete(oldest);
    return true;
  }

  /** Asks for what a reader will want next who goes through the file. */
  private readAhead(database: IDBDatabase, file: ChunkedFile, from: number, to: number): void {
    const goesOn = this.last?.file === file && this.last.from < from && from <= this.last.to;
    this.last = { file, from, to };
    if (!goesOn) return;
    const ahead = file.extents(to, Math.min(to + readAheadBytes, file.size)).filter(isLarge);
    const lacking = ahead.filter((extent) => !this.cache.has(keyOf(file, extent)));
    if ((lacking[0]?.start ?? Infinity) > to + readAheadBytes / 2) return;
    for (const chunk of this.request(database, file, lacking)) chunk.catch(() => undefined);
  }

  /**
   * Asks for chunks that follow each other: large ones by their keys, small ones by range if they are many, all in one transaction. Those that others may have too are added to
   * `shared`, with one reader more.
   */
  private request(
    database: IDBDatabase,
    file: ChunkedFile,
    extents: readonly ChunkExtent[],
    shared?: CachedChunk[],
  ): Promise<FoundChunk[]>[] {
    let opened: IDBObjectStore | undefined;
    const store = () => (opened ??= database.transaction('chunks', 'readonly').objectStore('chunks'));
    const requests: Promise<FoundChunk[]>[] = [];
    for (let at = 0; at < extents.length;) {
      const extent = extents[at] as ChunkExtent;
      if (isLarge(extent)) {
        const chunk = this.cached(file, extent, store, shared !== undefined);
        shared?.push(chunk);
        requests.push(chunk.chunk);
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

  private cached(
    file: ChunkedFile,
    extent: ChunkExtent,
    store: () => IDBObjectStore,
    isForReader: boolean,
  ): CachedChunk {
    const key = keyOf(file, extent);
    const found = this.cache.get(key) ?? {
      length: extent.length,
      chunk: readOne(store(), file.id, extent),
      readers: 0,
    };
    if (!this.cache.delete(key)) {
      this.cachedBytes += found.length;
      found.chunk.catch(() => this.forget(key));
    }
    this.cache.set(key, found);
    if (isForReader) found.readers++;
    for (const oldest of this.cache.keys()) {
      if (this.cachedBytes <= cacheBytes) break;
      this.evict(oldest);
    }
    return found;
  }

  /** Forgets a chunk, and gives its memory back unless somebody is about to copy from it. */
  private evict(key: string): void {
    const evicted = this.cache.get(key);
    this.forget(key);
    if (evicted?.readers !== 0) return;
    evicted.chunk.then(
      ([chunk]) => chunk && freeBytes(new Uint8Array(chunk.bytes.buffer)),
      () => undefined,
    );
  }

  private forget(key: string): void {
    this.cachedBytes -= this.cache.get(key)?.length ?? 0;
    this.cache.delete(key);
  }
}

interface CachedChunk {
  readonly length: number;
  readonly chunk: Promise<FoundChunk[]>;
  /** How many are about to copy from it. */
  readers: number;
}

function keyOf(file: ChunkedFile, extent: ChunkExtent): string {
  return `${file.id} ${file.revision} ${extent.start} ${extent.length}`;
}

function copyOf(chunks: readonly FoundChunk[], from: number, to: number, size: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  let end = 0;
  for (const chunk of chunks) {
    // The first one asked for begins at `from` or before, if all are there.
    if (chunk.start > Math.max(end, from)) throw new DamagedChunk(end, chunk.start, 'are missing');
    const skipped = Math.max(from - chunk.start, 0);
    bytes.set(chunk.bytes.subarray(skipped, to - chunk.start), chunk.start + skipped - from);
    end = chunk.start + chunk.bytes.length;
    if (end < Math.min(chunk.end, to)) throw new DamagedChunk(end, chunk.end, 'are missing');
  }
  if (end < to) throw new DamagedChunk(end, size, 'are missing');
  return bytes;
}

function isLarge({ length }: ChunkExtent): boolean {
  return length > largestSmallChunk;
}

/** Sound bytes of a file. They should go on to `end`. */
interface FoundChunk {
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly end: number;
}

async function readOne(store: IDBObjectStore, id: number, extent: ChunkExtent): Promise<FoundChunk[]> {
  const { start, length } = extent;
  let value: unknown;
  try {
    value = await resultOf<unknown>(store.get([id, start]));
  } catch (error) {
    if (!isLostValue(error)) throw error;
    throw new DamagedChunk(start, start + length, `can no longer be read by the browser (${error.message})`, {
      cause: error,
    });
  }
  return [sound(id, extent, value)];
}

async function readRun(store: IDBObjectStore, id: number, run: readonly ChunkExtent[]): Promise<FoundChunk[]> {
  const last = run.at(-1) as ChunkExtent;
  const range = chunkKeys(id, run[0]?.start, last.start + last.length);
  try {
    const values = await resultOf<unknown[]>(store.getAll(range));
    return run.map((extent, index) => sound(id, extent, values[index]));
  } catch (error) {
    if (!(error instanceof DamagedChunk || isLostValue(error))) throw error;
    // One is gone, so that the values do not stand where they should, or none could be read for its sake: now each by itself.
    const { transaction } = store;
    const again = transaction.db.transaction('chunks', 'readonly').objectStore('chunks');
    return (await Promise.all(run.map((extent) => readOne(again, id, extent)))).flat();
  }
}

/** The bytes of a chunk, if they are what was written. Shorter ones are taken as they are: what is missing behind them has been in a chunk of its own. */
function sound(id: number, { start, length }: ChunkExtent, value: unknown): FoundChunk {
  if (value === undefined) throw new DamagedChunk(start, start + length, 'are missing');
  const bytes = unsealChunk(value, id, start);
  if (bytes === undefined) throw new DamagedChunk(start, start + length, 'do not have their checksum');
  if (bytes.length > length)
    throw new DamagedChunk(start, start + length, `were written as ${bytes.length} in one piece`);
  return { start, bytes, end: start + length };
}

/** The browser has the row, but not what it holds: a file of its own database is gone. */
function isLostValue(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === 'NotReadableError';
}

/** What a request answers. */
export function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('The request failed.', 'UnknownError'));
  });
}
