import type { Processor, ProcessorContext } from '../../../src/engine/streams/processor/processor.js';
import type { TaskContext } from '../../../src/engine/streams/processor/task-context.js';
import type { StoreBuilder } from '../../../src/engine/streams/state/store-builder.js';
import type { ChangelogRecord, RestorableStore } from '../../../src/engine/streams/state/state-store.js';
import type { BuiltTopology, SubTopology, TopologyNode } from '../../../src/engine/streams/topology/topology-node.js';
import { text } from './hand-made-topology.js';

const utf8 = new TextEncoder();

interface Counting {
  increment(key: string): number;
}

/** Counts in memory, logged to its changelog: the simplest store that a task can have. */
class CountStore implements RestorableStore, Counting {
  readonly persistent = false;
  readonly counts = new Map<string, number>();
  isOpen = false;
  #context: TaskContext | undefined;

  constructor(readonly name: string) {}

  init(context: TaskContext): void {
    this.#context = context;
    this.isOpen = true;
  }

  flush(): void {
    return;
  }

  close(): void {
    this.isOpen = false;
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value } of records)
      this.counts.set(new TextDecoder().decode(key), Number(new TextDecoder().decode(value ?? new Uint8Array())));
  }

  increment(key: string): number {
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    const { timestamp, headers } = (this.#context as TaskContext).current;
    this.#context?.logChange(this.name, utf8.encode(key), utf8.encode(String(count)), timestamp, headers);
    return count;
  }
}

/** `in` → by its value through the repartition topic `app-words-repartition` → counted in `counts` → `out`. */
export function countingTopology(): BuiltTopology {
  const counts: StoreBuilder = {
    name: 'counts',
    store: { kind: 'key-value', timestamped: false },
    loggingEnabled: true,
    logConfig: {},
    cachingEnabled: false,
    inMemory: true,
    build: () => new CountStore('counts'),
  };
  const source = (name: string, topic: string): TopologyNode => ({
    kind: 'source',
    name,
    topics: [topic],
    keySerde: text,
    valueSerde: text,
    timestampExtractor: null,
    offsetReset: null,
  });
  const sink = (name: string, parent: string, topic: string): TopologyNode => ({
    kind: 'sink',
    name,
    parents: [parent],
    topic,
    keySerde: text,
    valueSerde: text,
    partitioner: null,
  });
  const repartition = {
    name: 'app-words-repartition',
    config: { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'message.timestamp.type': 'CreateTime' },
    partitions: null,
  };
  const part = (id: number, nodes: readonly TopologyNode[], given: Partial<SubTopology>): SubTopology => ({
    id,
    nodes,
    stores: [],
    sourceTopics: [],
    sinkTopics: [],
    repartitionTopics: [],
    changelogTopics: new Map(),
    copartitionGroups: [],
    ...given,
  });
  return {
    applicationId: 'app',
    global: null,
    copartitionGroups: [],
    subTopologies: [
      part(
        0,
        [
          source('lines', 'in'),
          {
            kind: 'processor',
            name: 'by-word',
            parents: ['lines'],
            stores: [],
            supplier: { get: () => forwarding((record, context) => context.forward({ ...record, key: record.value })) },
          },
          sink('to-words', 'by-word', 'app-words-repartition'),
        ],
        { sourceTopics: ['in'], sinkTopics: ['app-words-repartition'] },
      ),
      part(
        1,
        [
          source('words', 'app-words-repartition'),
          {
            kind: 'processor',
            name: 'count',
            parents: ['words'],
            stores: ['counts'],
            supplier: {
              get: () =>
                forwarding((record, context) => {
                  const count = (context.getStateStore('counts') as unknown as Counting).increment(
                    record.key as string,
                  );
                  context.forward({ ...record, value: String(count) });
                }),
            },
          },
          sink('to-out', 'count', 'out'),
        ],
        {
          stores: [counts],
          sourceTopics: ['app-words-repartition'],
          sinkTopics: ['out'],
          repartitionTopics: [repartition],
          changelogTopics: new Map([
            [
              'counts',
              {
                name: 'app-counts-changelog',
                config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' },
                partitions: null,
              },
            ],
          ]),
        },
      ),
    ],
  };
}

function forwarding(
  process: (record: Parameters<Processor['process']>[0], context: ProcessorContext) => void,
): Processor {
  let context: ProcessorContext;
  return {
    init(given) {
      context = given;
    },
    process: (record) => process(record, context),
  };
}
