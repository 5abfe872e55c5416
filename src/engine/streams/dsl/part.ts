import type { TableView } from '../processors/table.js';
import type { Serde } from '../serdes.js';
import type { GraphNode } from './graph/graph-node.js';
import type { StreamsGraph } from './graph/streams-graph.js';

/** What a stream or table is inside the plan of its application. */
export interface Part<K, V> {
  readonly graph: StreamsGraph;
  /** Of the node of the topology that passes it on. */
  readonly name: string;
  readonly node: GraphNode;
  /** `null`: not known, so the application's default. */
  readonly keySerde: Serde<K> | null;
  readonly valueSerde: Serde<V> | null;
  /** The sources of its sub-topology: what it is joined with must be partitioned as their topics are. */
  readonly sources: ReadonlySet<string>;
}

export interface StreamPart<K, V> extends Part<K, V> {
  /** Whether a key may have changed since the records were partitioned. */
  readonly needsRepartition: boolean;
}

export interface TablePart<K, V> extends Part<K, V> {
  readonly table: TableView<K, V>;
  /** The store's name if it was given one. */
  readonly queryableStoreName: string | null;
}

/** Says that two parts are joined: their topics must have equally many partitions. Gives the sources of the result. */
export function copartition<K>(part: Part<K, unknown>, ...others: readonly Part<K, unknown>[]): ReadonlySet<string> {
  const sources = new Set([...part.sources, ...others.flatMap((other) => [...other.sources])]);
  part.graph.topology.copartitionSources(sources);
  return sources;
}
