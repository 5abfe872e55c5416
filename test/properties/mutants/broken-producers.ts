import { PartitionQueue } from '../../../src/engine/client/accumulator.js';
import { BatchNumbering } from '../../../src/engine/client/batch-numbering.js';
import { TopicPartitions } from '../../../src/engine/client/partitioner.js';
import type { TopicMetadata } from '../../../src/engine/client/cluster-metadata.js';

/** Breaks the client on purpose; gives how to mend it. */
export type Switch = () => () => void;

/** Puts `broken` in the place of a method. */
export function broken<Class extends object, Name extends keyof Class>(
  prototype: Class,
  name: Name,
  method: (original: Class[Name]) => Class[Name],
): () => void {
  const original = prototype[name];
  prototype[name] = method(original);
  return () => {
    prototype[name] = original;
  };
}

/** Sends whatever waits, also while another batch of the partition is on its way, and again in any sequence (the class of KAFKA-5494). For producers without numbers. */
export const sendsWithoutWaiting: Switch = () =>
  broken(
    PartitionQueue.prototype,
    'next',
    () =>
      function (this: PartitionQueue) {
        return this.waiting[0];
      },
  );

/** Keeps counting when a batch was given up, as if it were stored (kafkajs #598): what follows is refused for ever. */
export const countsWhatIsGivenUp: Switch = () => {
  const mendGiveUp = broken(
    BatchNumbering.prototype,
    'giveUp',
    () =>
      function (this: BatchNumbering, batch) {
        this.unsettled.splice(this.unsettled.indexOf(batch), 1);
      },
  );
  const mendMisses = broken(BatchNumbering.prototype, 'missesBefore', () => () => undefined);
  return () => {
    mendGiveUp();
    mendMisses();
  };
};

/** Counts from 0 again when the topic has been gone from the metadata (librdkafka 1.9): the broker takes new records for such as it has. */
export const countsAnewWithTheMetadata: Switch = () => {
  const known = new WeakMap<PartitionQueue, TopicMetadata>();
  return broken(
    TopicPartitions.prototype,
    'queue',
    (original) =>
      function (this: TopicPartitions, partition) {
        const queue = original.call(this, partition);
        if (
          known.get(queue) !== undefined &&
          known.get(queue) !== this.metadata &&
          queue.numbering.unsettled.length === 0
        )
          (queue as { numbering: BatchNumbering }).numbering = new BatchNumbering();
        known.set(queue, this.metadata);
        return queue;
      },
  );
};

/** Numbers a batch anew as soon as the broker misses something before it, though it may be stored under its old numbers. */
export const renumbersTooSoon: Switch = () => {
  const descriptor = Object.getOwnPropertyDescriptor(BatchNumbering.prototype, 'isReadyForEpoch') as PropertyDescriptor;
  const inDoubt = new WeakSet<BatchNumbering>();
  Object.defineProperty(BatchNumbering.prototype, 'isReadyForEpoch', {
    ...descriptor,
    get(this: BatchNumbering) {
      return inDoubt.delete(this) || (descriptor.get as () => boolean).call(this);
    },
  });
  const mendMisses = broken(
    BatchNumbering.prototype,
    'missesBefore',
    (original) =>
      function (this: BatchNumbering, batch) {
        inDoubt.add(this);
        original.call(this, batch);
      },
  );
  return () => {
    Object.defineProperty(BatchNumbering.prototype, 'isReadyForEpoch', descriptor);
    mendMisses();
  };
};

/** Has more batches on their way than a broker can tell apart. */
export const overrunsTheWindow: Switch = () =>
  broken(
    BatchNumbering.prototype,
    'mayNumber',
    () =>
      function (this: BatchNumbering, identity) {
        return this.unsettled.length < 5 && (this.identity === identity || this.unsettled.length === 0);
      },
  );
