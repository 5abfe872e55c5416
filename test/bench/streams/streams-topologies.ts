import { StreamsBuilder } from '../../../src/engine/streams/dsl/streams-builder.js';
import type { Windowed } from '../../../src/engine/streams/state/state-store.js';
import { JoinWindows } from '../../../src/engine/streams/dsl/window/join-windows.js';
import { TimeWindows } from '../../../src/engine/streams/dsl/window/time-windows.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import type { Topology } from '../../../src/engine/streams/topology/topology.js';

export interface BenchTopology {
  build(): Topology;
  /** Reads a value of the topic `out`, a count or a text, and says what it adds to the sum. */
  readonly sizeOf: (value: Uint8Array) => number;
}

const strings = { key: Serdes.string, value: Serdes.string };

/** By name; StreamsBench.java builds the same. Stores are in memory, and nothing is cached. */
export const streamsTopologies: Readonly<Record<string, BenchTopology>> = {
  'streams-wordcount': {
    build() {
      const builder = new StreamsBuilder();
      builder
        .stream('in', strings)
        .flatMapValues((line) => line.split(' '))
        .groupBy((_key, word) => word, strings)
        .count({ as: 'counts', store: 'memory' })
        .toStream()
        .to('out', { key: Serdes.string, value: Serdes.safeLong });
      return builder.build({});
    },
    sizeOf: (value) => Serdes.safeLong.deserialize('out', value),
  },
  'streams-window': {
    build() {
      const builder = new StreamsBuilder();
      builder
        .stream('in', strings)
        .groupByKey(strings)
        .windowedBy(TimeWindows.ofSizeAndGrace(1000, 500))
        .count({ as: 'counts', store: 'memory' })
        .toStream((windowed: Windowed<string>) => windowed.key)
        .to('out', { key: Serdes.string, value: Serdes.safeLong });
      return builder.build({});
    },
    sizeOf: (value) => Serdes.safeLong.deserialize('out', value),
  },
  'streams-join': {
    build() {
      const builder = new StreamsBuilder();
      const windows = JoinWindows.ofTimeDifferenceAndGrace(50, 10);
      builder
        .stream('left', strings)
        .join(builder.stream('right', strings), (left, right) => `${left},${right}`, windows, {
          ...strings,
          other: Serdes.string,
        })
        .to('out', strings);
      return builder.build({ 'default.dsl.store': 'in_memory' });
    },
    sizeOf: (value) => Serdes.string.deserialize('out', value).length,
  },
  'streams-table-join': {
    build() {
      const builder = new StreamsBuilder();
      const table = builder.table('right', { ...strings, materialized: { as: 'rows', store: 'memory' } });
      builder
        .stream('left', strings)
        .join(table, (left, right) => `${left},${right}`, strings)
        .to('out', strings);
      return builder.build({});
    },
    sizeOf: (value) => Serdes.string.deserialize('out', value).length,
  },
};
