import { KafkaError } from '../protocol/kafka-error.js';

/** What is wrong with one record of a batch. */
export interface RecordError {
  /** The record's place in its batch, from 0. */
  readonly batchIndex: number;
  readonly message: string;
}

/** Why a batch is refused as a whole although only some of its records are wrong (Kafka's `RecordValidationException`). */
export class InvalidRecordsError extends KafkaError {
  constructor(
    code: 'INVALID_RECORD' | 'INVALID_TIMESTAMP',
    message: string,
    readonly recordErrors: readonly RecordError[],
  ) {
    super(code, message);
  }
}
