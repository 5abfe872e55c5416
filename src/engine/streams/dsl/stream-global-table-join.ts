import { streamGlobalJoin } from '../processors/stream-global-join.js';
import { GlobalKTable } from './global-ktable.js';
import { GraphNode } from './graph/graph-node.js';
import type { KStream } from './kstream.js';
import type { Named } from './named.js';
import type { StreamPart } from './part.js';

/** The join of a stream with a global table, by a key made of the record. Kafka names inner ones LEFTJOIN too. */
export function joinWithGlobalTable<K, V, KT, VT, VR>(
  kind: 'inner' | 'left',
  { part }: KStream<K, V>,
  globalTable: GlobalKTable<KT, VT>,
  keyMapper: (key: K, value: unknown) => KT | null,
  joiner: (left: unknown, right: unknown, key: K) => VR,
  named: Named,
): StreamPart<K, VR> {
  const name = part.graph.names.nodeName(named.name, 'KSTREAM-LEFTJOIN-');
  const supplier = streamGlobalJoin<K, V, KT, VT, VR>({
    kind,
    table: GlobalKTable.viewOf(globalTable),
    keyMapper,
    joiner: (key, value, tableValue) => joiner(value, tableValue, key),
  });
  const node = new GraphNode(name, ({ topology }, parents) => topology.addProcessor(name, supplier, parents), {
    isNullKeyTolerant: kind === 'left',
  });
  part.graph.add(part.node, node);
  return { ...part, name, node, valueSerde: null };
}
