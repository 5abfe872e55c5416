import type { StreamsBuilder } from './streams-builder.js';

/** A module with this as its default export can be started anywhere: in this thread or, by its address, in a worker. */
export type TopologyDefinition = (builder: StreamsBuilder) => void;

/** Gives the builder of a topology its type. */
export function defineTopology(define: TopologyDefinition): TopologyDefinition {
  return define;
}
