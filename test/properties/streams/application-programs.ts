import { StreamsBuilder } from '../../../src/engine/streams/dsl/streams-builder.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import type { QueryableStoreType } from '../../../src/engine/streams/runtime/queries/queryable-store.js';
import type { Topology } from '../../../src/engine/streams/topology/topology.js';

export const text = { key: Serdes.string, value: Serdes.string };

/** A program of the applications that are crashed and moved about. Values of its inputs are a number and a serial number of the record, as text: `17.0004`. */
export interface ApplicationProgram {
  readonly inputs: readonly string[];
  /** Inputs whose records may have no value: it deletes a row. */
  readonly tables?: readonly string[];
  /** Stores that can be asked, with what they are asked as. */
  readonly stores: Readonly<Record<string, QueryableStoreType>>;
  /** How many ms of event time the unit of its plans is; 1 by default. */
  readonly unitMs?: number;
  readonly build: () => Topology;
}

export function built(define: (builder: StreamsBuilder) => void): () => Topology {
  return () => {
    const builder = new StreamsBuilder();
    define(builder);
    return builder.build();
  };
}

/** Both sets of values as one, as text in order. What is processed twice is in it once. */
export function union(set: string, values: string): string {
  return [...new Set(`${set} ${values}`.split(' '))]
    .filter((value) => value !== '')
    .sort()
    .join(' ');
}

/** Programs without windows, by the names that plans know. */
export const plainPrograms = {
  /** Each record goes through a repartition topic, with its value in it for its key. */
  stateless: {
    inputs: ['in'],
    stores: {},
    build: built((builder) =>
      builder
        .stream('in', text)
        .flatMapValues((value, key) => [`${key}:${value}`, `${key}:${value}!`])
        .selectKey((_key, value) => value.slice(0, value.indexOf(':')))
        .repartition({ name: 'again', ...text })
        .to('out', text),
    ),
  },
  /** The values that each key has had. */
  sets: {
    inputs: ['in'],
    stores: { sets: 'keyValue' },
    build: built((builder) =>
      builder
        .stream('in', text)
        .groupBy((key) => key, { name: 'by-key', ...text })
        .reduce(union, { as: 'sets', ...text })
        .toStream()
        .to('out', text),
    ),
  },
  /** How many records each key has: processed twice, a record counts twice. */
  count: {
    inputs: ['in'],
    stores: { counts: 'keyValue' },
    build: built((builder) =>
      builder.stream('in', text).groupByKey(text).count({ as: 'counts' }).mapValues(String).toStream().to('out', text),
    ),
  },
  /** A table, and each change of it. */
  changes: {
    inputs: ['in'],
    tables: ['in'],
    stores: { rows: 'keyValue' },
    build: built((builder) =>
      builder
        .table('in', { ...text, materialized: { as: 'rows', caching: false } })
        .toStream()
        .to('out', text),
    ),
  },
  /** Two tables, joined by their keys. */
  tables: {
    inputs: ['left', 'right'],
    tables: ['left', 'right'],
    stores: { joined: 'keyValue', left: 'keyValue', right: 'keyValue' },
    build: built((builder) =>
      builder
        .table('left', { ...text, materialized: { as: 'left' } })
        .outerJoin(
          builder.table('right', { ...text, materialized: { as: 'right' } }),
          (left, right) => `${left ?? '-'}+${right ?? '-'}`,
          { as: 'joined', ...text },
        )
        .toStream()
        .to('out', text),
    ),
  },
  /** A table whose values name keys of another. */
  foreignKey: {
    inputs: ['left', 'right'],
    tables: ['left', 'right'],
    stores: { joined: 'keyValue' },
    build: built((builder) =>
      builder
        .table('left', { ...text, materialized: { as: 'left' } })
        .leftJoin(
          builder.table('right', { ...text, materialized: { as: 'right' } }),
          { foreignKey: (value) => `key-${Math.trunc(Number(value)) % 4}` },
          (left, right) => `${left}+${right ?? '-'}`,
          { as: 'joined', ...text },
        )
        .toStream()
        .to('out', text),
    ),
  },
} satisfies Record<string, ApplicationProgram>;
