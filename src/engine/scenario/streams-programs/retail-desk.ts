import { StreamsBuilder } from '../../streams/dsl/streams-builder.js';
import { BufferConfig, Suppressed } from '../../streams/dsl/suppressed.js';
import { TimeWindows } from '../../streams/dsl/window/time-windows.js';
import { Serdes } from '../../streams/serdes.js';
import type { Processor } from '../../streams/processor/processor.js';
import type { KeyValueStore } from '../../streams/state/state-store.js';
import { keyValueStoreBuilder } from '../../streams/state/stores.js';
import type { RetailDeskProgram } from '../streams-run-spec.js';
import type { StreamsCode } from './streams-code.js';

/** A record of `sales` or of `shipments`: so many of an item. */
export interface Movement {
  readonly sku: string;
  readonly qty: number;
}

const text = Serdes.string;
const count = Serdes.integer;
const movement = Serdes.json<Movement>();
const reorderStore = 'open-reorders';

/** Scenario 19: what is in stock, what to order again, and what to sell dearer. */
export function retailDesk({ openingStock, reorderBelow, fastSales, windowMs }: RetailDeskProgram): StreamsCode {
  const builder = new StreamsBuilder();
  const bySku = (topic: string) =>
    builder
      .stream<string | null, Movement>(topic, { key: text, value: movement, name: topic })
      .selectKey((_key, { sku }) => sku, { name: `${topic}-key` })
      .groupByKey({ name: `${topic}-by-sku`, key: text, value: movement });
  const sales = bySku('sales');
  const shipments = bySku('shipments');

  const stock = sales
    .cogroup<number>((_sku, { qty }, onHand) => onHand - qty)
    .cogroup(shipments, (_sku, { qty }, onHand) => onHand + qty)
    .aggregate(() => openingStock, { as: 'stock', name: 'stock', key: text, value: count });
  const levels = stock.toStream({ name: 'stock-changes' });
  levels.to('stock-levels', { key: text, value: count, name: 'stock-levels' });
  levels
    .process<string, number>(
      {
        stores: [keyValueStoreBuilder({ name: reorderStore, keySerde: text, valueSerde: count })],
        get: () => decideReorder(reorderBelow),
      },
      { name: 'decide-reorder' },
    )
    .to('reorders', { key: text, value: count, name: 'reorders' });

  sales
    .windowedBy(TimeWindows.ofSizeWithNoGrace(windowMs))
    .aggregate(
      () => 0,
      (_sku, { qty }, sold) => sold + qty,
      { as: 'demand', name: 'demand', key: text, value: count },
    )
    .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()), { name: 'final-demand' })
    .toStream({ name: 'demand-final' })
    .filter((_window, sold) => (sold ?? 0) >= fastSales, { name: 'fast' })
    .map(({ key }, sold): readonly [string, string] => [key, `+5 % (${sold} sold)`], { name: 'dearer' })
    .to('price-adjustments', { key: text, value: text, name: 'price-adjustments' });

  return {
    topology: builder.build(),
    stores: {
      stock: { key: text, value: count },
      demand: { key: text, value: count },
      [reorderStore]: { key: text, value: count },
      'final-demand-store': { key: text, value: count },
    },
  };
}

/** One order each time that the stock of an item falls below the limit, for what is missing then. */
function decideReorder(reorderBelow: number): Processor<string, number, string, number> {
  let open: KeyValueStore<string, number>;
  let forward: (key: string, value: number, timestamp: number) => void;
  return {
    init(context) {
      open = context.getStateStore(reorderStore) as KeyValueStore<string, number>;
      forward = (key, value, timestamp) => context.forward({ key, value, timestamp, headers: [] });
    },
    process({ key, value: onHand, timestamp }) {
      const isOpen = open.get(key) !== null;
      if (onHand >= reorderBelow && isOpen) open.delete(key);
      if (onHand >= reorderBelow || isOpen) return;
      open.put(key, onHand);
      forward(key, reorderBelow * 2 - onHand, timestamp);
    },
  };
}
