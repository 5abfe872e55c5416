import { StorageError } from '../environment/storage.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';

/** The protocol error that a failed append or read becomes for the client; undefined for what no storage would throw. */
export function storageFailure(error: unknown): Exclude<ErrorName, 'NONE'> | undefined {
  if (error instanceof KafkaError && error.cause !== undefined) return storageFailure(error.cause) ?? refusalOf(error);
  if (error instanceof KafkaError) return refusalOf(error);
  if (!(error instanceof StorageError)) return undefined;
  // Another broker has the storage now: the client shall look for it.
  return error.code === 'fenced' || error.code === 'closed' ? 'NOT_LEADER_OR_FOLLOWER' : 'KAFKA_STORAGE_ERROR';
}

function refusalOf(error: KafkaError): Exclude<ErrorName, 'NONE'> | undefined {
  return error.code === 'NONE' ? undefined : error.code;
}
