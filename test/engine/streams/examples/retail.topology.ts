import {
  BufferConfig,
  defineTopology,
  hours,
  minutes,
  Serdes,
  Stores,
  Suppressed,
  TimeWindows,
  type KeyValueStore,
  type Processor,
  type ProcessorContext,
  type StreamRecord,
} from '../../../../src/entry/streams.js';

interface Sale {
  sku: string;
  quantity: number;
}
interface Shipment {
  sku: string;
  quantity: number;
}
interface Product {
  price: number;
  floorPrice: number;
  reorderPoint: number;
  reorderQuantity: number;
}
interface Stock {
  onHand: number;
  received: number;
}
interface StockChange {
  level: Stock;
  product: Product;
}
interface Reorder {
  quantity: number;
  onHand: number;
}
interface PriceAdjustment {
  from: number;
  to: number;
  unitsPerHour: number;
}
const { string: text, json } = Serdes;

/** For each product with a reorder on its way: how much must have been received in all for it to have come. */
const openReorders = Stores.keyValueStoreBuilder({ name: 'open-reorders', keySerde: text, valueSerde: Serdes.double });

export default defineTopology((builder) => {
  const sales = builder
    .stream('sales', { key: text, value: json<Sale>() })
    .selectKey((_key, { sku }) => sku)
    .repartition({ name: 'sales-by-sku', key: text });
  const shipments = builder
    .stream('shipments', { key: text, value: json<Shipment>() })
    .selectKey((_key, { sku }) => sku)
    .repartition({ name: 'shipments-by-sku', key: text });
  const products = builder.table('products', { key: text, value: json<Product>(), materialized: { as: 'products' } });

  // 1. Stock on hand: two streams go into one table.
  const stock = sales
    .groupByKey()
    .cogroup<Stock>((_sku, { quantity }, { onHand, received }) => ({ onHand: onHand - quantity, received }))
    .cogroup(shipments.groupByKey(), (_sku, { quantity }, { onHand, received }) => ({
      onHand: onHand + quantity,
      received: received + quantity,
    }))
    .aggregate(() => ({ onHand: 0, received: 0 }), { as: 'stock', value: json<Stock>() });

  // 2. One reorder for each time the stock falls below the reorder point, until the goods have come.
  stock
    .join(products, (level, product): StockChange => ({ level, product }))
    .toStream({ name: 'stock-changes' })
    .filter((_sku, change) => change !== null)
    .processValues({ stores: [openReorders], get: () => new DecideReorder() }, { name: 'decide-reorder' })
    .to('reorders', { key: text, value: json<Reorder>() });

  // 3. The price follows what was sold in an hour, once no sale of that hour can come any more.
  sales
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeAndGrace(hours(1), minutes(5)).advanceBy(minutes(15)))
    .aggregate(
      () => 0,
      (_sku, { quantity }, sum) => sum + quantity,
      { as: 'demand-per-hour', key: text, value: Serdes.double },
    )
    .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()), { name: 'final-demand' })
    .toStream(({ key: sku }) => sku, { name: 'demand-by-sku' })
    .join(products, adjustPrice, { name: 'demand-with-price', key: text, value: Serdes.double })
    .filter((_sku, { from, to }) => from !== to)
    .to('price-adjustments', { key: text, value: json<PriceAdjustment>() });
});

class DecideReorder implements Processor<string, StockChange, string, Reorder> {
  #context!: ProcessorContext<string, Reorder>;

  init(context: ProcessorContext<string, Reorder>) {
    this.#context = context;
  }

  process(record: StreamRecord<string, StockChange>) {
    const { level, product } = record.value;
    const store = this.#context.getStateStore('open-reorders') as KeyValueStore<string, number>;
    const awaited = store.get(record.key);
    if (awaited !== null && level.received >= awaited) {
      store.delete(record.key);
    } else if (awaited === null && level.onHand < product.reorderPoint) {
      store.put(record.key, level.received + product.reorderQuantity);
      this.#context.forward({ ...record, value: { quantity: product.reorderQuantity, onHand: level.onHand } });
    }
  }
}

function adjustPrice(unitsPerHour: number, { price, floorPrice }: Product): PriceAdjustment {
  const factor = unitsPerHour > 100 ? 1.05 : unitsPerHour < 5 ? 0.9 : 1;
  return { from: price, to: Math.max(floorPrice, Math.round(price * factor * 100) / 100), unitsPerHour };
}
