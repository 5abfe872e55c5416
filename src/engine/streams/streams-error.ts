/** Kafka's classes of what can go wrong in an application, by their simple names. */
export type StreamsErrorName =
  | 'StreamsException'
  | 'TopologyException'
  | 'IllegalArgumentException'
  | 'IllegalStateException'
  | 'NullPointerException'
  | 'ConfigException'
  | 'SerializationException'
  | 'InvalidStateStoreException'
  | 'UnknownStateStoreException'
  | 'StreamsNotStartedException'
  | 'StreamsRebalancingException'
  | 'MissingSourceTopicException'
  | 'TaskCorruptedException'
  | 'UnknownTopicException'
  | 'NoSuchElementException'
  | 'ShutdownRequested';

const brand = Symbol.for('partita.StreamsError');

/** What an application or the building of its topology fails with. `name` is that of Kafka's class; what users' code threw is the `cause`. */
export class StreamsError extends Error {
  /** Known as one across the package's entries too, each of which has a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && brand in value;
  }

  readonly [brand] = true;

  constructor(
    override readonly name: StreamsErrorName,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
