import type { ChunkedFile, ChunkExtent } from './chunked-file.js';
import { largestSmallChunk } from './chunk-layout.js';
import { chunkKeys } from './indexeddb-schema.js';

/** From this many small neighbours on one range request is quicker than a request each. */
const rangeFrom = 8;

/** A chunk that should be there is not, or is too short. */
export class MissingChunk extends Error {
  override readonly name = 'MissingChunk';
}

/** Reads the bytes `from`…`to` of a file: all chunks in one transaction, large ones by their keys at once, runs of small ones by range. */
export async function readChunks(
  database: IDBDatabase,
  file: ChunkedFile,
  from: number,
  to: number,
): Promise<Uint8Array> {
  const store = database.transaction('chunks', 'readonly').objectStore('chunks');
  const requests: Promise<Chunk[]>[] = [];
  const extents = file.extents(from, to);
  for (let at = 0; at < extents.length;) {
    let end = at;
    while (end < extents.length && (extents[end] as ChunkExtent).length <= largestSmallChunk) end++;
    if (end - at >= rangeFrom) requests.push(readRun(store, file.id, extents.slice(at, end)));
    else end = Math.max(end, at + 1);
    if (end - at < rangeFrom)
      for (const extent of extents.slice(at, end)) requests.push(readOne(store, file.id, extent));
    at = end;
  }
  const chunks = (await Promise.all(requests)).flat();
  const [only] = chunks;
  if (chunks.length === 1 && only?.start === from && only.bytes.length === to - from) return only.bytes;
  const bytes = new Uint8Array(to - from);
  for (const chunk of chunks) {
    const skipped = Math.max(from - chunk.start, 0);
    bytes.set(chunk.bytes.subarray(skipped, to - chunk.start), chunk.start + skipped - from);
  }
  return bytes;
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
