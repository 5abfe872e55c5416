import type { ConsumerConfig } from '../engine/client/consumer-config.js';
import type { Consumer } from '../engine/client/consumer.js';
import { Kafka } from '../engine/client/kafka.js';

/** A client of a page, whose consumers leave their groups when it goes for good: otherwise the next page would wait for its partitions until their sessions are over. */
export class PageKafka extends Kafka {
  override consumer(config: ConsumerConfig): Consumer {
    const consumer = super.consumer(config);
    if (!('document' in globalThis)) return consumer;
    const leave = ({ persisted }: PageTransitionEvent): void => {
      // Nothing relies on it: a page that crashes is told nothing, and one that goes may die before the broker has heard of it.
      if (!persisted) consumer.leaveAtOnce();
    };
    consumer.on('consumer.connect', () => addEventListener('pagehide', leave));
    consumer.on('consumer.disconnect', () => removeEventListener('pagehide', leave));
    return consumer;
  }
}
