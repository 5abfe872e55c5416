import type {
  Durability,
  Storage,
  StoredContents,
  StoredFile,
  StorageWrite,
} from '../../../src/engine/environment/storage.js';

/** A storage whose every call takes real time, one in three of them much: as IndexedDB does. */
export class SlowStorage implements Storage {
  private calls = 0;

  constructor(private readonly inner: Storage) {}

  async files(): Promise<readonly StoredFile[]> {
    await this.pass();
    return await this.inner.files();
  }

  async contents(folder?: string): Promise<StoredContents> {
    await this.pass();
    return await this.inner.contents(folder);
  }

  async read(file: string, position: number, length: number): Promise<Uint8Array> {
    await this.pass();
    return await this.inner.read(file, position, length);
  }

  async readBlob(name: string): Promise<Uint8Array | undefined> {
    await this.pass();
    return await this.inner.readBlob(name);
  }

  async commit(writes: readonly StorageWrite[], durability: Durability): Promise<void> {
    await this.pass();
    await this.inner.commit(writes, durability);
    await this.pass();
  }

  async close(): Promise<void> {
    await this.pass();
    await this.inner.close();
  }

  private pass(): Promise<void> {
    return new Promise((resolve) => {
      if (this.calls++ % 3 === 0) setTimeout(resolve, 1);
      else setImmediate(resolve);
    });
  }
}
