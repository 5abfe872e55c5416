import { errorByName, type ErrorName } from './errors.js';

const brand = Symbol.for('partita.KafkaError');

/** What went wrong, in Kafka's words: `code` is the name of a row of the error table. The message says what was found, what was expected, what to do. */
export class KafkaError extends Error {
  /** Known as one across the package's entries too, each of which has a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // What is derived from it is known by its own class alone.
    if (this !== KafkaError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && brand in value;
  }

  readonly [brand] = true;
  override readonly name = 'KafkaError';
  /** The same request may succeed later. */
  readonly retriable: boolean;

  constructor(
    /** Kafka's own name of the error, such as `UNKNOWN_TOPIC_OR_PARTITION`. */
    readonly code: ErrorName,
    message?: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message ?? errorByName(code).message, options);
    this.retriable = errorByName(code).retriable;
  }
}

/** An error as plain data, to cross between workers, where classes and prototypes are lost. */
export interface ErrorData {
  readonly code: ErrorName;
  readonly message: string;
  /** The class that it had: `KafkaError`, `TypeError`, … */
  readonly name: string;
  readonly cause?: ErrorData;
}

const deepestCause = 8;

/** The data form of whatever was thrown. What is not a `KafkaError` has the code UNKNOWN_SERVER_ERROR and keeps its name and message. */
export function toErrorData(error: unknown): ErrorData {
  return dataOf(error, deepestCause);
}

function dataOf(error: unknown, causesLeft: number): ErrorData {
  if (!(error instanceof Error)) return { code: 'UNKNOWN_SERVER_ERROR', message: String(error), name: typeof error };
  const data = {
    code: error instanceof KafkaError ? error.code : ('UNKNOWN_SERVER_ERROR' as const),
    message: error.message,
    name: error.name,
  };
  return error.cause === undefined || causesLeft === 0 ? data : { ...data, cause: dataOf(error.cause, causesLeft - 1) };
}

/** The error that `data` stands for. Only a `KafkaError` comes back as its own class; any other error is named in the message. */
export function fromErrorData(data: ErrorData): KafkaError {
  const message = data.name === 'KafkaError' ? data.message : `${data.name}: ${data.message}`;
  return new KafkaError(
    data.code,
    message,
    data.cause === undefined ? undefined : { cause: fromErrorData(data.cause) },
  );
}
