import { join } from 'node:path';
import type { Durability } from '../../environment/storage.js';
import type { FileCalls } from './file-calls.js';
import { folderOf, temporaryPath } from './file-paths.js';
import type { OpenFiles } from './open-files.js';
import type { StagedFile } from './staged-files.js';

type Staged<Kind extends StagedFile['kind']> = Extract<StagedFile, { kind: Kind }>;

const copyBytes = 1024 * 1024;
/** A file's time is told to other programs, and to retention if nothing better is known. */
const closeEnoughMs = 1_000;

/**
 * One commit: first what can be taken back (bytes at the ends of files, new contents beside the old ones), flushed if the commit is strict; then what can't
 * (cutting, renaming, removing). What fails in the first part is taken back, so that nothing has happened.
 */
export class FileCommit {
  /** The folders of which nobody knows any more what is stored. */
  readonly broken = new Set<string>();
  private readonly undo: (() => Promise<void>)[] = [];

  constructor(
    private readonly directory: string,
    private readonly calls: FileCalls,
    private readonly open: OpenFiles,
    private readonly staged: readonly StagedFile[],
  ) {}

  async carryOut(durability: Durability): Promise<void> {
    const isStrict = durability === 'strict';
    if (this.staged.every(growsFile)) return this.grow(this.staged as readonly Staged<'append'>[], isStrict);
    try {
      // Whoever begins a new segment wants the end of the last one to be safe before the new one is there.
      const ends = this.of('append').filter(({ bytes, isNew }) => bytes.length === 0 && !isNew);
      if (isStrict) await this.all(ends, (file) => this.sync(file));
      const folders = await this.makeFolders();
      const appends = this.of('append').filter((file) => !ends.includes(file));
      await this.all(appends, (file) => this.append(file));
      await this.all(this.of('rewrite'), (file) => this.writeAside(file));
      if (isStrict) {
        await this.all(appends, (file) => this.sync(file));
        await this.syncFolders(appends.filter(({ isNew }) => isNew).map(({ path }) => folderOf(path)));
        if (folders.length > 0) await this.syncFolders(['']);
      }
    } catch (error) {
      await this.takeBack();
      throw error;
    }
    try {
      await this.all(this.of('truncate'), (file) => this.truncate(file, isStrict));
      await this.all(this.of('rewrite'), (file) => this.putInPlace(file));
      await this.all(this.of('delete'), (file) => this.remove(file));
      const changed = [...this.of('rewrite'), ...this.of('delete')].map(({ path }) => folderOf(path));
      if (isStrict) await this.syncFolders(changed);
      await this.removeEmptyFolders();
    } catch (error) {
      // Some of it has happened, and it can't be told what.
      for (const { path } of this.staged) this.broken.add(folderOf(path));
      throw error;
    }
  }

  /** Nearly every commit: bytes behind those of files that are there, and nothing else. */
  private async grow(files: readonly Staged<'append'>[], isStrict: boolean): Promise<void> {
    try {
      await this.all(files, (file) => this.append(file));
      if (isStrict) await this.all(files, (file) => this.sync(file));
    } catch (error) {
      await this.takeBack();
      throw error;
    }
  }

  private of<Kind extends StagedFile['kind']>(kind: Kind): Staged<Kind>[] {
    return this.staged.filter((file): file is Staged<Kind> => file.kind === kind);
  }

  private path({ path }: StagedFile): string {
    return join(this.directory, path);
  }

  /** Does it with all of them at once, and ends when all are done; rejects with the first failure. */
  private async all<File>(files: readonly File[], task: (file: File) => Promise<void>): Promise<void> {
    const [only] = files;
    if (files.length === 1 && only !== undefined) return task(only);
    const outcomes = await Promise.allSettled(files.map(task));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async makeFolders(): Promise<string[]> {
    const made: string[] = [];
    const writing = this.staged.filter((file) => file.kind === 'rewrite' || (file.kind === 'append' && file.isNew));
    for (const folder of new Set(writing.map(({ path }) => folderOf(path)))) {
      if (folder === '') continue;
      const path = join(this.directory, folder);
      try {
        await this.calls.makeDirectory(path);
        made.push(folder);
        this.undo.push(() => this.calls.removeDirectory(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
    return made;
  }

  private async append(file: Staged<'append'>): Promise<void> {
    const path = this.path(file);
    const { from, isNew, bytes, modifiedAt } = file;
    this.undo.push(async () => {
      if (!isNew) return this.open.use(path, false, (descriptor) => this.calls.truncate(descriptor, from));
      await this.open.forget(path);
      await this.calls.unlink(path).catch(unlessAbsent);
    });
    await this.open.use(path, isNew, async (descriptor) => {
      // What a crash left of a file that nobody knows of is not part of it.
      if (isNew) await this.calls.truncate(descriptor, 0);
      await this.write(descriptor, bytes, from);
      // The system has just noted the time of the write itself.
      if (Math.abs(Date.now() - modifiedAt) > closeEnoughMs) await this.calls.setModified(descriptor, modifiedAt);
    });
  }

  private async writeAside(file: Staged<'rewrite'>): Promise<void> {
    const aside = temporaryPath(this.path(file));
    this.undo.push(() => this.calls.unlink(aside).catch(unlessAbsent));
    const descriptor = await this.calls.open(aside, 'w+');
    try {
      if (file.kept > 0) await this.open.use(this.path(file), false, (from) => this.copy(from, descriptor, file.kept));
      await this.write(descriptor, file.bytes, file.kept);
      if (file.modifiedAt !== undefined) await this.calls.setModified(descriptor, file.modifiedAt);
      // Flushed in relaxed commits too: else the new name might stand, after a loss of power, for nothing. Which is what an empty file is.
      if (file.kept + file.bytes.length > 0) await this.calls.sync(descriptor);
    } finally {
      await this.calls.close(descriptor);
    }
  }

  private async copy(from: number, to: number, length: number): Promise<void> {
    const buffer = new Uint8Array(Math.min(length, copyBytes));
    for (let at = 0; at < length;) {
      const count = await this.calls.read(from, buffer.subarray(0, Math.min(buffer.length, length - at)), at);
      if (count === 0) throw new Error(`${length} bytes were to be kept, but the file ends at ${at}`);
      await this.write(to, buffer.subarray(0, count), at);
      at += count;
    }
  }

  private async write(descriptor: number, bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = await this.calls.write(descriptor, bytes.subarray(at), position + at);
      if (count === 0) throw Object.assign(new Error('ENOSPC: no byte could be written'), { code: 'ENOSPC' });
      at += count;
    }
  }

  /** After a failure the system may have thrown the bytes away and call the next flush a success: so nothing of the folder is believed any more. */
  private async sync(file: StagedFile): Promise<void> {
    try {
      await this.open.use(this.path(file), false, (descriptor) => this.calls.sync(descriptor));
    } catch (error) {
      this.broken.add(folderOf(file.path));
      throw error;
    }
  }

  private async syncFolders(folders: readonly string[]): Promise<void> {
    await this.all([...new Set(folders)], async (folder) => {
      let descriptor: number;
      try {
        descriptor = await this.calls.open(join(this.directory, folder), 'r');
      } catch (error) {
        // What was to be removed had never been there, nor its folder.
        return unlessAbsent(error);
      }
      try {
        await this.calls.sync(descriptor);
      } catch (error) {
        this.broken.add(folder);
        throw error;
      } finally {
        await this.calls.close(descriptor);
      }
    });
  }

  private async truncate(file: Staged<'truncate'>, isStrict: boolean): Promise<void> {
    await this.open.use(this.path(file), false, async (descriptor) => {
      await this.calls.truncate(descriptor, file.size);
      await this.calls.setModified(descriptor, file.modifiedAt);
      if (isStrict) await this.calls.sync(descriptor);
    });
  }

  private async putInPlace(file: Staged<'rewrite'>): Promise<void> {
    const path = this.path(file);
    await this.open.forget(path);
    await this.calls.rename(temporaryPath(path), path);
  }

  private async remove(file: Staged<'delete'>): Promise<void> {
    const path = this.path(file);
    await this.open.forget(path);
    await this.calls.unlink(path).catch(unlessAbsent);
  }

  /** A partition that is gone leaves no folder. */
  private async removeEmptyFolders(): Promise<void> {
    for (const folder of new Set(this.of('delete').map(({ path }) => folderOf(path)))) {
      if (folder === '') continue;
      await this.calls.removeDirectory(join(this.directory, folder)).catch((error: unknown) => {
        const { code } = error as NodeJS.ErrnoException;
        // ENOTDIR: a symbolic link, by which its owner has put it elsewhere.
        if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(code ?? '')) throw error;
      });
    }
  }

  private async takeBack(): Promise<void> {
    for (const back of this.undo.reverse()) {
      try {
        await back();
      } catch {
        for (const { path } of this.staged) this.broken.add(folderOf(path));
      }
    }
  }
}

function growsFile(file: StagedFile): boolean {
  return file.kind === 'append' && !file.isNew && file.bytes.length > 0;
}

function unlessAbsent(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
