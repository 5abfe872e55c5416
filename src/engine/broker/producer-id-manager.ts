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

  private async takeBlock(): Promise<void> {
    const stored = await this.storage.readBlob(blobName);
    const start = stored === undefined ? 0 : Number(viewOf(stored).getBigInt64(0));
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigInt64(0, BigInt(start + blockSize));
    await this.storage.commit([{ kind: 'put-blob', name: blobName, bytes }], 'strict');
    this.next = start;
    this.blockEnd = start + blockSize;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
