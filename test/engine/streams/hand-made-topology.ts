import type { Processor, ProcessorContext } from '../../../src/engine/streams/processor/processor.js';
import type { StreamRecord } from '../../../src/engine/streams/processor/record.js';
import type { Serde } from '../../../src/engine/streams/serdes.js';
import type { SourceNode, SubTopology, TopologyNode } from '../../../src/engine/streams/topology/topology-node.js';

const utf8 = new TextEncoder();

/** Text as UTF-8; refuses what is no text. */
export const text: Serde<unknown> = {
  serialize(_topic, data) {
    if (typeof data !== 'string') throw new TypeError('not a text');
    return utf8.encode(data);
  },
  deserialize(_topic, bytes) {
    const data = new TextDecoder().decode(bytes);
    if (data === 'unreadable') throw new TypeError('no text in it');
    return data;
  },
};

type TextRecord = StreamRecord<string | null, string | null>;

/** A processor of one function. */
export function processing(
  process: (record: TextRecord, context: ProcessorContext) => void,
  init?: (context: ProcessorContext) => void,
): () => Processor {
  return () => {
    let context: ProcessorContext;
    return {
      init(given) {
        context = given;
        init?.(given);
      },
      process: (record) => process(record as TextRecord, context),
    };
  };
}

/** Builds a sub-topology node by node, without stores. */
export class HandMadeTopology {
  readonly #nodes: TopologyNode[] = [];

  source(name: string, topics: readonly string[] | RegExp, given: Partial<SourceNode> = {}): this {
    this.#nodes.push({
      kind: 'source',
      name,
      topics,
      keySerde: text,
      valueSerde: text,
      timestampExtractor: null,
      offsetReset: null,
      ...given,
    });
    return this;
  }

  processor(name: string, parents: readonly string[], get: () => Processor): this {
    this.#nodes.push({ kind: 'processor', name, parents, supplier: { get }, stores: [] });
    return this;
  }

  sink(name: string, parents: readonly string[], topic: string): this {
    this.#nodes.push({
      kind: 'sink',
      name,
      parents,
      topic,
      keySerde: text,
      valueSerde: text,
      partitioner: null,
    });
    return this;
  }

  build(): SubTopology {
    return {
      id: 0,
      nodes: this.#nodes,
      stores: [],
      sourceTopics: this.#nodes.flatMap((node) =>
        node.kind === 'source' && !(node.topics instanceof RegExp) ? node.topics : [],
      ),
      sinkTopics: this.#nodes.flatMap((node) =>
        node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [],
      ),
      repartitionTopics: [],
      changelogTopics: new Map(),
      copartitionGroups: [],
    };
  }
}
