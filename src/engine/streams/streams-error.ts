/** Kafka's classes of what can go wrong in an application, by their simple names. */
export type StreamsErrorName =
  | 'StreamsException'
  | 'TopologyException'
  | 'IllegalArgumentException'
  | 'IllegalStateException'
  | 'NullPointerException'
  | 'SerializationException'
  | 'InvalidStateStoreException'
  | 'UnknownStateStoreException'
  | 'StreamsNotStartedException'
  | 'StreamsRebalancingException'
  | 'MissingSourceTopicException'
  | 'TaskCorruptedException'
  | 'UnknownTopicException'
  | 'NoSuchElementException';

/** What an application or the building of its topology fails with. `name` is that of Kafka's class; what users' code threw is the `cause`. */
export class StreamsError extends Error {
  constructor(
    override readonly name: StreamsErrorName,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
