import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TopologyTestDriver } from '../../../../src/entry/streams-test.js';
import { hours, minutes, Serdes, StreamsBuilder, type TopologyDefinition } from '../../../../src/entry/streams.js';
import pageViews from './page-views.topology.js';
import retail from './retail.topology.js';
import wordCount from './word-count.topology.js';

const { string: text } = Serdes;

function driverOf(define: TopologyDefinition): TopologyTestDriver {
  const builder = new StreamsBuilder();
  define(builder);
  return new TopologyTestDriver(builder.build(), { 'application.id': 'example', 'statestore.cache.max.bytes': 0 });
}

describe('The examples of the documentation do what it says', () => {
  test('words are counted over all lines', () => {
    const driver = driverOf(wordCount);
    driver.createInputTopic('lines', text, text).pipeValueList(['To be, or not to be.', 'That is it']);
    const counts = driver.createOutputTopic('word-counts', text, Serdes.safeLong).readKeyValuesToMap();
    expect(Object.fromEntries(counts)).toEqual({ to: 2, be: 2, or: 1, not: 1, that: 1, is: 1, it: 1 });
  });

  test('views are counted a minute, with their updates, their final result and what came too late', () => {
    const driver = driverOf(pageViews);
    const views = driver.createInputTopic('page-views', text, Serdes.json<object>());
    const finals = driver.createOutputTopic('views-final', Serdes.windowed(text, minutes(1)), Serdes.safeLong);
    const late = driver.createOutputTopic('page-views-late', text, Serdes.json());
    for (const [who, at] of [
      ['ann', 5_000],
      ['ann', 59_999],
      ['bob', 90_000],
      ['ann', 30_000],
    ] as const) {
      views.pipeInput(who, { page: '/', at }, 0);
    }
    expect(finals.readKeyValuesToList()).toEqual([[{ key: 'ann', window: { start: 0, end: 60_000 } }, 2]]);
    expect(late.readValuesToList()).toEqual([{ page: '/', at: 30_000 }]);
  });

  test('a product is reordered once a dip, and its price follows the demand of an hour', () => {
    const driver = driverOf(retail);
    const json = Serdes.json<object>();
    const products = driver.createInputTopic('products', text, json);
    const sales = driver.createInputTopic('sales', text, json);
    const shipments = driver.createInputTopic('shipments', text, json);
    const reorders = driver.createOutputTopic('reorders', text, json);
    const prices = driver.createOutputTopic('price-adjustments', text, json);
    products.pipeInput('tea', { price: 10, floorPrice: 8, reorderPoint: 20, reorderQuantity: 50 }, 0);
    const ship = (quantity: number, at: number) => shipments.pipeInput('s', { sku: 'tea', quantity }, at);
    const sell = (quantity: number, at: number) => sales.pipeInput('r', { sku: 'tea', quantity }, at);
    ship(30, 0);
    sell(15, minutes(1));
    expect(reorders.readKeyValuesToList()).toEqual([['tea', { quantity: 50, onHand: 15 }]]);
    sell(1, minutes(2));
    ship(50, minutes(3));
    expect(reorders.isEmpty).toBe(true);
    sell(90, minutes(4));
    expect(reorders.readKeyValuesToList()).toEqual([['tea', { quantity: 50, onHand: -26 }]]);
    expect(prices.isEmpty).toBe(true);
    sell(4, hours(1) + minutes(5));
    // The hour from 0 is over, and so is its grace: 106 were sold in it.
    expect(prices.readKeyValuesToList()).toEqual([['tea', { from: 10, to: 10.5, unitsPerHour: 106 }]]);
    sell(1, hours(3));
    // Those from 15, 30 and 45 minutes past saw 4 each, and so did that from 1:00.
    expect(prices.readValuesToList()).toEqual(Array.from({ length: 4 }, () => ({ from: 10, to: 9, unitsPerHour: 4 })));
    expect(driver.getTimestampedKeyValueStore('stock').get('tea')).toMatchObject({
      value: { onHand: -31, received: 80 },
    });
  });

  test.each(['word-count', 'page-views', 'retail'])('%s is printed there as it is run here', (name) => {
    const page = readFileSync(new URL('../../../../docs-site/src/content/docs/streams.md', import.meta.url), 'utf8');
    const run = readFileSync(new URL(`./${name}.topology.ts`, import.meta.url), 'utf8');
    // The import is shorter there, so its lines may break elsewhere.
    const words = (code: string) => code.replace(/,?\s+/g, ' ');
    expect(words(page)).toContain(
      words(`\`\`\`ts\n${run.replace('../../../../src/entry/streams.js', 'partita/streams')}\`\`\``),
    );
  });
});
