import { Broker, type BrokerOptions } from '../../../src/engine/broker/broker.js';
import type { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage, type MemoryStorageOptions } from '../../../src/engine/environment/memory-storage.js';
import { apis, type ApiName, type RequestOf, type ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { Connection } from '../../../src/engine/protocol/connection.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { ManualEnvironment } from './manual-environment.js';

const address = { host: 'localhost', port: 9092 };
/** Where a test does not say which version it means: the newest that is advertised, but the last one that names topics by name. */
const versions: { readonly [Api in ApiName]?: number } = {
  Produce: 12,
  Fetch: 12,
  OffsetCommit: 9,
  OffsetFetch: 9,
};

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A broker on memory with one client connected to it. */
export class BrokerBench {
  private constructor(
    readonly environment: ManualEnvironment,
    readonly storage: MemoryStorage,
    readonly broker: Broker,
    readonly network: InProcessNetwork,
    readonly connection: Connection,
  ) {}

  static async start(
    options: Partial<BrokerOptions> & {
      disk?: MemoryDisk;
      beforeCommit?: MemoryStorageOptions['beforeCommit'];
      startMs?: number;
      seed?: string;
    } = {},
  ): Promise<BrokerBench> {
    const { disk, beforeCommit, startMs, seed, ...others } = options;
    const environment = new ManualEnvironment(startMs, seed);
    const storage = new MemoryStorage({ ...(disk && { disk }), ...(beforeCommit && { beforeCommit }) });
    const broker = await Broker.start(environment, { storage, profile: 'test', advertised: address, ...others });
    const network = new InProcessNetwork({ environment, brokers: [{ address, handler: broker }] });
    return new BrokerBench(environment, storage, broker, network, await network.connect(address));
  }

  call<Api extends ApiName>(
    api: Api,
    request: RequestOf<Api>,
    version: number = versions[api] ?? apis[api].advertisedVersions.max,
  ): Promise<ResponseOf<Api>> {
    return this.connection.send({ api, version, clientId: 'client' }, request);
  }

  async createTopic(name: string, numPartitions = 1, configs: Record<string, string> = {}): Promise<Uint8Array> {
    const { topics } = await this.call('CreateTopics', {
      topics: [
        {
          name,
          numPartitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    return topics[0]?.topicId as Uint8Array;
  }

  /** Sets one config of a topic. */
  async configure(topic: string, name: string, value: string): Promise<void> {
    await this.call('IncrementalAlterConfigs', {
      resources: [{ resourceType: 2, resourceName: topic, configs: [{ name, configOperation: 0, value }] }],
      validateOnly: false,
    });
  }

  /** Produces values as one batch; the error's name, and the base offset. */
  async produce(
    topic: string,
    values: readonly string[],
    acks = -1,
    partition = 0,
  ): Promise<{ error: string; baseOffset: number }> {
    const timestamp = this.environment.clock.now();
    const records = encodeBatch({ records: values.map((value) => ({ key: null, value: utf8(value), timestamp })) });
    const { responses } = await this.call('Produce', {
      acks,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    });
    const answer = responses[0]?.partitionResponses[0];
    return { error: errorByCode(answer?.errorCode ?? 0).name, baseOffset: Number(answer?.baseOffset ?? -1) };
  }

  async fetch(
    topic: string,
    fetchOffset: number,
    options: { maxWaitMs?: number; minBytes?: number; partition?: number } = {},
  ) {
    const { maxWaitMs = 0, minBytes = 1, partition = 0 } = options;
    const { responses } = await this.call('Fetch', {
      maxWaitMs,
      minBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset: BigInt(fetchOffset), partitionMaxBytes: 1_000_000 }] }],
    });
    const answer = responses[0]?.partitions[0];
    const bytes = answer?.records ?? new Uint8Array(0);
    return {
      error: errorByCode(answer?.errorCode ?? 0).name,
      highWatermark: Number(answer?.highWatermark ?? -1),
      values: [...batchesIn(bytes)].flatMap(({ header }) =>
        [...decodeRecords(bytes, header)].map(({ value }) => new TextDecoder().decode(value ?? undefined)),
      ),
      epochs: [...batchesIn(bytes)].map(({ header }) => header.partitionLeaderEpoch),
    };
  }

  async commit(groupId: string, topic: string, offset: number): Promise<string> {
    const { topics } = await this.call('OffsetCommit', {
      groupId,
      memberId: '',
      topics: [
        {
          name: topic,
          partitions: [
            {
              partitionIndex: 0,
              committedOffset: BigInt(offset),
              committedLeaderEpoch: 2,
              committedMetadata: `at ${offset}`,
            },
          ],
        },
      ],
    });
    return errorByCode(topics[0]?.partitions[0]?.errorCode ?? 0).name;
  }

  async committed(groupId: string) {
    const { groups } = await this.call('OffsetFetch', { groups: [{ groupId, topics: null }] });
    return groups[0]?.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, metadata }) => ({
        at: `${name}-${partitionIndex}`,
        offset: Number(committedOffset),
        leaderEpoch: committedLeaderEpoch,
        metadata,
      })),
    );
  }

  /** Joins a group as its only member and assigns everything to itself. */
  async joinAlone(groupId: string): Promise<{ memberId: string; generationId: number }> {
    const request = {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: utf8('subscription') }],
    };
    const { memberId } = await this.call('JoinGroup', { ...request, memberId: '' });
    const joining = this.call('JoinGroup', { ...request, memberId });
    await this.environment.pass(0);
    const { generationId } = await joining;
    await this.call('SyncGroup', {
      groupId,
      generationId,
      memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId, assignment: utf8('all') }],
    });
    return { memberId, generationId };
  }
}
