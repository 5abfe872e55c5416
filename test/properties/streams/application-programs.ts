import { minutes } from '../../../src/engine/streams/dsl/durations.js';
import { StreamsBuilder } from '../../../src/engine/streams/dsl/streams-builder.js';
import { BufferConfig, Suppressed } from '../../../src/engine/streams/dsl/suppressed.js';
import { JoinWindows } from '../../../src/engine/streams/dsl/window/join-windows.js';
import { SessionWindows } from '../../../src/engine/streams/dsl/window/session-windows.js';
import { TimeWindows } from '../../../src/engine/streams/dsl/window/time-windows.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import type { QueryableStoreType } from '../../../src/engine/streams/runtime/queries/queryable-store.js';
import type { Topology } from '../../../src/engine/streams/topology/topology.js';

const text = { key: Serdes.string, value: Serdes.string };

/** A program of the applications that are crashed and moved about. */
export interface ApplicationProgram {
  readonly inputs: readonly string[];
  /** Stores that can be asked, with what they are asked as. */
  readonly stores: Readonly<Record<string, QueryableStoreType>>;
  readonly build: () => Topology;
}

function built(define: (builder: StreamsBuilder) => void): () => Topology {
  return () => {
    const builder = new StreamsBuilder();
    define(builder);
    return builder.build();
  };
}

/** By the names that plans know. Values of inputs are numbers as text. */
export const programs = {
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
  /** The largest value of each key: processing a record twice changes nothing. */
  largest: {
    inputs: ['in'],
    stores: { largest: 'keyValue' },
    build: built((builder) =>
      builder
        .stream('in', text)
        .groupBy((key) => key, { name: 'by-key', ...text })
        .reduce((one, other) => (Number(other) > Number(one) ? other : one), { as: 'largest', ...text })
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
  /** Two tables, joined by their keys. */
  tables: {
    inputs: ['left', 'right'],
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
    stores: { joined: 'keyValue' },
    build: built((builder) =>
      builder
        .table('left', { ...text, materialized: { as: 'left' } })
        .leftJoin(
          builder.table('right', { ...text, materialized: { as: 'right' } }),
          { foreignKey: (value) => `key-${Number(value) % 4}` },
          (left, right) => `${left}+${right ?? '-'}`,
          { as: 'joined', ...text },
        )
        .toStream()
        .to('out', text),
    ),
  },
  windows: {
    inputs: ['in'],
    stores: { windows: 'timestampedWindow' },
    build: built((builder) =>
      builder
        .stream('in', text)
        .groupByKey(text)
        .windowedBy(TimeWindows.ofSizeAndGrace(20, minutes(1)))
        .count({ as: 'windows' })
        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
        .toStream((windowed) => `${windowed.key}@${windowed.window.start}`)
        .mapValues(String)
        .to('out', text),
    ),
  },
  sessions: {
    inputs: ['in'],
    stores: { sessions: 'session' },
    build: built((builder) =>
      builder
        .stream('in', text)
        .groupByKey(text)
        .windowedBy(SessionWindows.ofInactivityGapAndGrace(10, minutes(1)))
        .count({ as: 'sessions' })
        .toStream((windowed) => `${windowed.key}@${windowed.window.start}`)
        .mapValues(String)
        .to('out', text),
    ),
  },
  /** Both sides wait in stores for the other, and for nobody. */
  streams: {
    inputs: ['left', 'right'],
    stores: {},
    build: built((builder) =>
      builder
        .stream('left', text)
        .outerJoin(
          builder.stream('right', text),
          (left, right) => `${left ?? '-'}+${right ?? '-'}`,
          JoinWindows.ofTimeDifferenceAndGrace(10, 50),
          text,
        )
        .to('out', text),
    ),
  },
} satisfies Record<string, ApplicationProgram>;

export type ProgramName = keyof typeof programs;
