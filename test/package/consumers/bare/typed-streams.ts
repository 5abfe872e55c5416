import {
  defineTopology,
  JoinWindows,
  minutes,
  Serdes,
  TimeWindows,
  type KStream,
  type Windowed,
} from 'partita/streams';
import { TopologyTestDriver, type TestedTopology } from 'partita/streams/test';

interface Order {
  readonly sku: string;
}

export default defineTopology((builder) => {
  const orders = builder.stream('orders', { key: Serdes.string, value: Serdes.json<Order>() });
  const counts: KStream<Windowed<string>, number | null> = orders
    .groupBy((_key, { sku }) => sku)
    .windowedBy(TimeWindows.ofSizeWithNoGrace(minutes(1)))
    .count()
    .toStream();
  counts.to('counts', { key: Serdes.windowed(Serdes.string, minutes(1)) });
  orders
    .leftJoin(orders, (order, other) => other?.sku ?? order.sku, JoinWindows.ofTimeDifferenceWithNoGrace(5))
    .to('skus', { value: Serdes.string });
});

export const drive = (topology: TestedTopology): TopologyTestDriver =>
  new TopologyTestDriver(topology, { 'application.id': 'typed' });
