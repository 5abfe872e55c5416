import { CogroupedKStream } from '../../../src/engine/streams/dsl/cogrouped-kstream.js';
import { GlobalKTable } from '../../../src/engine/streams/dsl/global-ktable.js';
import { KGroupedStream } from '../../../src/engine/streams/dsl/kgrouped-stream.js';
import { KGroupedTable } from '../../../src/engine/streams/dsl/kgrouped-table.js';
import { KStream } from '../../../src/engine/streams/dsl/kstream.js';
import { KTable } from '../../../src/engine/streams/dsl/ktable.js';
import type { Materialized } from '../../../src/engine/streams/dsl/materialized.js';
import { SessionWindowedCogroupedKStream } from '../../../src/engine/streams/dsl/session-windowed-cogrouped-kstream.js';
import { SessionWindowedKStream } from '../../../src/engine/streams/dsl/session-windowed-kstream.js';
import { StreamsBuilder } from '../../../src/engine/streams/dsl/streams-builder.js';
import type { StrictBufferConfig } from '../../../src/engine/streams/dsl/suppressed.js';
import { BufferConfig, Suppressed } from '../../../src/engine/streams/dsl/suppressed.js';
import { TimeWindowedCogroupedKStream } from '../../../src/engine/streams/dsl/time-windowed-cogrouped-kstream.js';
import { TimeWindowedKStream } from '../../../src/engine/streams/dsl/time-windowed-kstream.js';
import { JoinWindows } from '../../../src/engine/streams/dsl/window/join-windows.js';
import { SessionWindows } from '../../../src/engine/streams/dsl/window/session-windows.js';
import { SlidingWindows } from '../../../src/engine/streams/dsl/window/sliding-windows.js';
import { TimeWindows } from '../../../src/engine/streams/dsl/window/time-windows.js';
import type { Serde } from '../../../src/engine/streams/serdes.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import type { StoreBuilder } from '../../../src/engine/streams/state/store-builder.js';
import {
  keyValueStoreBuilder,
  sessionStoreBuilder,
  versionedKeyValueStoreBuilder,
  windowStoreBuilder,
} from '../../../src/engine/streams/state/stores.js';
import type { Topology } from '../../../src/engine/streams/topology/topology.js';
import type { Operator, StreamsCase, WindowArguments } from './golden-case.js';
import {
  aggregation,
  joiner,
  keyMapper,
  manyPairs,
  manyValues,
  merger,
  pairMapper,
  predicate,
  reducer,
  timestampExtractor,
  valueMapper,
} from './golden-functions.js';
import { GoldenProcessor, processorTypes } from './golden-processors.js';

export interface TopicSerdes {
  readonly key: Serde<unknown>;
  readonly value: Serde<unknown>;
}

export interface GoldenProgram {
  readonly topology: Topology;
  /** Of the topics that the program reads and writes by name; others are text. */
  readonly serdesOf: ReadonlyMap<string, TopicSerdes>;
}

/**
 * Builds the topology of a recorded program through the public DSL.
 * @throws what building it throws
 */
export function buildProgram({ config, topology }: Pick<StreamsCase, 'config' | 'topology'>): GoldenProgram {
  const program = new Program();
  for (const operator of topology) program.run(operator);
  return {
    topology: program.builder.build({
      'topology.optimization': config.optimization,
      'ensure.explicit.internal.resource.naming': config.ensureExplicitNames ?? false,
      'default.dsl.store': config.store === 'memory' ? 'in_memory' : 'rocksDB',
    }),
    serdesOf: program.serdesOf,
  };
}

/** A serde by the recorder's name for it. */
export function serdeOf(name: string): Serde<unknown> {
  if (name === 'string') return Serdes.string;
  if (name === 'long') return Serdes.safeLong;
  if (name === 'session<string>') return Serdes.sessionWindowed(Serdes.string);
  const size = /^windowed<string,(\d+)>$/.exec(name)?.[1];
  if (size === undefined) throw new Error(`the recorder knows no serde '${name}'`);
  return Serdes.windowed(Serdes.string, Number(size));
}

type Stream = KStream<unknown, unknown>;
type Table = KTable<unknown, unknown>;

/** What an operator gave, with the types of its keys and values. */
interface Given {
  readonly it: unknown;
  readonly key: string;
  readonly value: string;
}

class Program {
  readonly builder = new StreamsBuilder();
  readonly serdesOf = new Map<string, TopicSerdes>();
  readonly #given = new Map<string, Given>();

  run(operator: Operator): void {
    const result = this.#result(operator);
    if (result !== null) this.#given.set(operator.id, result);
  }

  #result(operator: Operator): Given | null {
    const { op, name } = operator;
    switch (op) {
      case 'stream':
      case 'table':
      case 'globalTable':
        return this.#source(operator);
      case 'addStore':
        this.builder.addStateStore(storeBuilder(operator));
        return null;
      case 'to':
        this.#to(operator);
        return null;
      case 'foreach':
        this.#stream(operator.from).foreach(() => undefined, { name });
        return null;
      case 'split':
        this.#split(operator);
        return null;
      default:
        return this.#derived(operator, this.#of(operator.from));
    }
  }

  #source(operator: Operator): Given {
    const { op, key = '', value = '', topics = [], topic = '', pattern, timestamp, name } = operator;
    const serdes = { key: serdeOf(key), value: serdeOf(value) };
    const extractor = timestamp === undefined ? undefined : timestampExtractor(timestamp);
    const consumed = { ...serdes, name, timestamp: extractor };
    for (const read of op === 'stream' ? topics : [topic]) this.serdesOf.set(read, serdes);
    if (op === 'stream') {
      const it = this.builder.stream(pattern === undefined ? topics : new RegExp(pattern), consumed);
      return { it, key, value };
    }
    const materialized = materializedAs(operator, key, value);
    const it =
      op === 'table'
        ? this.builder.table(topic, { ...consumed, materialized })
        : this.builder.globalTable(topic, { ...consumed, materialized });
    return { it, key, value };
  }

  #to(operator: Operator): void {
    const { key, value } = this.#of(operator.from);
    const { topic, topics = [], name } = operator;
    const serdes = { key: serdeOf(key), value: serdeOf(value) };
    for (const written of topic === undefined ? topics : [topic]) this.serdesOf.set(written, serdes);
    const byFirstLetter = (recordKey: unknown) => `out-${(recordKey as string).charAt(0)}`;
    this.#stream(operator.from).to(topic ?? byFirstLetter, { ...serdes, name });
  }

  #split(operator: Operator): void {
    const { from, name, branches = [], default: fallback } = operator;
    const { key, value } = this.#of(from);
    const keepAs = (id: string) => ({ consume: (it: Stream) => void this.#given.set(id, { it, key, value }) });
    const split = this.#stream(from).split({ name });
    for (const branch of branches) split.branch(predicate(branch), { name: branch.name, ...keepAs(branch.id) });
    if (typeof fallback === 'string') split.defaultBranch(keepAs(fallback));
    else split.noDefaultBranch();
  }

  #derived(operator: Operator, from: Given): Given {
    const { op, name } = operator;
    const { it, key, value } = from;
    switch (op) {
      case 'filter':
      case 'filterNot': {
        const matches = predicate(operator);
        if (it instanceof KStream) return { it: (it as Stream)[op](matches, { name }), key, value };
        return { it: (it as Table)[op](matches, keptIfSaid(operator, key, value)), key, value };
      }
      case 'mapValues': {
        const { out, map } = valueMapper(operator, value);
        const mapper = (recordValue: unknown, recordKey: unknown) => map(recordKey, recordValue);
        if (it instanceof KStream) return { it: (it as Stream).mapValues(mapper, { name }), key, value: out };
        return { it: (it as Table).mapValues(mapper, keptIfSaid(operator, key, out)), key, value: out };
      }
      case 'map': {
        const { keyOut, valueOut, map } = pairMapper(operator, key, value);
        const mapper = map as (key: unknown, value: unknown) => readonly [unknown, unknown];
        return { it: (it as Stream).map(mapper, { name }), key: keyOut, value: valueOut };
      }
      case 'flatMap': {
        const { keyOut, valueOut, map } = manyPairs(operator, key, value);
        return { it: (it as Stream).flatMap(map, { name }), key: keyOut, value: valueOut };
      }
      case 'flatMapValues': {
        const { out, map } = manyValues(operator, value);
        return { it: (it as Stream).flatMapValues(map, { name }), key, value: out };
      }
      case 'selectKey': {
        const { out, map } = keyMapper(operator, key, value);
        return { it: (it as Stream).selectKey(map, { name }), key: out, value };
      }
      case 'peek':
        return { it: (it as Stream).peek(() => undefined, { name }), key, value };
      case 'merge':
        return { it: (it as Stream).merge(this.#stream(operator.with), { name }), key, value };
      case 'repartition': {
        const { partitions } = operator;
        const serdes = { key: serdeOf(key), value: serdeOf(value) };
        return { it: (it as Stream).repartition({ ...serdes, name, partitions }), key, value };
      }
      case 'toTable':
        return { it: (it as Stream).toTable(materializedAs(operator, key, value)), key, value };
      case 'toStream': {
        if (operator.fn === undefined) return { it: (it as Table).toStream({ name }), key, value };
        const { out, map } = keyMapper(operator, key, value);
        return { it: (it as Table).toStream(map, { name }), key: out, value };
      }
      case 'groupByKey':
        return { it: (it as Stream).groupByKey({ key: serdeOf(key), value: serdeOf(value), name }), key, value };
      case 'groupBy':
        return groupedBy(operator, from);
      case 'cogroup':
        return this.#cogroup(operator, from);
      case 'windowedBy':
        return windowed(operator, from);
      case 'count':
      case 'reduce':
      case 'aggregate':
        return aggregated(operator, from);
      case 'suppress':
        return { it: (it as Table).suppress(suppression(operator), { name }), key, value };
      case 'join':
      case 'leftJoin':
      case 'outerJoin':
        return this.#joined(operator, from, op);
      case 'foreignKeyJoin':
      case 'foreignKeyLeftJoin': {
        const other = this.#of(operator.with);
        const { map } = keyMapper(operator, key, value);
        const { out, join } = joiner(operator, value, other.value);
        const on = { foreignKey: (row: unknown, rowKey: unknown) => map(rowKey, row) };
        const byName = (left: unknown, right: unknown) => join(left, right, null);
        const options = keptIfSaid(operator, key, out);
        const left = it as Table;
        const right = other.it as Table;
        const result =
          op === 'foreignKeyJoin' ? left.join(right, on, byName, options) : left.leftJoin(right, on, byName, options);
        return { it: result, key, value: out };
      }
      case 'process':
      case 'processValues': {
        const [keyOut, valueOut] = processorTypes(operator, key, value);
        const supplier = { get: () => new GoldenProcessor(operator) };
        const options = { name, stores: operator.stores };
        const stream = it as Stream;
        const result = op === 'process' ? stream.process(supplier, options) : stream.processValues(supplier, options);
        return { it: result, key: keyOut, value: valueOut };
      }
      default:
        throw new Error(`the recorder knows no operator '${op}'`);
    }
  }

  #cogroup(operator: Operator, { it, key }: Given): Given {
    const { out, step } = aggregation(operator, operator.agg);
    if (it instanceof CogroupedKStream) {
      const other = this.#of(operator.with).it as KGroupedStream<unknown, unknown>;
      return { it: (it as CogroupedKStream<unknown, unknown>).cogroup(other, step), key, value: out };
    }
    return { it: (it as KGroupedStream<unknown, unknown>).cogroup(step), key, value: out };
  }

  #joined(operator: Operator, { it, key, value }: Given, op: 'join' | 'leftJoin' | 'outerJoin'): Given {
    const other = this.#of(operator.with);
    const { out, join } = joiner(operator, value, other.value);
    const { name, grace, storeName, logging, window } = operator;
    const serdes = { key: serdeOf(key), value: serdeOf(value) };
    if (it instanceof KTable) {
      const byName = (left: unknown, right: unknown) => join(left, right, null);
      const table = it as Table;
      const args = [other.it as Table, byName, keptIfSaid(operator, key, out)] as const;
      if (op === 'join') return { it: table.join(...args), key, value: out };
      return { it: op === 'leftJoin' ? table.leftJoin(...args) : table.outerJoin(...args), key, value: out };
    }
    const stream = it as Stream;
    if (other.it instanceof GlobalKTable) {
      const { map } = keyMapper(operator, key, value);
      const args = [other.it as GlobalKTable<unknown, unknown>, map, join, { name }] as const;
      return { it: op === 'join' ? stream.join(...args) : stream.leftJoin(...args), key, value: out };
    }
    if (other.it instanceof KTable) {
      const args = [other.it as Table, join, { ...serdes, name, grace }] as const;
      return { it: op === 'join' ? stream.join(...args) : stream.leftJoin(...args), key, value: out };
    }
    const options = { ...serdes, other: serdeOf(other.value), name, storeName, logging };
    const args = [other.it as Stream, join, joinWindows(window!), options] as const;
    if (op === 'join') return { it: stream.join(...args), key, value: out };
    return { it: op === 'leftJoin' ? stream.leftJoin(...args) : stream.outerJoin(...args), key, value: out };
  }

  #of(id: string | undefined): Given {
    const given = this.#given.get(id ?? '');
    if (given === undefined) throw new Error(`no operator is named '${String(id)}'`);
    return given;
  }

  #stream(id: string | undefined): Stream {
    return this.#of(id).it as Stream;
  }
}

function materializedAs(operator: Operator, key: string, value: string): Materialized<unknown, unknown> {
  const { name, store, versioned, retention, caching, logging } = operator;
  return {
    name: operator.op === 'table' || operator.op === 'globalTable' ? undefined : name,
    as: store,
    key: serdeOf(key),
    value: serdeOf(value),
    retention,
    caching,
    logging,
    versioned: versioned === undefined ? undefined : { historyRetention: versioned },
  };
}

function keptIfSaid(operator: Operator, key: string, value: string): Materialized<unknown, unknown> {
  const isSaid = operator.store !== undefined || operator.materialized === true;
  return isSaid ? materializedAs(operator, key, value) : { name: operator.name };
}

function innerOf(key: string): string {
  return key.startsWith('windowed<') || key.startsWith('session<') ? 'string' : key;
}

function groupedBy(operator: Operator, { it, key, value }: Given): Given {
  const { name } = operator;
  if (it instanceof KTable) {
    const { keyOut, valueOut, map } = pairMapper(operator, key, value);
    const grouped = (it as Table).groupBy(map, { key: serdeOf(keyOut), value: serdeOf(valueOut), name });
    return { it: grouped, key: keyOut, value: valueOut };
  }
  const { out, map } = keyMapper(operator, key, value);
  return { it: (it as Stream).groupBy(map, { key: serdeOf(out), value: serdeOf(value), name }), key: out, value };
}

function windowed({ window, emit }: Operator, { it, value }: Given): Given {
  const { kind, size = 0, advance, grace, difference = 0, gap = 0 } = window!;
  const strategy = emit === 'onWindowClose' ? 'on-window-close' : 'on-window-update';
  if (kind === 'session') {
    const sessions = SessionWindows.ofInactivityGapAndGrace(gap, grace);
    if (it instanceof CogroupedKStream) return { it: it.windowedBy(sessions), key: 'session<string>', value };
    const cut = (it as KGroupedStream<unknown, unknown>).windowedBy(sessions);
    return { it: emit === undefined ? cut : cut.emitStrategy(strategy), key: 'session<string>', value };
  }
  const timeWindows = () => {
    const tumbling = TimeWindows.ofSizeAndGrace(size, grace);
    return advance === undefined ? tumbling : tumbling.advanceBy(advance);
  };
  const windows = kind === 'sliding' ? SlidingWindows.ofTimeDifferenceAndGrace(difference, grace) : timeWindows();
  const key = `windowed<string,${kind === 'sliding' ? difference : size}>`;
  if (it instanceof CogroupedKStream) return { it: it.windowedBy(windows), key, value };
  const cut = (it as KGroupedStream<unknown, unknown>).windowedBy(windows);
  return { it: emit === undefined ? cut : cut.emitStrategy(strategy), key, value };
}

function aggregated(operator: Operator, from: Given): Given {
  const { it, key, value } = from;
  if (it instanceof CogroupedKStream || it instanceof TimeWindowedCogroupedKStream) {
    const init = value === 'long' ? 0 : '';
    const cogrouped = it as CogroupedKStream<unknown, unknown> | TimeWindowedCogroupedKStream<unknown, unknown>;
    return { it: cogrouped.aggregate(() => init, materializedAs(operator, innerOf(key), value)), key, value };
  }
  if (it instanceof SessionWindowedCogroupedKStream) {
    const init = value === 'long' ? 0 : '';
    const options = { ...materializedAs(operator, innerOf(key), value), name: undefined };
    const sessions = it as SessionWindowedCogroupedKStream<unknown, unknown>;
    return { it: sessions.aggregate(() => init, merger(operator.merger), options), key, value };
  }
  switch (operator.op) {
    case 'count':
      return { it: counted(operator, from), key, value: 'long' };
    case 'reduce':
      return { it: reduced(operator, from), key, value };
    default: {
      const { out } = aggregation(operator, operator.agg);
      return { it: aggregatedStream(operator, from, out), key, value: out };
    }
  }
}

type Countable = Pick<KGroupedStream<unknown, unknown> | KGroupedTable<unknown, unknown>, 'count'>;

function counted(operator: Operator, { it, key }: Given): unknown {
  const options = materializedAs(operator, innerOf(key), 'long') as Materialized<unknown, number>;
  return (it as Countable).count(options);
}

function reduced(operator: Operator, { it, key, value }: Given): unknown {
  const options = materializedAs(operator, innerOf(key), value);
  const step = reducer(operator.reducer);
  if (it instanceof KGroupedTable) {
    return (it as KGroupedTable<unknown, unknown>).reduce(step, reducer(operator.subtractor), options);
  }
  return (it as KGroupedStream<unknown, unknown> | TimeWindowedKStream<unknown, unknown>).reduce(step, options);
}

function aggregatedStream(operator: Operator, { it, key }: Given, out: string): unknown {
  const options = materializedAs(operator, innerOf(key), out);
  const { init, step } = aggregation(operator, operator.agg);
  if (it instanceof KGroupedStream || it instanceof TimeWindowedKStream) {
    return (it as KGroupedStream<unknown, unknown>).aggregate(() => init, step, options);
  }
  if (it instanceof SessionWindowedKStream) {
    return (it as SessionWindowedKStream<unknown, unknown>).aggregate(
      () => init,
      step,
      merger(operator.merger),
      options,
    );
  }
  const subtract = aggregation(operator, operator.subtractor).step;
  return (it as KGroupedTable<unknown, unknown>).aggregate(() => init, step, subtract, options);
}

function suppression({ until, ms = 0, maxRecords, maxBytes, whenFull }: Operator) {
  const limits = { maxRecords, maxBytes };
  const isLimited = maxRecords !== undefined || maxBytes !== undefined;
  const strict = (): StrictBufferConfig =>
    isLimited ? BufferConfig.shutDownWhenFull(limits) : BufferConfig.unbounded();
  if (until === 'windowCloses') return Suppressed.untilWindowCloses(strict());
  const eager = isLimited && whenFull !== 'shutDown';
  return Suppressed.untilTimeLimit(ms, eager ? BufferConfig.emitEarlyWhenFull(limits) : strict());
}

function joinWindows({ difference = 0, grace, before, after }: WindowArguments): JoinWindows {
  let windows = JoinWindows.ofTimeDifferenceAndGrace(difference, grace);
  if (before !== undefined) windows = windows.before(before);
  if (after !== undefined) windows = windows.after(after);
  return windows;
}

function storeBuilder(operator: Operator): StoreBuilder {
  const { store: name = '', type, key = '', value = '', retention = 0, size = 0, versioned = 0 } = operator;
  const options = {
    name,
    keySerde: serdeOf(key),
    valueSerde: serdeOf(value),
    inMemory: operator.in === 'memory',
    cachingEnabled: operator.caching === true,
    loggingEnabled: operator.logging !== false,
  };
  switch (type) {
    case 'keyValue':
      return keyValueStoreBuilder(options);
    case 'window':
      return windowStoreBuilder({
        ...options,
        retentionMs: retention,
        windowSizeMs: size,
        retainDuplicates: operator.duplicates === true,
      });
    case 'session':
      return sessionStoreBuilder({ ...options, retentionMs: retention });
    case 'versioned':
      return versionedKeyValueStoreBuilder({ ...options, historyRetentionMs: versioned });
    default:
      throw new Error(`the recorder knows no store '${String(type)}'`);
  }
}
