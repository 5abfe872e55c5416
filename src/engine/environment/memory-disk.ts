import { randomInteger, type Random } from './environment.js';
import { MemoryFile } from './memory-file.js';
import { StorageError, type Durability, type StorageWrite } from './storage.js';
import { noSuchFile, sizeConflict } from './storage-refusals.js';

/** What a name holds: a version of a file, a blob, or nothing. */
type Content = MemoryFile | Uint8Array | undefined;

/** The versions of one file or blob that a loss of power may bring back: the first is safe, the last is what is read now. Never empty. */
type History = Content[];

/** After so many relaxed writes to one file the oldest have reached any disk. */
const mostVersions = 64;

/** What a crash takes away: the `process` loses commits that were not complete, `power` also those that were only `relaxed`. */
export type Crash = 'process' | 'power';

/** A disk in memory: what outlives the `MemoryStorage` that writes to it, and what a crash leaves of it. */
export class MemoryDisk {
  private readonly histories = new Map<string, History>();
  private readonly begun = new Set<readonly StorageWrite[]>();
  private lastToken = 0;

  /** The token of a new opener. Only the one who has the last token may write. */
  nextToken(): number {
    return ++this.lastToken;
  }

  /** Whether nobody opened this disk after the one with this token. */
  isLatest(token: number): boolean {
    return token === this.lastToken;
  }

  /** The files in the order of their names. */
  files(): { readonly name: string; readonly file: MemoryFile }[] {
    const found = [...this.histories.keys()].flatMap((key) => {
      const content = this.current(key);
      return content instanceof MemoryFile ? [{ name: key.slice(filePrefix.length), file: content }] : [];
    });
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The names of the blobs, in order. */
  blobs(): string[] {
    const keys = [...this.histories.keys()].filter((key) => this.current(key) instanceof Uint8Array);
    return keys.map((key) => key.slice(blobPrefix.length)).sort();
  }

  file(name: string): MemoryFile | undefined {
    const content = this.current(filePrefix + name);
    return content instanceof MemoryFile ? content : undefined;
  }

  blob(name: string): Uint8Array | undefined {
    const content = this.current(blobPrefix + name);
    return content instanceof Uint8Array ? content.slice() : undefined;
  }

  /** Writes that are on their way: of these a crash keeps some and loses some. */
  begin(writes: readonly StorageWrite[]): void {
    this.begun.add(writes);
  }

  /** Writes that were on their way will not happen. */
  abandon(writes: readonly StorageWrite[]): void {
    this.begun.delete(writes);
  }

  /** All the writes happen at once. Throws a `StorageError`; then none has happened. */
  complete(writes: readonly StorageWrite[], durability: Durability): void {
    this.begun.delete(writes);
    const written = new Map<string, Content[]>();
    for (const write of writes) {
      const key = keyOf(write);
      const versions = written.get(key) ?? [];
      const after = versionsAfter(versions.length > 0 ? versions.at(-1) : this.current(key), write);
      if (after instanceof StorageError) throw after;
      written.set(key, [...versions, ...after]);
    }
    for (const [key, versions] of written) {
      const history = durability === 'strict' ? [] : (this.histories.get(key) ?? [undefined]);
      history.push(...(durability === 'strict' ? versions.slice(-1) : versions));
      if (history.length > mostVersions) history.splice(0, history.length - mostVersions);
      this.histories.set(key, history);
    }
  }

  /**
   * The disk after a crash: each file and each blob by itself has some prefix of what was written to it, down to what `crash` must leave. The last append to
   * a file may be torn at any byte. This disk stays as it is.
   */
  afterCrash(random: Random, crash: Crash): MemoryDisk {
    const surviving = new MemoryDisk();
    const attempted = this.attempted();
    for (const key of [...attempted.keys()].sort()) {
      const versions = attempted.get(key) as History;
      const safe = crash === 'process' ? (this.histories.get(key)?.length ?? 1) - 1 : 0;
      const kept = safe + randomInteger(random, versions.length - safe);
      surviving.histories.set(key, [torn(versions[kept], versions[kept + 1], random)]);
    }
    return surviving;
  }

  /** The histories as they would be if all that was begun had happened. */
  private attempted(): ReadonlyMap<string, History> {
    const attempted = new Map(this.histories);
    for (const writes of this.begun) {
      for (const write of writes) {
        const versions = attempted.get(keyOf(write)) ?? [undefined];
        const after = versionsAfter(versions.at(-1), write);
        if (!(after instanceof StorageError)) attempted.set(keyOf(write), [...versions, ...after]);
      }
    }
    return attempted;
  }

  private current(key: string): Content {
    return this.histories.get(key)?.at(-1);
  }
}

const filePrefix = 'file:';
const blobPrefix = 'blob:';

function keyOf(write: StorageWrite): string {
  return 'file' in write ? filePrefix + write.file : blobPrefix + write.name;
}

function torn(kept: Content, next: Content, random: Random): Content {
  if (!(kept instanceof MemoryFile && next instanceof MemoryFile && kept.isGrownTo(next))) return kept;
  if (randomInteger(random, 2) === 0) return kept;
  return next.withSize(kept.size + randomInteger(random, next.size - kept.size), next.modifiedAt);
}

/** The versions that a write adds: a file that an append creates is there, empty, before it has its bytes. */
function versionsAfter(before: Content, write: StorageWrite): Content[] | StorageError {
  const file = before instanceof MemoryFile ? before : undefined;
  switch (write.kind) {
    case 'append': {
      const grown = file ?? MemoryFile.created(write.modifiedAt);
      if (grown.size !== write.position) return sizeConflict(write.file, grown.size, write.position);
      const appended = grown.withAppended(write.bytes, write.modifiedAt);
      return file === undefined ? [grown, appended] : [appended];
    }
    case 'truncate':
      if (file === undefined) return noSuchFile(write.file, 'truncate');
      if (write.size > file.size) return sizeConflict(write.file, file.size, write.size);
      return [file.withSize(write.size, write.modifiedAt)];
    case 'replace':
      return [MemoryFile.created(write.modifiedAt).withAppended(write.bytes, write.modifiedAt)];
    case 'put-blob':
      return [write.bytes];
    case 'delete':
    case 'delete-blob':
      return [undefined];
  }
}
