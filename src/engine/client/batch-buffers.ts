import type { BatchMemory } from '../protocol/record-batch.js';

/** How many buffers are kept: about as many batches as are on their way at once. */
const mostBuffers = 16;

/** How much larger than what goes into it a buffer may be. */
const largestRatio = 4;

/** Memory for encoded batches, used again once they are stored (Kafka's `BufferPool`): memory that is new costs more than all that is done to encode a batch. */
export class BatchBuffers implements BatchMemory {
  readonly #free: Uint8Array[] = [];

  /** So many bytes, whatever is in them. */
  take(size: number): Uint8Array {
    const found = this.#free.findIndex(({ length }) => length >= size && length <= size * largestRatio);
    const [buffer] = found < 0 ? [new Uint8Array(size)] : this.#free.splice(found, 1);
    return (buffer as Uint8Array).subarray(0, size);
  }

  /** Nobody looks at these bytes any more, nor at others in their buffer. */
  giveBack({ buffer }: Uint8Array): void {
    this.#free.push(new Uint8Array(buffer));
    if (this.#free.length > mostBuffers) this.#free.shift();
  }
}
