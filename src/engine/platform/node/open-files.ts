import type { FileCalls } from './file-calls.js';

/** So many files stay open; a process may often have 1,024. */
const mostOpen = 200;

interface OpenFile {
  readonly descriptor: Promise<number>;
  users: number;
  isForgotten: boolean;
}

/** Files that are kept open, because they are read and written again and again. */
export class OpenFiles {
  /** In the order of their last use. */
  private readonly open = new Map<string, OpenFile>();

  constructor(private readonly calls: FileCalls) {}

  /** Does something with a file; `create` makes it if it is not there. It stays open until it is forgotten or others are used more. */
  async use<Value>(path: string, create: boolean, task: (descriptor: number) => Promise<Value>): Promise<Value> {
    let file = this.open.get(path);
    this.open.delete(path);
    file ??= { descriptor: this.opened(path, create), users: 0, isForgotten: false };
    this.open.set(path, file);
    file.users += 1;
    try {
      return await task(await file.descriptor);
    } finally {
      file.users -= 1;
      if (file.isForgotten) await this.closeUnused(file);
      else await this.closeOldest(mostOpen);
    }
  }

  /** Closes a file: it goes, or another takes its name. */
  async forget(path: string): Promise<void> {
    const file = this.open.get(path);
    if (file === undefined) return;
    this.open.delete(path);
    file.isForgotten = true;
    await this.closeUnused(file);
  }

  async close(): Promise<void> {
    for (const path of [...this.open.keys()]) await this.forget(path);
  }

  private async opened(path: string, create: boolean): Promise<number> {
    try {
      return await this.openOnce(path, create);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EMFILE') {
        this.open.delete(path);
        throw error;
      }
    }
    await this.closeOldest(mostOpen / 10);
    try {
      return await this.openOnce(path, create);
    } catch (error) {
      this.open.delete(path);
      throw error;
    }
  }

  private async openOnce(path: string, create: boolean): Promise<number> {
    if (!create) return this.calls.open(path, 'r+');
    try {
      return await this.calls.open(path, 'wx+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return this.calls.open(path, 'r+');
    }
  }

  private async closeOldest(most: number): Promise<void> {
    for (const [path, file] of this.open) {
      if (this.open.size <= most) return;
      if (file.users === 0) await this.forget(path);
    }
  }

  private async closeUnused(file: OpenFile): Promise<void> {
    if (file.users > 0) return;
    const descriptor = await file.descriptor.catch(() => undefined);
    if (descriptor !== undefined) await this.calls.close(descriptor).catch(() => undefined);
  }
}
