import { randomInteger, type Random } from '../environment/environment.js';

/**
 * Chooses the partition of one topic's records without a key, as Kafka's built-in partitioner does (KIP-794, `BuiltInPartitioner`): stays with a partition
 * until `batchSize` bytes, at least 1, have gone to it, then draws the next. It switches at the end of a batch, but never stays past twice the size.
 * Partitions are drawn uniformly: Kafka's adaptive weighting by queue length is left out, there being one broker.
 */
export class StickyPartitioner {
  readonly #random: Random;
  readonly #stickyBytes: number;
  #available: readonly number[] = [];
  #current = -1;
  #producedBytes = 0;

  constructor(random: Random, batchSize: number) {
    this.#random = random;
    this.#stickyBytes = Math.max(1, batchSize);
  }

  /** The partition for the next record, one of `available`: the partitions that have a leader, the same array while nothing changes. */
  partition(available: readonly number[]): number {
    if (available !== this.#available) {
      this.#available = available;
      if (!available.includes(this.#current)) this.#current = -1;
    }
    if (this.#current === -1) {
      this.#current = available[randomInteger(this.#random, available.length)] as number;
      this.#producedBytes = 0;
    }
    return this.#current;
  }

  /** Notes that a record was put into the chosen partition's batch. */
  produced(bytes: number, isBatchFull: boolean): void {
    this.#producedBytes += bytes;
    if (this.#producedBytes >= (isBatchFull ? this.#stickyBytes : this.#stickyBytes * 2)) this.#current = -1;
  }
}
