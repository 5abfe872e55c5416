export { KafkaStreams, type KafkaStreamsOptions } from './kafka-streams.js';
export type {
  CloseOptions,
  KafkaClients,
  StateListener,
  StoreQueryParameters,
  StreamsMetrics,
  UncaughtExceptionResponse,
} from '../engine/streams/runtime/kafka-streams.js';
export type { ClientOverrides } from '../engine/streams/runtime/client-overrides.js';
export type { StateRestoreListener } from '../engine/streams/runtime/state-restorer.js';
export type { StreamsState } from '../engine/streams/runtime/streams-state.js';
export type { QueryableStores, QueryableStoreType } from '../engine/streams/runtime/queries/queryable-store.js';
export type { KeyQueryMetadata, StreamsMetadata } from '../engine/streams/runtime/queries/streams-metadata.js';
export type { StreamsConfig } from '../engine/streams/streams-config.js';
export { StreamsError, type StreamsErrorName } from '../engine/streams/streams-error.js';
export { Serdes, type Serde } from '../engine/streams/serdes.js';

// the DSL
export { defineTopology, type TopologyDefinition } from '../engine/streams/dsl/define-topology.js';
export { StreamsBuilder, type ConsumedTable, type GlobalStore } from '../engine/streams/dsl/streams-builder.js';
export { days, hours, minutes, seconds } from '../engine/streams/dsl/durations.js';
export type { KStream, TopicChooser, WithStores } from '../engine/streams/dsl/kstream.js';
export type { KTable, OnForeignKey } from '../engine/streams/dsl/ktable.js';
export type { GlobalKTable } from '../engine/streams/dsl/global-ktable.js';
export type { KGroupedStream } from '../engine/streams/dsl/kgrouped-stream.js';
export type { KGroupedTable } from '../engine/streams/dsl/kgrouped-table.js';
export type { CogroupedKStream } from '../engine/streams/dsl/cogrouped-kstream.js';
export type { TimeWindowedKStream } from '../engine/streams/dsl/time-windowed-kstream.js';
export type { SessionWindowedKStream } from '../engine/streams/dsl/session-windowed-kstream.js';
export type { TimeWindowedCogroupedKStream } from '../engine/streams/dsl/time-windowed-cogrouped-kstream.js';
export type { SessionWindowedCogroupedKStream } from '../engine/streams/dsl/session-windowed-cogrouped-kstream.js';
export type {
  Branched,
  BranchedKStream,
  Branches,
  SplitStreams,
  StreamsByName,
} from '../engine/streams/dsl/branched-kstream.js';
export type { Consumed } from '../engine/streams/dsl/consumed.js';
export type { Grouped } from '../engine/streams/dsl/grouped.js';
export type { Joined, StreamJoined } from '../engine/streams/dsl/joined.js';
export type { Materialized } from '../engine/streams/dsl/materialized.js';
export type { Named } from '../engine/streams/dsl/named.js';
export type { Present } from '../engine/streams/dsl/present.js';
export type { Produced, Repartitioned } from '../engine/streams/dsl/produced.js';
export { BufferConfig, Suppressed } from '../engine/streams/dsl/suppressed.js';
export type { EagerBufferConfig, StrictBufferConfig, Suppression } from '../engine/streams/dsl/suppressed.js';
export type { TopologyConfig } from '../engine/streams/dsl/graph/build-target.js';
export { JoinWindows } from '../engine/streams/dsl/window/join-windows.js';
export { SessionWindows } from '../engine/streams/dsl/window/session-windows.js';
export { SlidingWindows } from '../engine/streams/dsl/window/sliding-windows.js';
export { TimeWindows } from '../engine/streams/dsl/window/time-windows.js';
export type { EmitStrategy } from '../engine/streams/processors/window-aggregate.js';
export type { ValueTransformer } from '../engine/streams/processors/table-transform-values.js';

// the Processor API
export { Topology } from '../engine/streams/topology/topology.js';
export type { GlobalStoreOptions, SinkOptions, SourceOptions } from '../engine/streams/topology/topology.js';
export type {
  DescribedNode,
  DescribedSubTopology,
  TopologyDescription,
} from '../engine/streams/topology/describe-topology.js';
export type {
  Cancellable,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
} from '../engine/streams/processor/processor.js';
export type { RecordHeaders, RecordOrigin, StreamRecord } from '../engine/streams/processor/record.js';
export type {
  AutoOffsetReset,
  BuiltTopology,
  ConsumedRecord,
  StreamPartitioner,
  TimestampExtractor,
  TopicNameExtractor,
} from '../engine/streams/topology/topology-node.js';
export type { StoreBuilder } from '../engine/streams/state/store-builder.js';
export type {
  KeyValueStore,
  SessionStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  VersionedRecord,
  Window,
  Windowed,
  WindowStore,
} from '../engine/streams/state/state-store.js';
export { Stores } from './stores.js';

// time and failures
export {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
  wallclockTimestamp,
} from '../engine/streams/task/timestamp-extractors.js';
export { logAndContinue, logAndFail, retryOrFail } from '../engine/streams/task/exception-handlers.js';
export type {
  DeserializationExceptionHandler,
  ErrorHandlerContext,
  FailedProduction,
  HandlerResponse,
  ProcessingExceptionHandler,
  ProductionExceptionHandler,
  ProductionHandlerResponse,
} from '../engine/streams/task/exception-handlers.js';
export type { DeadLetter } from '../engine/streams/task/dead-letter.js';
