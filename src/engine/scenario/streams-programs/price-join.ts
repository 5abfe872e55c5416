import { StreamsBuilder } from '../../streams/dsl/streams-builder.js';
import { JoinWindows } from '../../streams/dsl/window/join-windows.js';
import { Serdes } from '../../streams/serdes.js';
import type { PriceJoinProgram } from '../streams-run-spec.js';
import type { StreamsCode } from './streams-code.js';

const text = Serdes.string;
const stored = { key: text, value: text };
const asText = { key: text, value: text };

/** Scenario 21: sales with the price of what was sold, by each kind of join. */
export function priceJoin({
  join,
  windowMs,
  repartitions,
  sales: salesTopic,
  prices: pricesTopic,
  output,
}: PriceJoinProgram): StreamsCode {
  const builder = new StreamsBuilder();
  const read = (topic: string, name: string) => {
    const stream = builder.stream<string, string>(topic, { ...asText, name: topic });
    return repartitions ? stream.repartition({ ...asText, name: `${name}-by-key` }) : stream;
  };
  const tableOf = (topic: string, name: string) =>
    repartitions
      ? read(topic, name).toTable({ as: `${name}-table`, name: `${name}-table`, ...asText })
      : builder.table<string, string>(topic, {
          ...asText,
          name: `${name}-table`,
          materialized: { as: `${name}-table`, ...asText },
        });
  const priced = (sale: string, price: string | null) => `${sale} at ${price ?? 'no price'}`;
  const sink = { ...asText, name: output };
  switch (join) {
    case 'stream-stream':
      read(salesTopic, 'sales')
        .join(read(pricesTopic, 'prices'), priced, JoinWindows.ofTimeDifferenceWithNoGrace(windowMs), {
          ...asText,
          other: text,
          name: 'join',
          storeName: 'join',
        })
        .to(output, sink);
      break;
    case 'stream-table':
      read(salesTopic, 'sales')
        .join(tableOf(pricesTopic, 'prices'), priced, { ...asText, name: 'join' })
        .to(output, sink);
      break;
    case 'left-stream-table':
      read(salesTopic, 'sales')
        .leftJoin(tableOf(pricesTopic, 'prices'), priced, { ...asText, name: 'join' })
        .to(output, sink);
      break;
    case 'table-table':
      tableOf(salesTopic, 'sales')
        .join(tableOf(pricesTopic, 'prices'), priced, { name: 'join', as: 'joined', ...asText })
        .toStream({ name: 'joined-changes' })
        .to(output, sink);
      break;
    case 'global-table': {
      const prices = builder.globalTable<string, string>(pricesTopic, {
        ...asText,
        name: 'prices-table',
        materialized: { as: 'prices-table', ...asText },
      });
      read(salesTopic, 'sales')
        .join(prices, (sku) => sku, priced, { name: 'join' })
        .to(output, sink);
    }
  }
  return {
    topology: builder.build(),
    stores: {
      'sales-table': stored,
      'prices-table': stored,
      joined: stored,
      'join-this-join-store': stored,
      'join-other-join-store': stored,
    },
  };
}
