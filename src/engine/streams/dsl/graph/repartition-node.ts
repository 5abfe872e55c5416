import type { ProcessorSupplier } from '../../processor/processor.js';
import { filter } from '../../processors/filter.js';
import { passThrough } from '../../processors/pass-through.js';
import { failOnInvalidTimestamp } from '../../task/timestamp-extractors.js';
import type { Serde } from '../../serdes.js';
import type { StreamPartitioner } from '../../topology/topology-node.js';
import { GraphNode } from './graph-node.js';
import type { NameCounter } from './name-counter.js';

export interface RepartitionOptions {
  readonly keySerde: Serde<unknown> | null;
  readonly valueSerde: Serde<unknown> | null;
  readonly partitioner?: StreamPartitioner | null;
  /** A number of partitions of its own. */
  readonly partitions?: number | null;
  /** Whether it was asked for as such (`repartition()`) and must stay where it is. */
  readonly isFixed?: boolean;
}

export interface RepartitionNames {
  readonly topic: string;
  readonly sink: string;
  readonly filter: string;
  readonly source: string;
}

export const repartitionSuffix = '-repartition';

/** Takes the numbers that Kafka takes for it, in its order: sink, filter, source. Their names are used where the prefix is a generated one. */
export function repartitionNames(names: NameCounter, prefix: string): RepartitionNames {
  const topic = prefix.endsWith(repartitionSuffix) ? prefix : prefix + repartitionSuffix;
  const generated = {
    topic,
    sink: names.processor('KSTREAM-SINK-'),
    filter: names.processor('KSTREAM-FILTER-'),
    source: names.processor('KSTREAM-SOURCE-'),
  };
  if (/^KSTREAM.*-[0-9]{10}$/.test(prefix)) return generated;
  return { topic, sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` };
}

/** A detour through a topic, so that records with one key meet in one task. Records without a key are left behind. */
export class RepartitionNode extends GraphNode {
  /** Whether a join below takes records without a key: then they are sent on (KIP-962). */
  keepsNullKeys = false;

  constructor(
    readonly names: RepartitionNames,
    readonly options: RepartitionOptions,
  ) {
    super(names.source, ({ topology }, parents) => {
      const { keySerde: key, valueSerde: value, partitioner = null, partitions = null } = options;
      topology.addInternalTopic(names.topic, partitions);
      topology.addProcessor(names.filter, this.#filter(), parents);
      topology.addSink(names.sink, names.topic, names.filter, { key, value, partitioner });
      topology.addSource(names.source, names.topic, { key, value, timestamp: failOnInvalidTimestamp });
    });
  }

  #filter(): ProcessorSupplier {
    return this.keepsNullKeys ? passThrough() : filter({ predicate: (key) => key !== null });
  }
}
