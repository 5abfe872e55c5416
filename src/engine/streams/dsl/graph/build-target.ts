import type { Topology } from '../../topology/topology.js';

/** What of an application's configuration, by Kafka's names, decides how its topology is built. A whole `StreamsConfig` may be given. */
export interface TopologyConfig {
  /**
   * `none` (the default), `all`, or some of these with commas between: `reuse.ktable.source.topics` (a table keeps its
   * state in the topic it is read from), `merge.repartition.topics` (those below one change of key become one),
   * `single.store.self.join` (the join of a stream with itself keeps one store).
   */
  readonly 'topology.optimization'?: string;
  /** KIP-1111: stores and internal topics with generated names are refused; they would change with the topology. `false` by default. */
  readonly 'ensure.explicit.internal.resource.naming'?: boolean;
  /** How stores that do not say themselves order and expire; `rocksDB` by default. */
  readonly 'default.dsl.store'?: 'rocksDB' | 'in_memory';
}

/** What an operator writes itself to. */
export interface BuildTarget {
  readonly topology: Topology;
  readonly config: TopologyConfig;
}
