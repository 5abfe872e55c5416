import type { Clock } from '../../environment/environment.js';
import type { Storage, StorageWrite } from '../../environment/storage.js';
import type { ChangelogRecord } from '../state/state-store.js';
import type { BuiltTopology } from '../topology/topology-node.js';
import { decodeChangelog, encodeChangelog } from './changelog-file.js';

/** A store as it was kept: the changes that made it, and the offset in its changelog where they end. */
export interface StateCopy {
  readonly records: readonly ChangelogRecord[];
  readonly nextOffset: number;
}

interface Checkpoint {
  /** Where in the changelog the copy ends. */
  readonly nextOffset: number;
  /** Bytes of the file that the checkpoint is about; what lies beyond was never confirmed. */
  readonly size: number;
  /** Bytes after the last time that it was written anew. */
  readonly compactedSize: number;
}

/** What was added to a copy and is not on the disk yet. */
interface Pending {
  records: ChangelogRecord[];
  nextOffset: number;
}

/** A copy grows to so many times what was in it when it was last written anew. */
const growthLimit = 2;
const smallestToCompact = 1024 * 1024;

/**
 * Copies of the state of tasks, kept where the application runs (IndexedDB in a browser, files in Node), so that a task that comes back reads only what its changelogs
 * have got since. Of each store the changes of its changelog are kept, and beside them the offset up to which they reach: both in one transaction, so that they
 * never disagree. A copy is only a shortcut: without it, or if it does not fit the log, the changelog is read from its beginning.
 */
export class StateCopies {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #applicationId: string;
  readonly #historyMsOf: ReadonlyMap<string, number>;
  readonly #checkpoints = new Map<string, Checkpoint>();
  readonly #pending = new Map<string, Pending>();

  /** @param historyMsOf by the name of a versioned store: how long it keeps what is no longer the latest (ms of event time) */
  constructor(
    storage: Storage,
    clock: Clock,
    applicationId: string,
    historyMsOf: ReadonlyMap<string, number> = new Map<string, number>(),
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#applicationId = applicationId;
    this.#historyMsOf = historyMsOf;
  }

  /** The copy of a store, or `null` if there is none that can be used. */
  async load(taskId: string, storeName: string): Promise<StateCopy | null> {
    const name = this.#nameOf(taskId, storeName);
    this.#pending.delete(name);
    const blob = await this.#storage.readBlob(checkpointOf(name));
    if (blob === undefined) return null;
    const checkpoint = JSON.parse(new TextDecoder().decode(blob)) as Checkpoint;
    const bytes =
      checkpoint.size === 0 ? new Uint8Array() : await this.#storage.read(changesOf(name), 0, checkpoint.size);
    const records = bytes.length < checkpoint.size ? null : decodeChangelog(bytes);
    if (records === null) {
      await this.drop(taskId, storeName);
      return null;
    }
    this.#checkpoints.set(name, checkpoint);
    return { records: this.#compacted(name, records), nextOffset: checkpoint.nextOffset };
  }

  /** Notes changes that are in the changelog, up to `nextOffset`. They are kept with the next `checkpoint`. */
  add(taskId: string, storeName: string, records: readonly ChangelogRecord[], nextOffset: number): void {
    const name = this.#nameOf(taskId, storeName);
    const pending = this.#pending.get(name) ?? { records: [], nextOffset: 0 };
    for (const record of records) pending.records.push(record);
    pending.nextOffset = Math.max(pending.nextOffset, nextOffset);
    this.#pending.set(name, pending);
  }

  /** Keeps what was noted for these tasks. */
  async checkpoint(taskIds: Iterable<string>): Promise<void> {
    const wanted = new Set([...taskIds].map((taskId) => this.#folderOf(taskId)));
    const names = [...this.#pending.keys()].filter((name) => wanted.has(folderIn(name)));
    const writes: StorageWrite[] = [];
    const checkpoints: (readonly [string, Checkpoint])[] = [];
    for (const name of names) {
      const pending = this.#pending.get(name) as Pending;
      this.#pending.delete(name);
      const { write, checkpoint } = await this.#writeOf(name, pending);
      if (write !== null) writes.push(write);
      writes.push({
        kind: 'put-blob',
        name: checkpointOf(name),
        bytes: new TextEncoder().encode(JSON.stringify(checkpoint)),
      });
      checkpoints.push([name, checkpoint]);
    }
    if (writes.length === 0) return;
    await this.#storage.commit(writes, 'relaxed');
    for (const [name, checkpoint] of checkpoints) this.#checkpoints.set(name, checkpoint);
  }

  /** Forgets the copy of a store. */
  async drop(taskId: string, storeName: string): Promise<void> {
    await this.#remove(this.#nameOf(taskId, storeName));
  }

  /** Forgets all copies of the application (`cleanUp`). */
  async clear(): Promise<void> {
    this.#checkpoints.clear();
    this.#pending.clear();
    const { files, blobs } = await this.#storage.contents();
    const isOwn = (name: string): boolean => {
      const folder = folderIn(name);
      return (
        folder.startsWith(`${this.#applicationId}-`) && /^\d+_\d+$/.test(folder.slice(this.#applicationId.length + 1))
      );
    };
    const writes: StorageWrite[] = [
      ...files.filter(({ name }) => isOwn(name)).map(({ name }) => ({ kind: 'delete', file: name }) as const),
      ...blobs.filter(isOwn).map((name) => ({ kind: 'delete-blob', name }) as const),
    ];
    if (writes.length > 0) await this.#storage.commit(writes, 'relaxed', 'essential');
  }

  async #writeOf(
    name: string,
    { records, nextOffset }: Pending,
  ): Promise<{ write: StorageWrite | null; checkpoint: Checkpoint }> {
    const known = this.#checkpoints.get(name);
    const modifiedAt = this.#clock.now();
    const bytes = encodeChangelog(records);
    if (known === undefined) {
      const checkpoint = { nextOffset, size: bytes.length, compactedSize: bytes.length };
      return { write: { kind: 'replace', file: changesOf(name), bytes, modifiedAt }, checkpoint };
    }
    const size = known.size + bytes.length;
    if (size > smallestToCompact && size > growthLimit * known.compactedSize) {
      const before = decodeChangelog(await this.#storage.read(changesOf(name), 0, known.size)) ?? [];
      const compacted = encodeChangelog(this.#compacted(name, [...before, ...records]));
      const checkpoint = { nextOffset, size: compacted.length, compactedSize: compacted.length };
      return { write: { kind: 'replace', file: changesOf(name), bytes: compacted, modifiedAt }, checkpoint };
    }
    const checkpoint = { nextOffset, size, compactedSize: known.compactedSize };
    if (bytes.length === 0) return { write: null, checkpoint };
    return { write: { kind: 'append', file: changesOf(name), position: known.size, bytes, modifiedAt }, checkpoint };
  }

  async #remove(name: string): Promise<void> {
    this.#checkpoints.delete(name);
    this.#pending.delete(name);
    const { files, blobs } = await this.#storage.contents(folderIn(name));
    const writes: StorageWrite[] = [];
    if (files.some((file) => file.name === changesOf(name))) writes.push({ kind: 'delete', file: changesOf(name) });
    if (blobs.includes(checkpointOf(name))) writes.push({ kind: 'delete-blob', name: checkpointOf(name) });
    if (writes.length > 0) await this.#storage.commit(writes, 'relaxed', 'essential');
  }

  /** Without what a store that is made of the changes would not hold. */
  #compacted(name: string, records: readonly ChangelogRecord[]): ChangelogRecord[] {
    const historyMs = this.#historyMsOf.get(name.slice(name.indexOf('/') + 1));
    return historyMs === undefined ? lastOfEachKey(records) : historyOfEachKey(records, historyMs);
  }

  #nameOf(taskId: string, storeName: string): string {
    return `${this.#folderOf(taskId)}/${storeName}`;
  }

  #folderOf(taskId: string): string {
    return `${this.#applicationId}-${taskId}`;
  }
}

function folderIn(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function changesOf(name: string): string {
  return `${name}.changes`;
}

function checkpointOf(name: string): string {
  return `${name}.checkpoint`;
}

/** How long versioned stores keep their history, by their names. */
export function historiesOf({ subTopologies }: BuiltTopology): Map<string, number> {
  return new Map(
    subTopologies
      .flatMap(({ stores }) => stores)
      .flatMap(({ name, store }) => (store.kind === 'versioned' ? [[name, store.historyRetentionMs] as const] : [])),
  );
}

/** What compaction leaves; tombstones go too, for nothing lies before them. */
function lastOfEachKey(records: readonly ChangelogRecord[]): ChangelogRecord[] {
  const last = new Map<string, ChangelogRecord>();
  for (const record of records) {
    const key = latin1.decode(record.key);
    last.delete(key);
    if (record.value !== null) last.set(key, record);
  }
  return [...last.values()];
}

/**
 * What a versioned store needs, in the order in which it came: of each key every version of the history, and the one before it. Versions come late, so the last one
 * that came need not be the latest, and a deletion ends the version before it.
 */
function historyOfEachKey(records: readonly ChangelogRecord[], historyMs: number): ChangelogRecord[] {
  const firstKept = records.reduce((latest, { timestamp }) => Math.max(latest, timestamp), -Infinity) - historyMs;
  const versions = new Map<string, ChangelogRecord>();
  const before = new Map<string, ChangelogRecord>();
  for (const record of records) {
    const key = latin1.decode(record.key);
    const version = `${record.timestamp} ${key}`;
    versions.delete(version);
    if (record.timestamp >= firstKept) versions.set(version, record);
    else if (record.timestamp >= (before.get(key)?.timestamp ?? -Infinity)) before.set(key, record);
  }
  const kept = new Set([...versions.values(), ...before.values()]);
  return records.filter((record) => kept.has(record));
}

const latin1 = new TextDecoder('latin1');
