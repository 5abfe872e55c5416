import type { ConsumerConfig } from '../../client/consumer-config.js';
import type { ProducerConfig } from '../../client/producer.js';

/** What the clients of an application do otherwise than by default (Kafka's prefixes `main.consumer.`, `restore.consumer.`, `global.consumer.`, `producer.`). */
export interface ClientOverrides {
  readonly consumer?: Omit<ConsumerConfig, 'groupId' | 'partitionAssigners' | 'autoCommit' | 'groupProtocol'>;
  readonly restoreConsumer?: Omit<ConsumerConfig, 'groupId' | 'autoOffsetReset'>;
  readonly globalConsumer?: Omit<ConsumerConfig, 'groupId' | 'autoOffsetReset'>;
  readonly producer?: ProducerConfig;
}
