import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';

/** Records were not acknowledged. `mayBeStored` false: none of them is stored, nor will be. True: nobody knows. */
export class UndeliveredError extends KafkaError {
  constructor(
    code: ErrorName,
    message: string,
    /** False: sending them again stores none of them twice. */
    readonly mayBeStored: boolean,
    options?: { readonly cause?: unknown },
  ) {
    super(code, message, options);
  }
}
