import { describe, expect, expectTypeOf, test } from 'vitest';
import type { GlobalKTable } from '../../../../src/engine/streams/dsl/global-ktable.js';
import type { KGroupedStream } from '../../../../src/engine/streams/dsl/kgrouped-stream.js';
import type { KGroupedTable } from '../../../../src/engine/streams/dsl/kgrouped-table.js';
import type { KStream } from '../../../../src/engine/streams/dsl/kstream.js';
import type { KTable } from '../../../../src/engine/streams/dsl/ktable.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { BufferConfig, Suppressed } from '../../../../src/engine/streams/dsl/suppressed.js';
import { JoinWindows } from '../../../../src/engine/streams/dsl/window/join-windows.js';
import { SessionWindows } from '../../../../src/engine/streams/dsl/window/session-windows.js';
import { TimeWindows } from '../../../../src/engine/streams/dsl/window/time-windows.js';
import type { Processor } from '../../../../src/engine/streams/processor/processor.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';

type Order = { readonly kind: 'order'; readonly sku: string; readonly quantity: number };
type Cancellation = { readonly kind: 'cancellation'; readonly sku: string };
type Event = Order | Cancellation;
interface Product {
  readonly price: number;
}

const isOrder = (_key: string, event: Event): event is Order => event.kind === 'order';

/** The compiler checks what is stated here of types; running shows that the same programs build. */
describe('Types flow through the DSL', () => {
  const begin = () => {
    const builder = new StreamsBuilder();
    const events = builder.stream('events', { key: Serdes.string, value: Serdes.json<Event>() });
    const products = builder.table('products', { key: Serdes.string, value: Serdes.json<Product>() });
    return { builder, events, products };
  };
  const nodesOf = (builder: StreamsBuilder) =>
    builder
      .build()
      .describe()
      .subTopologies.flatMap(({ nodes }) => nodes.map(({ name }) => name));

  test('from the serdes of a topic through stateless operators', () => {
    const { builder, events } = begin();
    expectTypeOf(events).toEqualTypeOf<KStream<string, Event>>();
    expectTypeOf(events.filter(isOrder)).toEqualTypeOf<KStream<string, Order>>();
    expectTypeOf(events.filter((_key, event) => event.sku !== '')).toEqualTypeOf<KStream<string, Event>>();
    expectTypeOf(events.mapValues(({ sku }, key) => sku + key)).toEqualTypeOf<KStream<string, string>>();
    expectTypeOf(events.map((key, { sku }) => [sku.length, key] as const)).toEqualTypeOf<KStream<number, string>>();
    expectTypeOf(events.selectKey((_key, { sku }) => sku.length)).toEqualTypeOf<KStream<number, Event>>();
    expectTypeOf(events.flatMapValues(({ sku }) => sku.split(''))).toEqualTypeOf<KStream<string, string>>();
    expectTypeOf(events.flatMap((key) => [[key.length, key] as const])).toEqualTypeOf<KStream<number, string>>();
    expectTypeOf(events.merge(events.mapValues(() => 1))).toEqualTypeOf<KStream<string, number | Event>>();
    // @ts-expect-error a topic of texts takes no events
    events.to('texts', { value: Serdes.string });
    // @ts-expect-error there is no such field
    events.peek((_key, { quantity }) => quantity);
    expect(nodesOf(builder)).toContain('KSTREAM-MAP-0000000007');
  });

  test('branches are narrowed by their predicates', () => {
    const { builder, events } = begin();
    const {
      orders,
      others,
      default: rest,
    } = events.split({ orders: isOrder, others: (key) => key === 'x' }, { name: 'by-kind-' });
    expectTypeOf(orders).toEqualTypeOf<KStream<string, Order>>();
    expectTypeOf(others).toEqualTypeOf<KStream<string, Event>>();
    expectTypeOf(rest).toEqualTypeOf<KStream<string, Event>>();
    expect(nodesOf(builder)).toEqual(expect.arrayContaining(['by-kind-orders', 'by-kind-others', 'by-kind-0']));
  });

  test('groups and aggregates', () => {
    const { builder, events, products } = begin();
    const orders = events.filter(isOrder);
    const bySku = orders.groupBy((_key, { sku }) => sku, { name: 'by-sku', key: Serdes.string });
    expectTypeOf(bySku).toEqualTypeOf<KGroupedStream<string, Order>>();
    expectTypeOf(bySku.count()).toEqualTypeOf<KTable<string, number>>();
    expectTypeOf(bySku.reduce((one, other) => ({ ...one, quantity: other.quantity }))).toEqualTypeOf<
      KTable<string, Order>
    >();
    const stock = bySku.aggregate(
      () => ({ sold: 0 }),
      (_sku, { quantity }, { sold }) => ({ sold: sold + quantity }),
      { value: Serdes.json<{ sold: number }>() },
    );
    expectTypeOf(stock).toEqualTypeOf<KTable<string, { sold: number }>>();
    const byPrice = products.groupBy((sku, { price }) => [price, sku] as const, {
      key: Serdes.double,
      value: Serdes.string,
    });
    expectTypeOf(byPrice).toEqualTypeOf<KGroupedTable<number, string>>();
    const names = byPrice.aggregate(
      () => [] as string[],
      (_price, sku, all) => [...all, sku],
      (_price, sku, all) => all.filter((name) => name !== sku),
      { value: Serdes.json<string[]>() },
    );
    expectTypeOf(names).toEqualTypeOf<KTable<number, string[]>>();
    const cogrouped = bySku
      .cogroup<number>((_sku, { quantity }, sum) => sum + quantity)
      .cogroup(events.mapValues(({ sku }) => sku.length).groupByKey(), (_sku, length, sum) => sum - length)
      .aggregate(() => 0, { value: Serdes.double });
    expectTypeOf(cogrouped).toEqualTypeOf<KTable<string, number>>();
    // @ts-expect-error the key is a text
    orders.groupBy((_key, { sku }) => sku, { key: Serdes.double });
    expect(nodesOf(builder)).toContain('by-sku-repartition-source');
  });

  test('windows give windowed keys', () => {
    const { builder, events } = begin();
    const windowed = events.groupByKey().windowedBy(TimeWindows.ofSizeAndGrace(60_000, 1_000).advanceBy(10_000));
    const counts = windowed.emitStrategy('on-window-update').count({ as: 'counts' });
    expectTypeOf(counts).toEqualTypeOf<KTable<Windowed<string>, number>>();
    const final = counts.suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()));
    expectTypeOf(final.toStream()).toEqualTypeOf<KStream<Windowed<string>, number | null>>();
    expectTypeOf(final.toStream(({ key }) => key)).toEqualTypeOf<KStream<string, number | null>>();
    const sessions = events.groupByKey().windowedBy(SessionWindows.ofInactivityGapWithNoGrace(5_000));
    const longest = sessions.aggregate(
      () => '',
      (key) => key,
      (_key, one, other) => one + other,
    );
    expectTypeOf(longest).toEqualTypeOf<KTable<Windowed<string>, string>>();
    // @ts-expect-error what may be sent early is not final
    Suppressed.untilWindowCloses(BufferConfig.emitEarlyWhenFull({ maxRecords: 1 }));
    expect(nodesOf(builder)).toContain('KTABLE-TOSTREAM-0000000008');
  });

  test('joins: the side that may be missing may be null', () => {
    const { builder, events, products } = begin();
    const orders = events.filter(isOrder);
    const windows = JoinWindows.ofTimeDifferenceWithNoGrace(1_000);
    const pairs = orders.join(events, (order, event) => ({ order, event }), windows);
    expectTypeOf(pairs).toEqualTypeOf<KStream<string, { order: Order; event: Event }>>();
    const lonely = orders.outerJoin(events, (order, event, key) => ({ order, event, key }), windows);
    expectTypeOf(lonely).toEqualTypeOf<KStream<string, { order: Order | null; event: Event | null; key: string }>>();
    const priced = orders.leftJoin(products, (order, product) => order.quantity * (product?.price ?? 0));
    expectTypeOf(priced).toEqualTypeOf<KStream<string, number>>();
    const prices = builder.globalTable('prices', { key: Serdes.integer, value: Serdes.double });
    expectTypeOf(prices).toEqualTypeOf<GlobalKTable<number, number>>();
    const global = orders.join(
      prices,
      (_key, { sku }) => sku.length,
      (order, price) => order.quantity * price,
    );
    expectTypeOf(global).toEqualTypeOf<KStream<string, number>>();
    const counts = orders.groupByKey().count();
    const both = counts.outerJoin(products, (count, product) => [count, product] as const);
    expectTypeOf(both).toEqualTypeOf<KTable<string, readonly [number | null, Product | null]>>();
    const byForeignKey = products.leftJoin(
      counts,
      { foreignKey: ({ price }) => String(price) },
      (product, count) => `${product.price} ${String(count)}`,
    );
    expectTypeOf(byForeignKey).toEqualTypeOf<KTable<string, string>>();
    // @ts-expect-error the tables have different keys
    counts.join(counts.groupBy((_key, count) => [count, count] as const).count(), (one) => one);
    // @ts-expect-error the product may be missing
    orders.leftJoin(products, (_order, product) => product.price);
    expect(builder.build().describe().toString()).toContain('KTABLE-FK-JOIN-OUTPUT-');
  });

  test('processors state what they are given and what they forward', () => {
    const { builder, events } = begin();
    const supplier = {
      get: (): Processor<string, Event, number, string> => ({
        process: ({ key, value }) => {
          expectTypeOf(key).toEqualTypeOf<string>();
          expectTypeOf(value).toEqualTypeOf<Event>();
        },
      }),
    };
    expectTypeOf(events.process(supplier)).toEqualTypeOf<KStream<number, string>>();
    // @ts-expect-error it would change the key
    events.processValues(supplier);
    expect(nodesOf(builder)).toContain('KSTREAM-PROCESSOR-0000000004');
  });
});
