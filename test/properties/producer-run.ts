import { Kafka } from '../../src/engine/client/kafka.js';
import type { Producer } from '../../src/engine/client/producer.js';
import { UndeliveredError } from '../../src/engine/client/undelivered-error.js';
import { sleep } from '../../src/engine/environment/environment.js';
import { MemoryStorage } from '../../src/engine/environment/memory-storage.js';
import { HistoryRecorder } from '../../src/engine/history/history-recorder.js';
import type { History } from '../../src/engine/history/history.js';
import { settle } from '../../src/engine/platform/node/settle.js';
import { completeResponse, type RequestOf, type ResponseOf } from '../../src/engine/protocol/apis.js';
import type { RequestHandler } from '../../src/engine/protocol/connection.js';
import { errorCode } from '../../src/engine/protocol/errors.js';
import { KafkaError } from '../../src/engine/protocol/kafka-error.js';
import { batchesIn, decodeRecords } from '../../src/engine/protocol/record-batch.js';
import { World, brokerAddress } from '../../src/engine/simulation/world.js';
import { alteredBroker } from './mutants/altered-broker.js';
import type { ProduceFault, ProducerDisturbance, ProducerPlan } from './producer-plan.js';

/** What the producer was told of a record. */
export type SendOutcome = 'stored' | 'not-stored' | 'unknown' | 'pending';

/** What a run came to. */
export interface ProducerRun {
  readonly plan: ProducerPlan;
  readonly history: History;
  /** Of each record. */
  readonly outcomes: readonly SendOutcome[];
  /** The offset that the producer was told. */
  readonly told: readonly (number | undefined)[];
  /** The values that each partition holds at the end, by offset. */
  readonly logs: readonly (readonly { readonly offset: number; readonly value: number }[])[];
}

/** Where the broker is broken on purpose. */
export interface ProducerVariation {
  readonly broker?: (broker: RequestHandler) => RequestHandler;
  /** The producer's own setting. */
  readonly idempotent?: boolean;
}

const topic = 'orders';
/** A record that is stamped so long ahead of the broker's clock is refused. */
const tooFarAheadMs = 10 * 3_600_000;
const longestRunMs = 1_500_000;

/** Carries out a plan in a world of its own, then heals everything, waits until each send is settled and reads the log. */
export async function runProducer(plan: ProducerPlan, variation: ProducerVariation = {}): Promise<ProducerRun> {
  return await new Run(plan, variation).play();
}

class Run {
  private readonly world: World;
  private storage = new MemoryStorage();
  private readonly recorder: HistoryRecorder;
  private readonly outcomes: SendOutcome[];
  private readonly told: (number | undefined)[];
  private produces = 0;
  private isHidden = false;

  constructor(
    private readonly plan: ProducerPlan,
    private readonly variation: ProducerVariation,
  ) {
    this.world = new World({ seed: plan.seed, settle });
    this.outcomes = plan.records.map(() => 'pending');
    this.told = plan.records.map(() => undefined);
    this.recorder = new HistoryRecorder(this.world.environment('history').clock, this.world.trace, {
      h1: 1,
      seed: plan.seed,
      profile: 'producer-plan',
      iso: 'ru',
      mode: 'assign',
      durability: 'strict',
      backend: 'sim',
      opts: { partitions: plan.partitions, maxInFlight: plan.maxInFlight },
      idempotent: true,
    });
  }

  async play(): Promise<ProducerRun> {
    const { world, plan } = this;
    await world.outcome(this.startBroker());
    const waits = { initialRetryTime: 20, maxRetryTime: 400 };
    const retry = { ...waits, retries: 1000 };
    const kafka = (clientId: string): Kafka =>
      new Kafka(world.environment(clientId), {
        clientId,
        network: world.network(clientId),
        retry,
        requestTimeout: 2000,
      });
    const admin = kafka('admin').admin();
    await world.outcome(admin.connect());
    await world.outcome(admin.createTopics({ topics: [{ topic, numPartitions: plan.partitions }] }));
    await world.outcome(admin.disconnect());
    const producer = kafka('producer').producer({
      lingerMs: plan.lingerMs,
      batchSize: plan.batchSize,
      maxInFlightRequests: plan.maxInFlight,
      deliveryTimeoutMs: plan.deliveryTimeoutMs,
      maxBlockMs: 600_000,
      ...(this.variation.idempotent === undefined ? {} : { idempotent: this.variation.idempotent }),
      retry: waits,
    });
    await world.outcome(producer.connect());
    this.sendAll(producer);
    for (const disturbance of plan.disturbances) {
      await world.advanceBy(disturbance.afterMs);
      await this.disturb(disturbance);
    }
    await world.runUntil(() => !this.outcomes.includes('pending'), world.now + longestRunMs);
    // What strays arrives by then.
    await world.advanceBy(5_000);
    return {
      plan,
      logs: await world.outcome(this.readLogs()),
      history: this.recorder.history(),
      outcomes: this.outcomes,
      told: this.told,
    };
  }

  private async startBroker(): Promise<void> {
    const around = (broker: RequestHandler): RequestHandler => this.faulty(this.variation.broker?.(broker) ?? broker);
    await this.world.startBroker({ storage: this.world.storage(this.storage), profile: 'test' }, around);
  }

  private sendAll(producer: Producer): void {
    const { timers } = this.world.environment('script');
    const history = this.recorder.process('producer');
    this.plan.records.forEach((_, value) => {
      timers.set(value * this.plan.intervalMs, () => this.world.watch(this.send(producer, history, value)));
    });
  }

  private async send(
    producer: Producer,
    history: ReturnType<HistoryRecorder['process']>,
    value: number,
  ): Promise<void> {
    const partition = (this.plan.records[value] ?? 0) % this.plan.partitions;
    const isAcceptable = !this.plan.unacceptable.includes(value);
    const now = this.world.environment('script').clock.now();
    const timestamp = String(now + (isAcceptable ? 0 : tooFarAheadMs));
    const isCertain = (error: unknown): boolean => error instanceof UndeliveredError && !error.mayBeStored;
    try {
      const stored = await history.operation(
        { f: 'send' as const, tp: this.recorder.partition(topic, partition), v: value },
        () => producer.send({ topic, messages: [{ value: String(value), partition, timestamp }] }),
        ([metadata]) => (metadata?.baseOffset === '-1' ? {} : { off: Number(metadata?.baseOffset) }),
        isCertain,
      );
      this.outcomes[value] = 'stored';
      const offset = Number(stored[0]?.baseOffset);
      this.told[value] = offset < 0 ? undefined : offset;
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      this.outcomes[value] = isCertain(error) ? 'not-stored' : 'unknown';
    }
  }

  private async disturb({ kind, lengthMs }: ProducerDisturbance): Promise<void> {
    const { world } = this;
    const { timers } = world.environment('script');
    if (kind === 'drop-connections') world.dropConnections('producer');
    else if (kind === 'cut-off') {
      world.cutOff('producer');
      timers.set(lengthMs, () => world.heal('producer'));
    } else if (kind === 'hide-topic') {
      this.isHidden = true;
      timers.set(lengthMs, () => (this.isHidden = false));
    } else if (kind === 'restart-broker') {
      await world.outcome(world.stopBroker());
      await world.outcome(this.startBroker());
    } else {
      await world.crashBroker();
      // What was not durable is gone, or torn.
      const random = world.environment('power').random;
      this.storage = new MemoryStorage({ disk: this.storage.disk.afterCrash(random, 'power') });
      await world.outcome(this.startBroker());
    }
  }

  /** The network between producer and broker. */
  private faulty(broker: RequestHandler): RequestHandler {
    const { timers } = this.world.environment('network faults');
    const lost = (): KafkaError => new KafkaError('NETWORK_EXCEPTION', 'The network lost it.');
    return alteredBroker(broker, {
      Metadata: async ({ request, handle }) => {
        const response = await handle();
        if (!this.isHidden || request.topics === null) return response;
        return { ...response, topics: response.topics.map(hidden) };
      },
      Produce: async ({ request, handle }) => {
        const fault: ProduceFault | null = this.plan.faults[this.produces++] ?? null;
        const later = (ms: number): void => {
          timers.set(ms, () => {
            handle().catch(() => undefined);
          });
        };
        switch (fault?.kind) {
          case undefined:
            return await handle();
          case 'request-lost':
            throw lost();
          case 'answer-lost':
            await handle();
            throw lost();
          case 'repeated':
            await handle();
            return await handle();
          case 'repeated-later':
            later(fault.lateMs);
            return await handle();
          case 'slow':
            await sleep(timers, fault.lateMs);
            return await handle();
          case 'astray':
            later(fault.lateMs);
            throw lost();
          case 'refused':
            return refusedAll(request);
        }
      },
    });
  }

  private async readLogs(): Promise<{ offset: number; value: number }[][]> {
    const connection = await this.world.network('closing').connect(brokerAddress);
    const history = this.recorder.process('closing');
    const logs: { offset: number; value: number }[][] = [];
    for (let partition = 0; partition < this.plan.partitions; partition++) {
      const tp = this.recorder.partition(topic, partition);
      const log: { offset: number; value: number }[] = [];
      for (;;) {
        const fetchOffset = BigInt((log.at(-1)?.offset ?? -1) + 1);
        const { responses } = await connection.send(
          { api: 'Fetch', version: 12, clientId: 'closing' },
          {
            maxWaitMs: 0,
            minBytes: 0,
            topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1_000_000 }] }],
          },
        );
        const records = recordsIn(responses[0]?.partitions[0]?.records ?? new Uint8Array(0));
        if (records.length === 0) break;
        log.push(...records);
      }
      history.point({ f: 'poll', recs: log.map(({ offset, value }) => [tp, offset, value] as const) });
      history.point({ f: 'poll', final: true, from: { [tp]: 0 }, recs: [] });
      logs.push(log);
    }
    connection.close();
    return logs;
  }
}

function recordsIn(bytes: Uint8Array): { offset: number; value: number }[] {
  return [...batchesIn(bytes)].flatMap(({ header }) =>
    Array.from(decodeRecords(bytes, header), ({ offset, value }) => ({
      offset,
      value: Number(new TextDecoder().decode(value ?? new Uint8Array(0))),
    })),
  );
}

function refusedAll(request: RequestOf<'Produce'>): ResponseOf<'Produce'> {
  return completeResponse('Produce', {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      ...(name === undefined ? {} : { name }),
      ...(topicId === undefined ? {} : { topicId }),
      partitionResponses: partitionData.map(({ index }) => ({
        index,
        errorCode: errorCode('NOT_ENOUGH_REPLICAS'),
        baseOffset: -1n,
      })),
    })),
  });
}

function hidden(described: ResponseOf<'Metadata'>['topics'][number]): ResponseOf<'Metadata'>['topics'][number] {
  return { ...described, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), partitions: [] };
}
