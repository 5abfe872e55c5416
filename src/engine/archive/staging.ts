import type { Storage, StorageWrite } from '../environment/storage.js';

/** After so many bytes what waits is written: as much as a storage takes well at once. */
const commitBytes = 1024 * 1024;

/** Writes to a storage in commits of a good size, each durable before more is taken. Nothing that it writes may be seen by anybody yet. */
export class Staging {
  private waiting: StorageWrite[] = [];
  private bytes = 0;
  private total = 0;

  constructor(private readonly storage: Pick<Storage, 'commit'>) {}

  /** How many bytes were handed in. */
  get totalBytes(): number {
    return this.total;
  }

  /** Takes a write; its bytes may be used again when this resolves. */
  async write(write: StorageWrite): Promise<void> {
    const bytes = 'bytes' in write ? write.bytes.length : 0;
    this.waiting.push('bytes' in write ? { ...write, bytes: write.bytes.slice() } : write);
    this.bytes += bytes;
    this.total += bytes;
    if (this.bytes >= commitBytes) await this.flush();
  }

  /** Resolves when all that was taken is durable. */
  async flush(): Promise<void> {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    this.bytes = 0;
    await this.storage.commit(waiting, 'strict');
  }
}
