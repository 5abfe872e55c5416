import type { RecordError } from '../log/invalid-records-error.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn, type BatchHeader } from '../protocol/record-batch.js';

/** Why a batch is refused, as its partition's answer tells it. */
export interface BatchRefusal {
  readonly error: Exclude<ErrorName, 'NONE'>;
  /** Shown with record errors only, as in Kafka. */
  readonly message?: string;
  readonly recordErrors?: readonly RecordError[];
}

/** The one batch that a partition's bytes must hold, or why they are refused (Kafka's `ProduceRequest.validateRecords`). */
export function onlyBatch(bytes: Uint8Array | null): BatchHeader | BatchRefusal {
  const headers: BatchHeader[] = [];
  try {
    for (const { header } of batchesIn(bytes ?? new Uint8Array(0))) headers.push(header);
  } catch (error) {
    if (error instanceof KafkaError) return { error: 'INVALID_RECORD' };
    throw error;
  }
  const header = headers[0];
  if (header === undefined || headers.length > 1) return { error: 'INVALID_RECORD' };
  return header;
}
