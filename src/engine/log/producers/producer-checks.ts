import { KafkaError } from '../../protocol/kafka-error.js';
import type { BatchHeader } from '../../protocol/record-batch.js';
import { lastSequenceOf, type ProducerEntry } from './producer-entry.js';

/** Who appends: a client, whose sequences are checked; a transaction coordinator with its markers; or a replica, which copies what is true already. */
export type AppendOrigin = 'client' | 'coordinator' | 'replication';

/** What the checks say of a place: the partition's name and the offset that the batch would get. */
export interface CheckedPlace {
  readonly topicPartition: string;
  readonly offset: number;
}

/**
 * Refuses an epoch that is over. From transaction version 2 on the marker of an open transaction must have raised it (KIP-890). A batch of a transaction is refused in other words
 * than a plain one, as in Kafka. Throws INVALID_PRODUCER_EPOCH.
 */
export function checkEpoch(
  { producerId, epoch: last, currentTransactionFirstOffset }: ProducerEntry,
  { producerEpoch, isTransactional }: BatchHeader,
  origin: AppendOrigin,
  { offset, topicPartition }: CheckedPlace,
  transactionVersion = -1,
): void {
  if (origin === 'replication') return;
  if (isTransactional && producerEpoch < last)
    throw new KafkaError(
      'INVALID_PRODUCER_EPOCH',
      `Epoch of producer ${producerId} is ${producerEpoch}, which is smaller than the last seen epoch ${last}`,
    );
  const isRaised = transactionVersion >= 2 && currentTransactionFirstOffset !== undefined;
  if (isRaised ? producerEpoch > last : producerEpoch >= last) return;
  throw new KafkaError(
    'INVALID_PRODUCER_EPOCH',
    `Epoch of producer ${producerId} at offset ${offset} in ${topicPartition} is ${producerEpoch}, which is ${isRaised ? '<=' : '<'} the last seen epoch ${last} (TV${transactionVersion})`,
  );
}

/** Refuses a batch that does not follow the last one of its producer. A producer that is not known may begin anywhere. Throws OUT_OF_ORDER_SEQUENCE_NUMBER. */
export function checkSequence(entry: ProducerEntry, header: BatchHeader, place: CheckedPlace): void {
  const { baseSequence, producerEpoch } = header;
  const { producerId } = entry;
  const { offset, topicPartition } = place;
  if (entry.epoch === -1) return;
  if (producerEpoch !== entry.epoch) {
    if (baseSequence === 0) return;
    throw new KafkaError(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `Invalid sequence number for new epoch of producer ${producerId}at offset ${offset} in partition ${topicPartition}: ${producerEpoch} (request epoch), ${baseSequence} (seq. number), ${entry.epoch} (current producer epoch)`,
    );
  }
  const last = lastSequenceOf(entry);
  if (baseSequence === last + 1 || (baseSequence === 0 && last === 0x7fff_ffff)) return;
  throw new KafkaError(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `Out of order sequence number for producer ${producerId} at offset ${offset} in partition ${topicPartition}: ${baseSequence} (incoming seq. number), ${last} (current end sequence number)`,
  );
}

/** Refuses a marker of a coordinator that is no longer one. Throws TRANSACTION_COORDINATOR_FENCED. */
export function checkCoordinatorEpoch(
  entry: ProducerEntry,
  coordinatorEpoch: number,
  origin: AppendOrigin,
  { offset, topicPartition }: CheckedPlace,
): void {
  if (coordinatorEpoch >= entry.coordinatorEpoch || origin === 'replication') return;
  throw new KafkaError(
    'TRANSACTION_COORDINATOR_FENCED',
    `Invalid coordinator epoch for producerId ${entry.producerId} at offset ${offset} in partition ${topicPartition}: ${coordinatorEpoch} (zombie), ${entry.coordinatorEpoch} (current)`,
  );
}

/** Refuses a plain batch while its producer has a transaction open here. Throws INVALID_TXN_STATE. */
export function checkTransactional(entry: ProducerEntry, header: BatchHeader, place: CheckedPlace): void {
  if (entry.currentTransactionFirstOffset === undefined || header.isTransactional) return;
  throw new KafkaError(
    'INVALID_TXN_STATE',
    `Expected transactional write from producer ${entry.producerId} at offset (offset=${place.offset}, segment=[-1:-1]) in partition ${place.topicPartition}`,
  );
}
