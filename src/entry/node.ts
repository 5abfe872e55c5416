import { Kafka as EngineKafka, type KafkaConfig as EngineConfig } from '../engine/client/kafka.js';
import type { Storage as StateStorage } from '../engine/environment/storage.js';
import { nodeEnvironment } from '../engine/platform/node/node-environment.js';
import { FileStorage } from '../engine/platform/node/file-storage.js';
import { TcpNetwork, type TcpNetworkOptions } from '../engine/platform/node/tcp-network.js';
import { TestBroker, type TestBrokerOptions } from './test-broker.js';

export { ConfigResourceTypes } from '../engine/client/config-admin.js';
export { PartitionAssigners } from '../engine/client/assignors/partition-assigners.js';
export type { Assignor } from '../engine/client/assignors/assignor.js';
export type { ConsumerConfig } from '../engine/client/consumer-config.js';
export type { OffsetReset } from '../engine/client/offset-reset.js';
export type { RebalanceListener } from '../engine/client/rebalance-listener.js';
export type { ConsumerRecord } from '../engine/client/record-stream.js';
export { logLevel } from '../engine/client/logger.js';
export { CompressionTypes } from '../engine/client/producer.js';
export { KafkaError } from '../engine/protocol/kafka-error.js';
export { ArchiveError, describeExport } from './topic-transfer.js';
export type { ExportOptions, ImportOptions, ImportReport, ImportSource } from './topic-transfer.js';
export type { Storage as StateStorage } from '../engine/environment/storage.js';
export type { LoggedRequest } from './fault-plan.js';
export type { TestBroker, TestBrokerOptions, TestTopic } from './test-broker.js';

/**
 * Starts a broker for tests: a free port in milliseconds, nothing on the disk unless `dataDir` is given.
 *
 * ```ts
 * const broker = await startBroker({ topics: ['orders'] });
 * const kafka = new KafkaJS({ brokers: [broker.bootstrap] });
 * broker.fail('Produce', 'NOT_LEADER_OR_FOLLOWER', 2);
 * …
 * await broker.close();
 * ```
 */
export function startBroker(options?: TestBrokerOptions): Promise<TestBroker> {
  return TestBroker.start(options);
}

/** Where a streams application keeps copies of its state: in a folder of its own, one process at a time. Close it after the application. */
export function openStateDirectory(directory: string): Promise<StateStorage> {
  return FileStorage.open({ directory });
}

/** How to reach a cluster: Partita elsewhere, or Apache Kafka. In KafkaJS's words. */
export interface KafkaConfig extends Omit<EngineConfig, 'network'>, Omit<TcpNetworkOptions, 'connectionTimeout'> {}

/** Clients of a cluster over TCP, in KafkaJS's shape. */
export class Kafka extends EngineKafka {
  constructor({ brokers, ssl, sasl, ...config }: KafkaConfig) {
    const environment = nodeEnvironment();
    const { connectionTimeout } = config;
    const network = new TcpNetwork(environment, {
      brokers,
      ...(ssl !== undefined && { ssl }),
      ...(sasl !== undefined && { sasl }),
      ...(connectionTimeout !== undefined && { connectionTimeout }),
    });
    super(environment, { ...config, network });
  }
}
