import type { JoinKind } from '../processors/join-kind.js';
import { tableTableJoin } from '../processors/table-table-join.js';
import { GraphNode } from './graph/graph-node.js';
import type { Materialized } from './materialized.js';
import { saysHowToKeep } from './materialized.js';
import type { TablePart } from './part.js';
import { copartition } from './part.js';
import { keyValueTableStore, storeName } from './table-store.js';

/** The join of two tables by their key: a node below each, and one where the results of both meet. */
export function joinTables<K, V, VO, VR>(
  kind: JoinKind,
  left: TablePart<K, V>,
  right: TablePart<K, VO>,
  joiner: unknown,
  materialized: Materialized<K, VR>,
): TablePart<K, VR> {
  const { graph } = left;
  const { names } = graph;
  const isSaid = saysHowToKeep(materialized);
  const nameOfStore = isSaid ? storeName(graph, materialized, 'KTABLE-MERGE-') : null;
  const name = names.nodeName(materialized.name, 'KTABLE-MERGE-');
  const sources = copartition<K>(left, right);
  const leftName = names.nodeName(materialized.name, 'KTABLE-JOINTHIS-', '-join-this');
  const rightName = names.nodeName(materialized.name, 'KTABLE-JOINOTHER-', '-join-other');
  const store = keyValueTableStore<K, VR>(nameOfStore ?? '', materialized, {
    keySerde: left.keySerde,
    valueSerde: null,
  });
  const keyLast = joiner as (left: V | null, right: VO | null, key: K) => VR | null;
  const join = tableTableJoin<K, V, VO, VR>({
    kind,
    left: left.table,
    right: right.table,
    joiner: (key, leftValue, rightValue) => keyLast(leftValue, rightValue, key),
    storeName: nameOfStore,
    isVersioned: store.isVersioned,
  });
  // Being read makes both tables keep their rows.
  const [leftStores, rightStores] = [left.table.view().storeNames, right.table.view().storeNames];
  const node = new GraphNode(
    name,
    (target) => {
      const { topology } = target;
      topology.addProcessor(leftName, join.leftJoin, left.name);
      topology.addProcessor(rightName, join.rightJoin, right.name);
      topology.addProcessor(name, join.merger, [leftName, rightName]);
      topology.connectProcessorAndStateStores(leftName, rightStores);
      topology.connectProcessorAndStateStores(rightName, leftStores);
      if (nameOfStore !== null) topology.addStateStore(store.builder(target), [name]);
    },
    { isVersioned: store.isVersioned },
  );
  graph.add([left.node, right.node], node);
  const { keySerde, valueSerde } = store;
  const queryableStoreName = materialized.as ?? null;
  return { graph, name, node, keySerde, valueSerde, sources, table: join.merger, queryableStoreName };
}
