import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { StreamsBuilder } from '../engine/streams/dsl/streams-builder.js';
import type { TopologyDefinition } from '../engine/streams/dsl/define-topology.js';
import {
  KafkaStreams as EngineStreams,
  type KafkaClients,
  type KafkaStreamsOptions as EngineOptions,
} from '../engine/streams/runtime/kafka-streams.js';
import type { Topology } from '../engine/streams/topology/topology.js';
import type { StreamsConfig } from '../engine/streams/streams-config.js';

export interface KafkaStreamsOptions extends Omit<EngineOptions, 'kafka' | 'topology'> {
  /** Where its clients come from: a log (`openPartita`), or `Kafka` of `partita/node`. A function is told the name that each client is to have. */
  readonly kafka: KafkaClients | ((clientId: string) => KafkaClients);
  /** A topology, or what defines one. */
  readonly topology: Topology | TopologyDefinition;
}

/**
 * One instance of an application that processes streams. Instances with the same `application.id` share its tasks, in this process or anywhere.
 *
 * ```ts
 * const streams = new KafkaStreams({ kafka, config: { 'application.id': 'word-count' }, topology });
 * await streams.start();
 * ```
 */
export class KafkaStreams extends EngineStreams {
  /** @throws StreamsError if the topology cannot be built, or reads nothing */
  constructor({ kafka, topology, ...options }: KafkaStreamsOptions) {
    super(browserEnvironment(), {
      ...options,
      kafka: typeof kafka === 'function' ? kafka : () => kafka,
      topology: typeof topology === 'function' ? definedBy(topology, options.config) : topology,
    });
  }
}

function definedBy(define: TopologyDefinition, config: StreamsConfig): Topology {
  const builder = new StreamsBuilder();
  define(builder);
  return builder.build(config);
}
