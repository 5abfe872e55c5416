import type { StoreBuilder } from '../state/store-builder.js';
import type { NodeGroups } from './node-groups.js';
import type { ProcessorNode, SinkNode, SourceNode } from './topology-node.js';

export type ProcessorParts = Omit<ProcessorNode, 'stores'> & { readonly stores: Set<string> };

export interface StoreParts {
  readonly builder: StoreBuilder;
  /** The processors it is connected to. */
  readonly users: Set<string>;
  /** The topic that serves as its changelog, if one of the application's own does (optimization). */
  sourceTopic: string | null;
}

export interface GlobalStoreParts {
  readonly builder: StoreBuilder;
  readonly sourceName: string;
  readonly processorName: string;
}

/** A topology as it was put together; internal topics are named without the application's id. */
export interface TopologyParts {
  /** In the order they were added. */
  readonly nodes: ReadonlyMap<string, SourceNode | ProcessorParts | SinkNode>;
  readonly groups: NodeGroups;
  readonly stores: ReadonlyMap<string, StoreParts>;
  /** By the store's name. */
  readonly globalStores: ReadonlyMap<string, GlobalStoreParts>;
  /** With the number of partitions, if it is fixed. */
  readonly internalTopics: ReadonlyMap<string, number | null>;
  /** Names of sources whose topics must have equally many partitions. */
  readonly copartitionedSources: readonly ReadonlySet<string>[];
}
