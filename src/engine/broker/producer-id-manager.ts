import type { Storage } from '../environment/storage.js';

const blobName = 'producer-ids';
const blockSize = 1000;

/**
 * Hands out producer ids, each once in the life of a storage: a whole block is taken (strictly durable) before the first id of it is given.
 * Kafka's `ProducerIdManager`; the block stands in a blob instead of a `ProducerIdsRecord`.
 */
export class ProducerIdManager {
  private next = 0;
  private blockEnd = 0;
  private taking: Promise<void> | undefined;

  constructor(private readonly storage: Storage) {}

  async allocate(): Promise<number> {
    while (this.next === this.blockEnd) {
      this.taking ??= this.takeBlock().finally(() => (this.taking = undefined));
      await this.taking;
    }
    return this.next++;
  }

  /** Gives no id up to this one any more: it was given elsewhere, and what was written under it is here now. */
  async skipThrough(id: number): Promise<void> {
    while (this.taking !== undefined) await this.taking;
    // What is left of the block at hand may hold ids up to it, and the next block too.
    if (id >= this.next) this.next = this.blockEnd;
    this.taking = this.skip(id).finally(() => (this.taking = undefined));
    await this.taking;
  }

  private async skip(id: number): Promise<void> {
    if (id >= (await this.storedEnd())) await this.store(id + 1);
  }

  private async takeBlock(): Promise<void> {
    const start = await this.storedEnd();
    await this.store(start + blockSize);
    this.next = start;
    this.blockEnd = start + blockSize;
  }

  /** Where the next block begins. */
  private async storedEnd(): Promise<number> {
    const stored = await this.storage.readBlob(blobName);
    return stored === undefined ? 0 : Number(viewOf(stored).getBigInt64(0));
  }

  private async store(end: number): Promise<void> {
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigInt64(0, BigInt(end));
    await this.storage.commit([{ kind: 'put-blob', name: blobName, bytes }], 'strict', 'essential');
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
