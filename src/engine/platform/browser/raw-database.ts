import type { Finding } from '../../fsck/finding.js';
import { UnreadableBytes, type RawFile, type RawStore } from '../../fsck/raw-store.js';

/** The version of the layout that is read here. */
const layoutVersion = 4;

/** How many bytes of a chunk or blob are its checksum, at its end. */
const checksumBytes = 4;

interface FoundFile extends RawFile {
  readonly id: number;
  /** Where its chunks begin, ascending. */
  readonly starts: readonly number[];
}

/**
 * What lies in the IndexedDB database of a log, read past the code that writes it, to be checked. Undefined if there is no such database, or one with another layout. Whoever has
 * it open may go on; what they write meanwhile is not seen as of one moment. Nothing is written.
 */
export async function readDatabase(name: string): Promise<(RawStore & { close(): void }) | undefined> {
  const database = await openAsItIs(name);
  if (database === undefined) return undefined;
  const tables = ['owner', 'files', 'blobs', 'chunks', 'garbage', 'folders', 'reserve', 'upgrade'];
  if (database.version === layoutVersion && tables.every((table) => database.objectStoreNames.contains(table)))
    return await RawDatabase.read(database);
  database.close();
  return undefined;
}

class RawDatabase implements RawStore {
  readonly findings: Finding[] = [];
  otherBytes = 0;
  private readonly found = new Map<string, FoundFile>();
  private readonly blobSizes = new Map<string, number>();
  /** The chunk that was read last: most are read from in pieces. */
  private latest: { readonly key: string; readonly bytes: Uint8Array } | undefined;

  private constructor(private readonly database: IDBDatabase) {}

  static async read(database: IDBDatabase): Promise<RawDatabase> {
    const store = new RawDatabase(database);
    const [files, chunks, garbage] = [
      await store.rows('files'),
      await store.chunkStarts(),
      await store.rows('garbage'),
    ];
    await store.readFiles(files, chunks, new Set(garbage.map(([id]) => id as number)));
    await store.readBlobs();
    await store.checkFolders(files.map(([name]) => name as string));
    await store.checkRest(garbage);
    return store;
  }

  get files(): readonly RawFile[] {
    return inOrder([...this.found.values()]);
  }

  get blobs(): readonly RawFile[] {
    return inOrder([...this.blobSizes].map(([name, size]) => ({ name, size })));
  }

  close(): void {
    this.database.close();
  }

  async read(name: string, position: number, length: number): Promise<Uint8Array> {
    const file = this.found.get(name);
    if (file === undefined) return new Uint8Array(0);
    const end = Math.min(position + length, file.size);
    const bytes = new Uint8Array(Math.max(0, end - position));
    let reached = position;
    for (const [at, start] of file.starts.entries()) {
      const next = file.starts[at + 1] ?? file.size;
      if (next <= position || start >= end) continue;
      const chunk = await this.chunk(file, start, next);
      bytes.set(chunk.subarray(Math.max(0, position - start), end - start), Math.max(0, start - position));
      reached = next;
    }
    if (reached < end) throw new UnreadableBytes(`the bytes of ${name} from ${reached} on are missing`, reached, end);
    return bytes;
  }

  async readBlob(name: string): Promise<Uint8Array> {
    const value = await result<unknown>(this.table('blobs').get(name));
    const bytes = unsealed(value, seed('blobs', name));
    if (bytes === undefined)
      throw new UnreadableBytes(`the blob ${name} does not have its checksum`, 0, this.blobSizes.get(name) ?? 0);
    return bytes;
  }

  private table(name: string): IDBObjectStore {
    return this.database.transaction(name, 'readonly').objectStore(name);
  }

  private async rows(name: string): Promise<[IDBValidKey, unknown][]> {
    const table = this.table(name);
    const [keys, values] = await Promise.all([result(table.getAllKeys()), result<unknown[]>(table.getAll())]);
    return keys.map((key, at) => [key, values[at]]);
  }

  /** Where the chunks of each file begin, by its id. */
  private async chunkStarts(): Promise<Map<number, number[]>> {
    const starts = new Map<number, number[]>();
    for (const key of await result(this.table('chunks').getAllKeys())) {
      const [id, start] = key as [number, number];
      const known = starts.get(id);
      if (known === undefined) starts.set(id, [start]);
      else known.push(start);
    }
    return starts;
  }

  /** The bytes `start`…`end` of the file, which should be one chunk. */
  private async chunk(file: FoundFile, start: number, end: number): Promise<Uint8Array> {
    const key = `${file.id} ${start}`;
    if (this.latest?.key !== key) {
      const value = await result<unknown>(this.table('chunks').get([file.id, start]));
      const bytes = unsealed(value, seed('chunks', file.id, start));
      if (bytes === undefined)
        throw new UnreadableBytes(`the bytes of ${file.name} from ${start} on do not have their checksum`, start, end);
      this.latest = { key, bytes };
    }
    const { bytes } = this.latest;
    if (bytes.length !== end - start)
      throw new UnreadableBytes(
        `${file.name} has ${bytes.length} bytes from ${start} on, but ${end - start} should be there`,
        start,
        end,
      );
    return bytes;
  }

  private async readFiles(
    rows: readonly [IDBValidKey, unknown][],
    chunks: ReadonlyMap<number, readonly number[]>,
    garbage: ReadonlySet<number>,
  ): Promise<void> {
    const owned = new Set<number>();
    for (const [key, value] of rows) {
      const name = key as string;
      const { id, size, modifiedAt, checksum } = (value ?? {}) as Record<string, number>;
      if (id === undefined || size === undefined || checksum !== seed('files', name, id, size, modifiedAt ?? NaN)) {
        this.find('corrupt', `the entry of ${name} does not have its checksum`, name);
        continue;
      }
      const starts = chunks.get(id) ?? [];
      const beyond = starts.find((start) => start >= size);
      if (beyond !== undefined) this.find('corrupt', `${name} ends at byte ${size}, but bytes lie at ${beyond}`, name);
      if (owned.has(id)) this.find('corrupt', `${name} has the chunks of another file`, name);
      owned.add(id);
      this.found.set(name, { name, id, size, starts: starts.filter((start) => start < size) });
    }
    for (const [id, starts] of chunks) {
      if (owned.has(id)) continue;
      for (const start of starts) this.otherBytes += lengthOf(await result(this.table('chunks').get([id, start])));
      if (garbage.has(id)) continue;
      this.find('repairable', `${starts.length} chunks of a file with the id ${id} belong to nothing`);
    }
  }

  private async readBlobs(): Promise<void> {
    for (const [name, value] of await this.rows('blobs'))
      this.blobSizes.set(name as string, Math.max(0, lengthOf(value) - checksumBytes));
  }

  /** Each folder says how many entries it has, and which, in a number. */
  private async checkFolders(files: readonly string[]): Promise<void> {
    const entries = new Map<string, { count: number; digest: number }>();
    const add = (kind: string, name: string): void => {
      const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')));
      const { count, digest } = entries.get(folder) ?? { count: 0, digest: 0 };
      entries.set(folder, { count: count + 1, digest: (digest ^ seed(kind, name)) >>> 0 });
    };
    for (const name of files) add('file', name);
    for (const name of this.blobSizes.keys()) add('blob', name);
    const rows = new Map((await this.rows('folders')).map(([name, row]) => [name as string, row]));
    for (const folder of new Set([...entries.keys(), ...rows.keys()])) {
      const { entries: count, digest, checksum } = (rows.get(folder) ?? {}) as Record<string, number>;
      const there = entries.get(folder);
      const isSound = checksum === seed('folders', folder, count ?? NaN, digest ?? NaN);
      if (isSound && there?.count === count && there?.digest === digest) continue;
      const message = isSound
        ? `the folder '${folder}' has ${there?.count ?? 0} entries, but ${count} or others should be there`
        : `the entry of the folder '${folder}' is missing, or does not have its checksum`;
      this.findings.push({ severity: 'corrupt', kind: 'store', partition: folder, message });
    }
  }

  private async checkRest(garbage: readonly [IDBValidKey, unknown][]): Promise<void> {
    const rows = (await this.rows('owner')) as [IDBValidKey, Record<string, number | string>][];
    const owner = rows.find(([key]) => key === 'owner')?.[1];
    const { token = '', commits = '', lastId = '', incarnation = '', checksum } = owner ?? {};
    if (checksum !== seed('owner', token, commits, lastId, incarnation))
      this.find('repairable', 'the entry of the owner is missing, or does not have its checksum');
    this.checkFences(
      token,
      rows.filter(([key]) => key !== 'owner'),
    );
    for (const [id, value] of garbage)
      if (value !== seed('garbage', id as number))
        this.find('repairable', `the entry of the garbage ${id as number} does not have its checksum`);
    for (const [, value] of await this.rows('reserve')) this.otherBytes += lengthOf(value);
    if ((await this.rows('upgrade')).length > 0)
      this.find('repairable', 'an upgrade of the layout was under way: the next opening goes on with it');
  }

  /** One row names whoever has the store and counts the fences, which hold off those who had it before. */
  private checkFences(owner: number | string, rows: readonly [IDBValidKey, Record<string, number | string>][]): void {
    const [first, ...fences] = rows;
    const { holder = NaN, fences: count = NaN, checksum } = first?.[1] ?? {};
    const isHeld = first?.[0] === 0 && holder === owner && count === fences.length;
    const areSound = fences.every(
      ([key, { token, order = NaN, checksum: found }]) => token === key && found === seed('fence', token, order),
    );
    if (isHeld && areSound && checksum === seed('holder', holder, count)) return;
    this.find('repairable', 'the fences that hold off former owners are not those that were set up');
  }

  private find(severity: Finding['severity'], message: string, name?: string): void {
    this.findings.push({ severity, kind: 'store', message, ...(name !== undefined && { name }) });
  }
}

/** The database in whatever version it has. One that is not there is not made. */
function openAsItIs(name: string): Promise<IDBDatabase | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    let isMissing = false;
    opening.onupgradeneeded = () => {
      isMissing = true;
      opening.transaction?.abort();
    };
    opening.onsuccess = () => {
      const { result: database } = opening;
      database.onversionchange = () => database.close();
      resolve(database);
    };
    opening.onerror = () => (isMissing ? resolve(undefined) : reject(opening.error ?? new Error('No database.')));
  });
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });
}

function inOrder<Named extends { readonly name: string }>(list: Named[]): Named[] {
  return list.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function lengthOf(value: unknown): number {
  return value instanceof Uint8Array ? value.length : 0;
}

/** The bytes before the checksum, if that is theirs. */
function unsealed(value: unknown, start: number): Uint8Array | undefined {
  if (!(value instanceof Uint8Array) || value.length < checksumBytes) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const length = value.length - checksumBytes;
  return view.getUint32(length, true) === checksum(view, length, start) ? value.subarray(0, length) : undefined;
}

/**
 * The checksum of the layout, version 2: words go to four lanes in turn, each of which begins with the seed and a constant of its own; what is left over goes to the first. Where a
 * machine's order of bytes is another, the writer's checksums are others as well.
 */
function checksum(view: DataView, length: number, start: number): number {
  const lanes = [0, 0x3c6ef372, 0x5bd1e995, 0x1b873593].map((constant) => start ^ constant);
  const words = Math.floor(length / 4);
  const inLanes = words - (words % 4);
  for (let word = 0; word < words; word++) {
    const lane = word < inLanes ? word % 4 : 0;
    lanes[lane] = mixed(lanes[lane] as number, view.getInt32(word * 4, true));
  }
  for (let at = words * 4; at < length; at++) lanes[0] = mixed(lanes[0] as number, view.getUint8(at));
  const [first, second, third, fourth] = lanes as [number, number, number, number];
  return spread(mixed(rotated(second, 7) + rotated(third, 12) + rotated(fourth, 18) + first, length));
}

/** Where something belongs, as a number: what its checksum begins with. */
function seed(...parts: readonly (string | number)[]): number {
  const text = parts.join('\n');
  let sum = text.length;
  for (let at = 0; at < text.length; at++) sum = mixed(sum, text.charCodeAt(at));
  return spread(sum);
}

function mixed(state: number, word: number): number {
  return Math.imul(rotated(state ^ word, 13), 0x9e3779b1);
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function spread(sum: number): number {
  const once = Math.imul(sum ^ (sum >>> 15), 0x85ebca77);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae3d);
  return (twice ^ (twice >>> 16)) >>> 0;
}
