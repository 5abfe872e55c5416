import {
  apis,
  type ApiName,
  type CompleteRequestOf,
  type GivenResponseOf,
  type RequestOf,
} from '../../../src/engine/protocol/apis.js';
import type { BrokerAddress, Call, RequestContext, RequestHandler } from '../../../src/engine/protocol/connection.js';
import { errorCode, type ErrorName } from '../../../src/engine/protocol/errors.js';
import { completeResponse } from '../../../src/engine/protocol/apis.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  readBatchHeader,
  sequenceAfter,
  stampBatch,
} from '../../../src/engine/protocol/record-batch.js';
import type { ManualEnvironment } from './manual-environment.js';

/** A request as it came. */
export interface Seen<Api extends ApiName = ApiName> {
  readonly api: Api;
  readonly version: number;
  readonly connectionId: string;
  readonly atMs: number;
  readonly request: CompleteRequestOf<Api>;
}

/** Answers a request in the double's place; undefined lets the double answer. */
export type Script<Api extends ApiName> = (
  request: CompleteRequestOf<Api>,
  seen: Seen<Api>,
) => GivenResponseOf<Api> | Promise<GivenResponseOf<Api>> | undefined;

type Answers = {
  [Api in ApiName]?: (request: CompleteRequestOf<Api>) => GivenResponseOf<Api> | Promise<GivenResponseOf<Api>>;
};

/**
 * A stand-in for a cluster of brokers that share everything: enough of one to serve a single client, with scripts for what should go wrong. It keeps
 * batches as they come and answers at once, except a Fetch that finds nothing.
 */
export class BrokerDouble {
  readonly seen: Seen[] = [];
  readonly network: InProcessNetwork;
  /** topic → partitions → batches. */
  readonly logs = new Map<string, Uint8Array[][]>();
  readonly committed = new Map<string, number>();
  /** `topic-partition` → node id, if it is not node 1. */
  readonly leaders = new Map<string, number>();
  versions: Partial<Record<ApiName, readonly [number, number]>> = {};
  generation = 0;
  /** What partitions know of producers: batch for batch where it is stored. */
  readonly #producers = new Map<string, { epoch: number; batches: { base: number; last: number; offset: number }[] }>();
  #producerIds = 0;
  readonly #environment: ManualEnvironment;
  readonly #nodes: readonly number[];
  readonly #scripts: { [Api in ApiName]?: Script<Api>[] } = {};
  readonly #waitingFetches = new Set<() => void>();
  readonly #answers: Answers = {
    Metadata: (request) => this.#metadata(request),
    InitProducerId: () => ({
      throttleTimeMs: 0,
      errorCode: 0,
      producerId: BigInt(this.#producerIds++),
      producerEpoch: 0,
    }),
    Produce: (request) => this.#produce(request),
    Fetch: (request) => this.#fetch(request),
    ListOffsets: (request) => this.#listOffsets(request),
    FindCoordinator: ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => ({ key, nodeId: 1, ...addressOf(1), errorCode: 0 })),
    }),
    JoinGroup: ({ memberId, protocols }) => {
      if (memberId === '') return { ...refusedJoin('MEMBER_ID_REQUIRED'), memberId: 'member-1' };
      const [protocol] = protocols;
      return {
        errorCode: 0,
        generationId: ++this.generation,
        protocolType: 'consumer',
        protocolName: protocol?.name ?? null,
        leader: memberId,
        memberId,
        members: [{ memberId, metadata: protocol?.metadata ?? new Uint8Array(0) }],
      };
    },
    SyncGroup: ({ assignments, protocolName }) => ({
      errorCode: 0,
      protocolType: 'consumer',
      protocolName,
      assignment: assignments[0]?.assignment ?? new Uint8Array(0),
    }),
    Heartbeat: () => ({ errorCode: 0 }),
    LeaveGroup: () => ({ errorCode: 0 }),
    OffsetCommit: (request) => ({
      topics: request.topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex, committedOffset }) => {
          this.committed.set(`${this.#topicOf(name, topicId)}-${partitionIndex}`, Number(committedOffset));
          return { partitionIndex, errorCode: 0 };
        }),
      })),
    }),
    OffsetFetch: ({ groups }) => ({
      groups: groups.map(({ groupId, topics }) => ({
        groupId,
        topics: (topics ?? []).map(({ name, topicId, partitionIndexes }) => ({
          name,
          topicId,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            committedOffset: BigInt(this.committed.get(`${this.#topicOf(name, topicId)}-${partitionIndex}`) ?? -1),
          })),
        })),
      })),
    }),
  };

  constructor(
    environment: ManualEnvironment,
    options: { readonly topics?: Readonly<Record<string, number>>; readonly nodes?: readonly number[] } = {},
  ) {
    this.#environment = environment;
    this.#nodes = options.nodes ?? [1];
    for (const [topic, partitions] of Object.entries(options.topics ?? {})) this.createTopic(topic, partitions);
    this.network = new InProcessNetwork({
      environment,
      brokers: this.#nodes.map((nodeId) => ({ address: addressOf(nodeId), handler: this.#handler() })),
      name: 'wire',
    });
  }

  createTopic(topic: string, partitions: number): void {
    this.logs.set(
      topic,
      Array.from({ length: partitions }, () => []),
    );
  }

  /** Has the next requests of this API answered by these scripts, one each. */
  next<Api extends ApiName>(api: Api, ...scripts: Script<Api>[]): void {
    const known = this.#scripts[api] ?? [];
    this.#scripts[api] = [...known, ...scripts] as never;
  }

  /** Puts records into a partition, each value in a batch of its own. */
  append(topic: string, partition: number, ...values: string[]): void {
    for (const value of values) {
      const records = [{ key: null, value: new TextEncoder().encode(value), timestamp: 1 }];
      this.#store(topic, partition, encodeBatch({ records }));
    }
  }

  /** The values in a partition, in order. */
  values(topic: string, partition: number): string[] {
    return (this.logs.get(topic)?.[partition] ?? []).flatMap((batch) =>
      [...batchesIn(batch)].flatMap(({ header }) =>
        [...decodeRecords(batch, header)].map(({ value }) => new TextDecoder().decode(value ?? new Uint8Array(0))),
      ),
    );
  }

  endOf(topic: string, partition: number): number {
    const batches = this.logs.get(topic)?.[partition] ?? [];
    const last = batches[batches.length - 1];
    return last === undefined ? 0 : ([...batchesIn(last)][0]?.header.lastOffset ?? -1) + 1;
  }

  requests<Api extends ApiName>(api: Api): Seen<Api>[] {
    return this.seen.filter((each): each is Seen<Api> => each.api === api);
  }

  #handler(): RequestHandler {
    return {
      handle: async <Api extends ApiName>(context: RequestContext, call: Call<Api>, request: RequestOf<Api>) => {
        const complete = request as CompleteRequestOf<Api>;
        const { api, version } = call;
        const seen = {
          api,
          version,
          connectionId: context.connectionId,
          atMs: this.#environment.clock.now(),
          request: complete,
        };
        this.seen.push(seen);
        const given = await this.#answer(seen);
        return completeResponse<Api>(api, given);
      },
      disconnected: () => undefined,
    };
  }

  async #answer<Api extends ApiName>(seen: Seen<Api>): Promise<GivenResponseOf<Api>> {
    const script = this.#scripts[seen.api]?.shift();
    const scripted = await script?.(seen.request, seen);
    if (scripted !== undefined) return scripted;
    if (seen.api === 'ApiVersions') return this.#apiVersions() as GivenResponseOf<Api>;
    const answer = this.#answers[seen.api];
    if (answer === undefined) throw new Error(`The double does not serve ${seen.api}.`);
    return await answer(seen.request);
  }

  #apiVersions(): GivenResponseOf<'ApiVersions'> {
    return {
      errorCode: 0,
      apiKeys: Object.values(apis).map(({ key, name, advertisedVersions }) => {
        const [minVersion, maxVersion] = this.versions[name as ApiName] ?? [
          advertisedVersions.min,
          advertisedVersions.max,
        ];
        return { apiKey: key, minVersion, maxVersion };
      }),
    };
  }

  #metadata({ topics }: CompleteRequestOf<'Metadata'>): GivenResponseOf<'Metadata'> {
    const names = topics === null ? [...this.logs.keys()] : topics.map(({ name }) => name ?? '');
    return {
      brokers: this.#nodes.map((nodeId) => ({ nodeId, ...addressOf(nodeId) })),
      clusterId: 'double',
      controllerId: 1,
      topics: names.map((name) => {
        const log = this.logs.get(name);
        return {
          errorCode: log === undefined ? errorCode('UNKNOWN_TOPIC_OR_PARTITION') : 0,
          name,
          topicId: idOf(name),
          partitions: (log ?? []).map((_, partitionIndex) => {
            const leaderId = this.leaders.get(`${name}-${partitionIndex}`) ?? 1;
            return { errorCode: 0, partitionIndex, leaderId, replicaNodes: [leaderId], isrNodes: [leaderId] };
          }),
        };
      }),
    };
  }

  #produce({ topicData }: CompleteRequestOf<'Produce'>): GivenResponseOf<'Produce'> {
    return {
      responses: topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => {
          const stored = this.#storeOnce(this.#topicOf(name, topicId), index, records ?? new Uint8Array(0));
          if (typeof stored === 'number')
            return { index, errorCode: 0, baseOffset: BigInt(stored), logStartOffset: 0n };
          return { index, errorCode: errorCode(stored), baseOffset: -1n };
        }),
      })),
    };
  }

  /** As a broker does: what its producer sent before is not stored again, what follows a gap is refused. */
  #storeOnce(topic: string, partition: number, batch: Uint8Array): number | ErrorName {
    const { producerId, producerEpoch, baseSequence, lastSequence } = readBatchHeader(batch, 0);
    if (producerId < 0) return this.#store(topic, partition, batch);
    const key = `${topic}-${partition} ${producerId}`;
    const known = this.#producers.get(key);
    if (known !== undefined && known.epoch > producerEpoch) return 'INVALID_PRODUCER_EPOCH';
    const batches = known?.epoch === producerEpoch ? known.batches : [];
    const duplicate = batches.slice(-5).find(({ base, last }) => base === baseSequence && last === lastSequence);
    if (duplicate !== undefined) return duplicate.offset;
    const next = batches.length === 0 ? 0 : sequenceAfter(batches.at(-1)?.last ?? 0, 1);
    if (known !== undefined && baseSequence !== next) return 'OUT_OF_ORDER_SEQUENCE_NUMBER';
    const offset = this.#store(topic, partition, batch);
    const stored = { base: baseSequence, last: lastSequence, offset };
    this.#producers.set(key, { epoch: producerEpoch, batches: [...batches, stored] });
    return offset;
  }

  #store(topic: string, partition: number, batch: Uint8Array): number {
    const baseOffset = this.endOf(topic, partition);
    const stored = batch.slice();
    stampBatch(stored, 0, { baseOffset, leaderEpoch: 0 });
    this.logs.get(topic)?.[partition]?.push(stored);
    for (const wake of [...this.#waitingFetches]) wake();
    return baseOffset;
  }

  async #fetch(request: CompleteRequestOf<'Fetch'>): Promise<GivenResponseOf<'Fetch'>> {
    const answer = this.#read(request);
    if (answer.isNews) return answer.response;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#waitingFetches.delete(wake);
        resolve();
      };
      const timer = this.#environment.timers.set(request.maxWaitMs, wake);
      this.#waitingFetches.add(wake);
    });
    return this.#read(request).response;
  }

  #read(request: CompleteRequestOf<'Fetch'>): { isNews: boolean; response: GivenResponseOf<'Fetch'> } {
    let isNews = false;
    const responses = request.topics.map(({ topic: name, topicId, partitions }) => ({
      topic: name,
      topicId,
      partitions: partitions.map(({ partition, fetchOffset }) => {
        const topic = this.#topicOf(name, topicId);
        const batches = this.logs.get(topic)?.[partition] ?? [];
        const end = this.endOf(topic, partition);
        const isOutside = Number(fetchOffset) > end;
        const found = batches.filter((batch) =>
          [...batchesIn(batch)].some(({ header }) => header.lastOffset >= Number(fetchOffset)),
        );
        isNews ||= isOutside || found.length > 0;
        return {
          partitionIndex: partition,
          errorCode: isOutside ? errorCode('OFFSET_OUT_OF_RANGE') : 0,
          highWatermark: BigInt(end),
          abortedTransactions: null,
          records: joined(found),
        };
      }),
    }));
    return { isNews, response: { throttleTimeMs: 0, responses } };
  }

  #listOffsets({ topics }: CompleteRequestOf<'ListOffsets'>): GivenResponseOf<'ListOffsets'> {
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          offset: timestamp === -2n ? 0n : BigInt(this.endOf(name, partitionIndex)),
        })),
      })),
    };
  }

  #topicOf(name: string, topicId: Uint8Array): string {
    if (name !== '') return name;
    return [...this.logs.keys()].find((topic) => idOf(topic).join() === topicId.join()) ?? '';
  }
}

/** A Produce response that refuses every batch. */
export function refused(error: ErrorName): Script<'Produce'> {
  return ({ topicData }) => ({
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: errorCode(error), baseOffset: -1n })),
    })),
  });
}

/** A JoinGroup response that refuses the member. */
export function refusedJoin(error: ErrorName): GivenResponseOf<'JoinGroup'> {
  return { errorCode: errorCode(error), protocolName: null, leader: '', memberId: '', members: [] };
}

export function addressOf(nodeId: number): BrokerAddress {
  return { host: `node-${nodeId}`, port: 9092 };
}

function idOf(topic: string): Uint8Array {
  const id = new Uint8Array(16);
  new TextEncoder().encodeInto(topic, id);
  return id;
}

function joined(batches: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(batches.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const batch of batches) {
    bytes.set(batch, at);
    at += batch.length;
  }
  return bytes;
}
