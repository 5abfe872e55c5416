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

/** What a client is told besides the error, where it can do something about it: there is no space left. */
export function storageFailureText(error: unknown): string | undefined {
  if (error instanceof KafkaError) return storageFailureText(error.cause);
  if (!(error instanceof StorageError) || error.code !== 'full') return undefined;
  return `STORAGE_FULL: ${error.message} Nothing was stored; try again when there is space. What retention allows to go is deleted first.`;
}
