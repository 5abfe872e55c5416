import type { Serde } from '../../streams/serdes.js';
import type { Topology } from '../../streams/topology/topology.js';

/** A program made ready: its topology, and what is needed to tell what is in its topics. */
export interface StreamsCode {
  readonly topology: Topology;
  /** `topology.optimization`. */
  readonly optimization?: 'all' | 'none';
  /** By store: what its keys (without their windows) and values are written by. */
  readonly stores: Readonly<Record<string, { readonly key: Serde<unknown>; readonly value: Serde<unknown> }>>;
}
