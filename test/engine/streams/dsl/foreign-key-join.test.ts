import { expect, test } from 'vitest';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';

const { string: text } = Serdes;

test('KIP-775 a subscription is sent to the partition that the right table has the key in', () => {
  const builder = new StreamsBuilder();
  const orders = builder.table('orders', { key: text, value: text });
  const customers = builder.table('customers', { key: text, value: text });
  const byFirstLetter = (_topic: string, key: string, _value: unknown, partitions: number) =>
    key.charCodeAt(0) % partitions;
  orders
    .join(
      customers,
      { foreignKey: (order) => order.slice(0, 2), otherPartitioner: byFirstLetter },
      (order, customer) => order + customer,
      { name: 'with-customer' },
    )
    .toStream()
    .to('out');
  const sinks = builder
    .build()
    .build('app')
    .subTopologies.flatMap(({ nodes }) => nodes.flatMap((node) => (node.kind === 'sink' ? node : [])));
  const sink = sinks.find(({ topic }) => topic === 'app-with-customer-subscription-registration-topic');
  expect(sink?.partitioner?.('t', 'bc', null, 7)).toBe('b'.charCodeAt(0) % 7);
});
