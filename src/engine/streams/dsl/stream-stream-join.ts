import type { JoinKind } from '../processors/join-kind.js';
import { passThrough } from '../processors/pass-through.js';
import { selfJoin } from '../processors/self-join.js';
import { streamStreamJoin } from '../processors/stream-stream-join.js';
import type { Serde } from '../serdes.js';
import type { StoreBuilder } from '../state/store-builder.js';
import { outerJoinStoreBuilder, windowStoreBuilder } from '../state/stores.js';
import { validName } from '../topology/resource-name.js';
import type { BuildTarget } from './graph/build-target.js';
import { repartitionSuffix } from './graph/repartition-node.js';
import { JoinWindowNode, StreamJoinNode } from './graph/stream-join-node.js';
import type { StreamJoined } from './joined.js';
import type { KStream } from './kstream.js';
import type { StreamPart } from './part.js';
import { copartition } from './part.js';
import type { JoinWindows } from './window/join-windows.js';

type Joiner<K, VR> = (left: unknown, right: unknown, key: K) => VR;

/** The join of two streams: each side's window above its join, and what merges the results of both. */
export function joinStreams<K, V, VO, VR>(
  kind: JoinKind,
  leftStream: KStream<K, V>,
  rightStream: KStream<K, VO>,
  joiner: Joiner<K, VR>,
  windows: JoinWindows,
  options: StreamJoined<K, V, VO>,
): StreamPart<K, VR> {
  const { graph } = leftStream.part;
  const left = repartitioned(leftStream, options.name, '-left', options.key, options.value);
  const right = repartitioned(rightStream, options.name, '-right', options.key, options.other);
  const sources = copartition<K>(left, right);
  const names = joinNames(left, kind, options);
  const keySerde = options.key ?? left.keySerde;
  const sides = {
    left: { storeName: names.leftStore, valueSerde: options.value ?? left.valueSerde },
    right: { storeName: names.rightStore, valueSerde: options.other ?? right.valueSerde },
  };
  const keyFirst = (key: K, leftValue: unknown, rightValue: unknown) => joiner(leftValue, rightValue, key);
  const join = streamStreamJoin<K, V, VO, VR>({
    kind,
    windows,
    joiner: keyFirst,
    leftStoreName: names.leftStore,
    rightStoreName: names.rightStore,
    outerStoreName: names.outerStore,
  });
  const leftWindow = new JoinWindowNode(names.leftWindow, join.leftWindow);
  const rightWindow = new JoinWindowNode(names.rightWindow, join.rightWindow);
  const store = <T>(target: BuildTarget, side: { readonly storeName: string; readonly valueSerde: Serde<T> | null }) =>
    windowStore(target, windows, options, side, keySerde);

  const node = new StreamJoinNode(names.merge, leftWindow, rightWindow, {
    isNullKeyTolerant: kind !== 'inner',
    write: (target) => {
      const { topology } = target;
      topology.addProcessor(names.leftJoin, join.leftJoin, names.leftWindow);
      topology.addProcessor(names.rightJoin, join.rightJoin, names.rightWindow);
      topology.addProcessor(names.merge, passThrough(), [names.leftJoin, names.rightJoin]);
      topology.addStateStore(store(target, sides.left), [names.leftWindow, names.rightJoin]);
      topology.addStateStore(store(target, sides.right), [names.rightWindow, names.leftJoin]);
      if (names.outerStore === null) return;
      topology.addStateStore(
        outerJoinStoreBuilder({
          ...storeOptions(target, options),
          name: names.outerStore,
          keySerde,
          leftSerde: sides.left.valueSerde,
          rightSerde: sides.right.valueSerde,
          retentionMs: windows.retentionMs,
          windowSizeMs: windows.beforeMs + windows.afterMs,
        }),
        [names.leftJoin, names.rightJoin],
      );
    },
    // As in Kafka, whatever its kind: a record finds itself, so none stays alone while the window reaches over 0.
    writeSelfJoin: (target) => {
      const self = selfJoin({ windows, joiner: keyFirst, storeName: names.leftStore });
      target.topology.addProcessor(names.merge, self, names.leftWindow);
      target.topology.addStateStore(store(target, sides.left), [names.leftWindow, names.merge]);
    },
  });
  if (options.storeName === undefined) {
    for (const name of [names.leftStore, names.rightStore, names.outerStore]) {
      if (name !== null) graph.generatedNames.store(name, options.logging !== false);
    }
  }
  graph.add(left.node, leftWindow);
  graph.add(right.node, rightWindow);
  graph.add([left.node, right.node], node);
  return { graph, name: names.merge, node, keySerde, valueSerde: null, sources, needsRepartition: false };
}

function repartitioned<K, V>(
  stream: KStream<K, V>,
  name: string | undefined,
  suffix: string,
  keySerde: Serde<K> | undefined,
  valueSerde: Serde<V> | undefined,
): StreamPart<K, V> {
  const { part } = stream;
  if (!part.needsRepartition) return part;
  const prefix = name === undefined ? part.name : name + suffix;
  if (name === undefined) part.graph.generatedNames.repartition(prefix + repartitionSuffix);
  return stream.repartitionForJoin(prefix, keySerde ?? null, valueSerde ?? null);
}

interface JoinNames {
  readonly leftWindow: string;
  readonly rightWindow: string;
  readonly leftJoin: string;
  readonly rightJoin: string;
  readonly merge: string;
  readonly leftStore: string;
  readonly rightStore: string;
  readonly outerStore: string | null;
}

/** The numbers are taken in Kafka's order: windows, joins, merge. What a side is called depends on whether the other's records may stay alone. */
function joinNames<K, V, VO>(part: StreamPart<K, V>, kind: JoinKind, options: StreamJoined<K, V, VO>): JoinNames {
  const { names } = part.graph;
  const { name, storeName } = options;
  const suffixed = (suffix: string, generated: string) => (name === undefined ? generated : validName(name + suffix));
  const [leftIsOuter, rightIsOuter] = [kind === 'outer', kind !== 'inner'];
  const leftWindow = names.nodeName(name, 'KSTREAM-WINDOWED-', '-this-windowed');
  const rightWindow = names.nodeName(name, 'KSTREAM-WINDOWED-', '-other-windowed');
  const [leftPrefix, leftSuffix] = leftIsOuter
    ? ['KSTREAM-OUTERTHIS-', '-outer-this-join']
    : ['KSTREAM-JOINTHIS-', '-this-join'];
  const [rightPrefix, rightSuffix] = rightIsOuter
    ? ['KSTREAM-OUTEROTHER-', '-outer-other-join']
    : ['KSTREAM-JOINOTHER-', '-other-join'];
  const left = names.processor(leftPrefix);
  const right = names.processor(rightPrefix);
  const merge = names.nodeName(name, 'KSTREAM-MERGE-', '-merge');
  const outerStore =
    storeName === undefined
      ? `KSTREAM-OUTERSHARED-${left.slice(leftPrefix.length)}`
      : storeName + (leftIsOuter ? '-outer-shared-join' : '-left-shared-join');
  return {
    leftWindow,
    rightWindow,
    leftJoin: suffixed(leftSuffix, left),
    rightJoin: suffixed(rightSuffix, right),
    merge,
    leftStore: `${storeName === undefined ? left : storeName + leftSuffix}-store`,
    rightStore: `${storeName === undefined ? right : storeName + rightSuffix}-store`,
    outerStore: rightIsOuter ? `${outerStore}-store` : null,
  };
}

function storeOptions<K, V, VO>({ config }: BuildTarget, { logging, store }: StreamJoined<K, V, VO>) {
  return {
    inMemory: store === undefined ? config['default.dsl.store'] === 'in_memory' : store === 'memory',
    cachingEnabled: false,
    loggingEnabled: logging !== false,
    logConfig: typeof logging === 'object' ? logging : {},
  };
}

function windowStore<K, V, VO, T>(
  target: BuildTarget,
  windows: JoinWindows,
  options: StreamJoined<K, V, VO>,
  side: { readonly storeName: string; readonly valueSerde: Serde<T> | null },
  keySerde: Serde<K> | null,
): StoreBuilder {
  return windowStoreBuilder({
    ...storeOptions(target, options),
    name: side.storeName,
    keySerde,
    valueSerde: side.valueSerde,
    retentionMs: windows.retentionMs,
    windowSizeMs: windows.beforeMs + windows.afterMs,
    retainDuplicates: true,
    logsHeaders: true,
  });
}
