import { streamTableJoin } from '../processors/stream-table-join.js';
import { joinGraceBufferBuilder } from '../state/stores.js';
import { StreamsError } from '../streams-error.js';
import { validName } from '../topology/resource-name.js';
import { GraphNode } from './graph/graph-node.js';
import { repartitionSuffix } from './graph/repartition-node.js';
import type { Joined } from './joined.js';
import type { KStream } from './kstream.js';
import type { KTable } from './ktable.js';
import type { StreamPart } from './part.js';
import { copartition } from './part.js';

/** The join of a stream with a table: only the stream's records cause results. */
export function joinWithTable<K, V, VT, VR>(
  kind: 'inner' | 'left',
  stream: KStream<K, V>,
  { part: table }: KTable<K, VT>,
  joiner: (left: unknown, right: unknown, key: K) => VR,
  options: Joined<K, V>,
): StreamPart<K, VR> {
  const left = repartitioned(stream, options);
  const { graph } = left;
  const sources = copartition<K>(left, table);
  const name = graph.names.nodeName(options.name, kind === 'left' ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-');
  const graceMs = options.grace ?? null;
  if (graceMs !== null && table.node.traits.isVersioned === false) throw notVersioned();
  const bufferStoreName = graceMs === null ? null : `${name}-Buffer`;
  const view = table.table.view();
  const supplier = streamTableJoin<K, V, VT, VR>({
    kind,
    table: view,
    joiner: (key, value, tableValue) => joiner(value, tableValue, key),
    graceMs,
    bufferStoreName,
  });
  const node = new GraphNode(
    name,
    ({ topology }, parents) => {
      topology.addProcessor(name, supplier, parents);
      topology.connectProcessorAndStateStores(name, view.storeNames);
      if (graceMs === null || bufferStoreName === null) return;
      for (const storeName of view.storeNames)
        requireHistory(topology.parts.stores.get(storeName)?.builder.store, graceMs);
      const serdes = { keySerde: options.key ?? left.keySerde, valueSerde: options.value ?? left.valueSerde };
      topology.addStateStore(joinGraceBufferBuilder({ ...serdes, name: bufferStoreName, graceMs }), [name]);
    },
    { isNullKeyTolerant: kind === 'left' },
  );
  graph.add(left.node, node);
  const keySerde = options.key ?? left.keySerde;
  return { graph, name, node, keySerde, valueSerde: null, sources, needsRepartition: false };
}

function repartitioned<K, V>(stream: KStream<K, V>, options: Joined<K, V>): StreamPart<K, V> {
  const { part } = stream;
  if (!part.needsRepartition) return part;
  const prefix = options.name === undefined ? part.name : validName(options.name);
  if (options.name === undefined) part.graph.generatedNames.repartition(prefix + repartitionSuffix);
  return stream.repartitionForJoin(prefix, options.key ?? null, options.value ?? null);
}

function requireHistory(
  store: { readonly kind: string; readonly historyRetentionMs?: number } | undefined,
  graceMs: number,
): void {
  if (store?.kind !== 'versioned') throw notVersioned();
  if ((store.historyRetentionMs ?? 0) < graceMs) {
    throw new StreamsError('IllegalArgumentException', 'History retention must be at least grace period.');
  }
}

function notVersioned(): StreamsError {
  return new StreamsError(
    'IllegalArgumentException',
    'KTable must be versioned to use a grace period in a stream table join.',
  );
}
