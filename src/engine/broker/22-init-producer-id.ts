/**
 * InitProducerId v0-5. A producer without a transactional id gets a new id, epoch 0, whatever it says it had.
 * Left out: transactions. A transactional id gets UNSUPPORTED_VERSION, an empty one INVALID_REQUEST as in Kafka.
 */
import { StorageError } from '../environment/storage.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleInitProducerId: Handler<'InitProducerId'> = async (services, { request }) => {
  const refuse = (error: ErrorName) => ({
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    producerId: -1n,
    producerEpoch: -1,
  });
  const { transactionalId, producerId, producerEpoch } = request;
  if (transactionalId === '' || (producerId === -1n) !== (producerEpoch === -1)) return refuse('INVALID_REQUEST');
  if (transactionalId !== null) return refuse('UNSUPPORTED_VERSION');
  let allocated: number;
  try {
    allocated = await services.producerIds.allocate();
  } catch (error) {
    // As Kafka while it has no block of ids to give from: the client asks again.
    if (error instanceof StorageError) return refuse('COORDINATOR_LOAD_IN_PROGRESS');
    throw error;
  }
  return { throttleTimeMs: 0, errorCode: 0, producerId: BigInt(allocated), producerEpoch: 0 };
};
