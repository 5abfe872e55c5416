import { createHash } from 'node:crypto';
import { cooperativeStickyAssignor } from '../../../src/engine/client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../../../src/engine/client/assignors/range.js';
import type { TopicPartition } from '../../../src/engine/client/assigned-partitions.js';
import type { Consumer } from '../../../src/engine/client/consumer.js';
import type { EachBatchPayload, EachMessagePayload } from '../../../src/engine/client/delivery.js';
import { Kafka } from '../../../src/engine/client/kafka.js';
import type { KafkaMessage } from '../../../src/engine/client/kafka-message.js';
import type { Producer } from '../../../src/engine/client/producer.js';
import { UndeliveredError } from '../../../src/engine/client/undelivered-error.js';
import { randomInteger, sleep, type Timers } from '../../../src/engine/environment/environment.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Crash } from '../../../src/engine/environment/memory-disk.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { checkStore } from '../../../src/engine/fsck/fsck.js';
import { readMemoryDisk } from '../../../src/engine/fsck/memory-disk-reader.js';
import { consumeCounts, realtimeLags } from '../../../src/engine/history/history-metrics.js';
import { HistoryRecorder, type HistoryProcess } from '../../../src/engine/history/history-recorder.js';
import {
  historyLines,
  type History,
  type HistoryFact,
  type PartitionName,
} from '../../../src/engine/history/history.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import { noNetworkFaults } from '../../../src/engine/simulation/network-faults.js';
import { noStorageFaults } from '../../../src/engine/simulation/simulated-storage.js';
import { brokerAddress, World } from '../../../src/engine/simulation/world.js';
import type { FaultPlan, GroupScript, Happening, ProducerScript } from './fault-plan.js';
import { GroupLedger } from './group-ledger.js';
import { Probes } from './probes.js';
import { refusingBroker } from './refusals.js';

/** A rule that a run broke besides those that its history shows: what must happen in the end, and what lies on the disk. */
export interface Problem {
  readonly rule: string;
  readonly message: string;
}

/** What a run came to. */
export interface FaultRun {
  readonly plan: FaultPlan;
  readonly history: History;
  readonly trace: readonly RecordedEvent[];
  /** The longest that a record was there, in the healthy world, before a reader asked for it. */
  readonly lagMs: number;
  /** How many pairs of reader and record there are that met once, twice, and so on. */
  readonly consumeCounts: ReadonlyMap<number, number>;
  readonly problems: readonly Problem[];
  readonly probes: ReadonlyMap<string, number>;
  /** Sends, polls, commits and reads of commits that clients have ended, whatever they came to. */
  readonly operations: number;
  readonly virtualMs: number;
}

/** Where the broker is broken on purpose. */
export interface FaultVariation {
  readonly broker?: (broker: RequestHandler) => RequestHandler;
}

const topic = 'orders';
const sessionTimeoutMs = 6_000;
const heartbeatIntervalMs = 2_000;
const brokerName = 'broker';
/** From the end of all faults until every group has its partitions and has read everything; Kafka promises a session and a rebalance, clients retry meanwhile. */
const longestRecoveryMs = 120_000;
/** L6: nothing that is sent in a healthy world stays unread for longer, by who is not busy. */
const longestLagMs = 2_000;
/** L5: Jepsen's limit. */
const longestClosingMs = 200_000;
const waits = { initialRetryTime: 20, maxRetryTime: 1_000 };

/** Plays a plan in a world of its own: faults, then none, then every client is gone and others read all there is. */
export async function runFaults(plan: FaultPlan, variation: FaultVariation = {}): Promise<FaultRun> {
  return await new Run(plan, variation).play();
}

/** The SHA-256 of a run's history: equal runs have equal ones. */
export function hashOf(history: History): string {
  return createHash('sha256').update(historyLines(history)).digest('hex');
}

interface RunningProducer {
  readonly id: string;
  readonly script: number;
  readonly producer: Producer;
  readonly connected: Promise<void>;
  readonly history: HistoryProcess;
}

interface RunningMember {
  readonly id: string;
  readonly group: number;
  readonly slot: number;
  readonly consumer: Consumer;
}

class Run {
  private readonly world: World;
  private readonly random: SeededRandom;
  private readonly probes = new Probes();
  private readonly recorder: HistoryRecorder;
  private readonly nemesis: HistoryProcess;
  private readonly ledgers: readonly GroupLedger[];
  private readonly producers = new Map<string, RunningProducer>();
  private readonly members = new Map<string, RunningMember>();
  private readonly problems: Problem[] = [];
  private readonly sent = new Map<number, { readonly partition: number; readonly timestamp: string }>();
  private storage = new MemoryStorage();
  private refusedPerMille = 0;
  private isDiskFull = false;
  private readonly frozen = new Set<string>();
  /** Whom the network has been parted from, even if it is over. */
  private readonly apart = new Set<string>();
  private isHealthy = false;
  private steadySinceUs = Infinity;
  private brokerAheadMs = 0;
  private brokerLives = 0;
  private isBrokerUp = false;
  private born = 0;
  private values = 0;
  private readonly unsettledOf = new Map<string, number>();
  private waitingSends = 0;
  private readonly startedAtMs: number;

  constructor(
    private readonly plan: FaultPlan,
    private readonly variation: FaultVariation,
  ) {
    this.world = new World({ seed: plan.seed, settle, probe: this.probes.reach });
    this.random = new SeededRandom(`faults ${plan.seed}`);
    this.startedAtMs = this.world.now;
    this.recorder = new HistoryRecorder(this.world.environment('history').clock, this.world.trace, {
      h1: 1,
      seed: plan.seed,
      profile: 'faults',
      iso: 'ru',
      mode: 'subscribe',
      durability: plan.acks === -1 ? 'strict' : 'relaxed',
      backend: 'sim',
      opts: {
        partitions: plan.partitions,
        // A process that is frozen learns of the time when it wakes.
        deliveryTimeoutMs: plan.deliveryTimeoutMs + 60_000,
        rebalanceBoundMs: longestRecoveryMs,
      },
      idempotent: this.isIdempotent,
    });
    this.nemesis = this.recorder.process('nemesis');
    const { trace } = this.world;
    this.ledgers = plan.groups.map(({ commits }, number) => new GroupLedger(groupName(number), topic, commits, trace));
  }

  async play(): Promise<FaultRun> {
    const { world, plan } = this;
    this.bringBrokerUp();
    await world.outcome(this.createTopic());
    this.setFaults(true);
    plan.producers.forEach((script, number) => {
      this.addProducer(number);
      this.schedule(script, number);
    });
    plan.groups.forEach(({ members }, group) => {
      for (let slot = 0; slot < members; slot++) this.addMember(group, slot);
    });
    for (const happening of plan.happenings) {
      await world.advanceBy(happening.afterMs);
      await this.happen(happening);
    }
    await world.runUntil(() => this.waitingSends === 0, world.now + 600_000);
    await world.advanceTo(Math.max(world.now, this.startedAtMs + plan.faultyMs));
    await this.heal();
    await this.recover();
    await this.close();
    this.probes.addTrace(world.trace);
    const history = this.recorder.history();
    // Who reads everything in the end begins when all has been there for a while.
    const worst = realtimeLags(history, this.steadySinceUs).find(({ process }) => process !== 'closing');
    const lagMs = (worst?.lagUs ?? 0) / 1000;
    // Who handles one record reads no other meanwhile.
    if (worst !== undefined && lagMs > longestLagMs + this.longestHandlingMs)
      this.problem(
        'L6',
        `${worst.process} had not read for ${lagMs} ms what was in ${worst.partition}. Line ${worst.line}.`,
      );
    return {
      plan,
      history,
      trace: world.trace,
      lagMs,
      consumeCounts: consumeCounts(history).distribution,
      problems: this.problems,
      probes: this.probes.reached,
      operations: history.events.filter(({ r, e, f }) => r === undefined && e !== 'inv' && operations.has(f)).length,
      virtualMs: world.now - this.startedAtMs,
    };
  }

  private get isIdempotent(): boolean {
    return this.plan.idempotent && this.plan.acks === -1;
  }

  // the broker and its disk

  /** Starts the broker, and again if its disk does not let it. */
  private bringBrokerUp(): void {
    const life = ++this.brokerLives;
    this.isBrokerUp = false;
    const { world } = this;
    const random = this.random.fork(`refusals ${life}`);
    const around = (broker: RequestHandler): RequestHandler =>
      this.probes.around(refusingBroker(this.variation.broker?.(broker) ?? broker, random, () => this.refusedPerMille));
    const config = {
      'log.segment.bytes': 2_000,
      'group.consumer.min.session.timeout.ms': sessionTimeoutMs,
      'group.consumer.session.timeout.ms': sessionTimeoutMs,
      'group.consumer.min.heartbeat.interval.ms': heartbeatIntervalMs,
      'group.consumer.heartbeat.interval.ms': heartbeatIntervalMs,
    };
    const starting = world.startBroker({ storage: world.storage(this.storage), profile: 'test', config }, around);
    world.setClockAhead(brokerName, this.brokerAheadMs);
    const up = (): void => {
      if (life === this.brokerLives) this.isBrokerUp = true;
    };
    const again = async (): Promise<void> => {
      if (life !== this.brokerLives) return;
      this.probes.reach('a broker that could not start');
      await sleep(world.environment('script').timers, 100);
      if (life === this.brokerLives) await this.crashBroker('process');
    };
    world.watch(starting.then(up, again));
  }

  private async crashBroker(crash: Crash): Promise<void> {
    this.brokerLives++;
    if (!this.isBrokerUp) this.probes.reach('a broker crashed while it started');
    for (const writes of await this.world.crashBroker()) this.storage.disk.begin(writes);
    this.nemesis.point({ f: 'crash', node: brokerName });
    const random = this.random.fork(`crash ${this.brokerLives}`);
    this.storage = new MemoryStorage({ disk: this.storage.disk.afterCrash(random, crash) });
    this.bringBrokerUp();
    await this.checkDisk(`after crash ${this.brokerLives}`);
  }

  private async checkDisk(when: string): Promise<void> {
    const { verdict, findings } = await checkStore(readMemoryDisk(this.storage.disk));
    this.probes.reach(`fsck says ${verdict}`);
    if (verdict === 'corrupt')
      this.problem('fsck', `${when} the store is corrupt: ${findings.map(({ message }) => message).join('; ')}`);
  }

  /** Sets what befalls messages, calls and requests by chance; nothing any more if not `on`. */
  private setFaults(on: boolean): void {
    const { knobs } = this.plan;
    const { world } = this;
    this.refusedPerMille = on ? (knobs.refusedPerMille ?? 0) : 0;
    world.setNetworkFaults(
      on
        ? {
            delayMs: knobs.delayMs ?? 0,
            clogPerMille: knobs.clog?.perMille ?? 0,
            clogMs: knobs.clog?.ms ?? 0,
            lossPerMille: knobs.lossPerMille ?? 0,
            repeatPerMille: knobs.repeatPerMille ?? 0,
            strayPerMille: knobs.stray?.perMille ?? 0,
            strayMs: knobs.stray?.ms ?? 0,
          }
        : noNetworkFaults,
    );
    if (on) this.setDisk();
    else world.setStorageFaults(noStorageFaults);
    if (!on) return;
    for (const [name, faulty] of Object.entries(knobs)) if (faulty !== null) this.probes.reach(`knob ${name}`);
    this.brokerAheadMs += this.skew(brokerName);
    world.setClockAhead(brokerName, this.brokerAheadMs);
  }

  private skew(name: string): number {
    const { skewMs } = this.plan.knobs;
    return skewMs === null ? 0 : randomInteger(this.random.fork(`skew ${name}`), skewMs + 1) - Math.floor(skewMs / 2);
  }

  // clients

  private client(clientId: string): Kafka {
    const { world } = this;
    const environment = world.environment(clientId);
    if (!this.isHealthy) world.setClockAhead(clientId, this.skew(clientId));
    return new Kafka(environment, {
      clientId,
      network: world.network(clientId),
      retry: { ...waits, retries: 1_000 },
      requestTimeout: 2_000,
      connectionTimeout: 1_000,
    });
  }

  private async createTopic(): Promise<void> {
    const admin = this.client('admin').admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: this.plan.partitions }] });
    await admin.disconnect();
  }

  private partition(number: number): PartitionName {
    return this.recorder.partition(topic, number);
  }

  private get partitions(): readonly number[] {
    return Array.from({ length: this.plan.partitions }, (_, partition) => partition);
  }

  private addProducer(script: number): void {
    const id = `producer-${this.born++}`;
    const { maxInFlight, batchSize, lingerMs } = this.plan.producers[script] as ProducerScript;
    const producer = this.client(id).producer({
      lingerMs,
      batchSize,
      maxInFlightRequests: maxInFlight,
      ...(this.plan.acks === -1 || !this.plan.idempotent ? { idempotent: this.plan.idempotent } : {}),
      deliveryTimeoutMs: this.plan.deliveryTimeoutMs,
      maxBlockMs: this.plan.deliveryTimeoutMs,
      retry: waits,
    });
    const connected = producer.connect().catch((error: unknown) => {
      if (this.producers.delete(id)) this.problem('L1', `${id} could not connect: ${String(error)}`);
    });
    this.world.watch(connected);
    this.producers.set(id, { id, script, producer, connected, history: this.recorder.process(id) });
  }

  private schedule({ requests, intervalMs }: ProducerScript, number: number): void {
    const { timers } = this.world.environment('script');
    requests.forEach(({ partition, records }, at) => {
      this.waitingSends++;
      timers.set(at * intervalMs, () => {
        this.waitingSends--;
        const running = [...this.producers.values()].find(({ script }) => script === number);
        // While a producer is away nobody sends.
        if (running !== undefined) this.send(running, partition % this.plan.partitions, records);
      });
    });
  }

  private send({ id, producer, connected, history }: RunningProducer, partition: number, count: number): void {
    const timestamp = String(this.world.now);
    const records = Array.from({ length: count }, () => this.values++);
    for (const value of records) this.sent.set(value, { partition, timestamp });
    const tp = this.partition(partition);
    // What is sent again without a number may be stored twice, and then stands before and behind what was sent with it.
    const batch = this.isIdempotent ? { batch: records[0] as number } : {};
    const messages = records.map((value) => ({ ...contentsOf(value), partition, timestamp }));
    let isSent: Promise<{ readonly baseOffset?: string | undefined }[]> | undefined;
    const send = () => (isSent ??= connected.then(() => producer.send({ topic, messages, acks: this.plan.acks })));
    for (const [at, value] of records.entries()) {
      const operation = history
        .operation(
          { f: 'send' as const, tp, v: value, ...batch },
          send,
          ([stored]) => (at > 0 || (stored?.baseOffset ?? '-1') === '-1' ? {} : { off: Number(stored?.baseOffset) }),
          (error) => error instanceof UndeliveredError && !error.mayBeStored,
        )
        .then(
          () => this.ledgers.forEach((ledger) => ledger.acknowledged(value)),
          (error: unknown) => {
            if (!(error instanceof KafkaError)) throw error;
            this.probes.reach(`a send fails: ${error.code}`);
          },
        )
        .finally(() => this.unsettledOf.set(id, (this.unsettledOf.get(id) ?? 0) - 1));
      this.unsettledOf.set(id, (this.unsettledOf.get(id) ?? 0) + 1);
      this.world.watch(operation);
    }
  }

  private addMember(group: number, slot: number): void {
    const number = this.born++;
    const id = `member-${number}`;
    const script = this.plan.groups[group] as GroupScript;
    // Of a group that knows both, whoever comes has the other protocol than who came before: its members change over, and back.
    const changesOver = script.protocol.endsWith('and consumer');
    const isModern = script.protocol === 'consumer' || (changesOver && number % 2 === 1);
    const consumer = this.client(id).consumer({
      groupId: groupName(group),
      groupProtocol: isModern ? 'consumer' : 'classic',
      autoOffsetReset: 'earliest',
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 1_000,
      autoCommit: script.commits === 'by-itself',
      autoCommitInterval: 1_000,
      ...(isModern
        ? {}
        : {
            sessionTimeout: sessionTimeoutMs,
            heartbeatInterval: heartbeatIntervalMs,
            partitionAssigners: script.protocol.startsWith('eager') ? [rangeAssignor] : [cooperativeStickyAssignor],
          }),
      // Who takes a name's place in the other protocol has what it had, be it nothing, until something else changes: as in Kafka, nobody else gets the rest.
      ...(script.isStatic && !changesOver ? { groupInstanceId: `${groupName(group)}-${slot}` } : {}),
    });
    const member = { id, group, slot, consumer };
    this.members.set(id, member);
    const history = this.recorder.process(id);
    if (script.commits === 'by-itself')
      consumer.on('consumer.commit_offsets', ({ payload }) => {
        const offs = Object.fromEntries(
          payload.topics.flatMap(({ partitions }) =>
            partitions.map(({ partition, offset }) => [this.partition(partition), Number(offset)]),
          ),
        );
        history.point({ f: 'commit', g: payload.groupId, m: payload.memberId, gen: payload.groupGenerationId, offs, auto: true }); // prettier-ignore
      });
    consumer.on('consumer.crash', ({ payload }) => {
      this.probes.reach(`a consumer crashes: ${codeOf(payload.error)}`);
      if (!payload.restart) this.memberDied(member, payload.error);
    });
    this.world.watch(this.runMember(member, history).catch((error: unknown) => this.memberDied(member, error)));
  }

  /** As a supervisor would, starts another in its place. */
  private memberDied(member: RunningMember, error: unknown): void {
    if (!this.members.delete(member.id)) return;
    this.ledgers[member.group]?.gone(member.id);
    // Who has its name taken by another must go, and who comes while the one before it is not out yet must wait.
    const allowed = ['FENCED_INSTANCE_ID', 'UNRELEASED_INSTANCE_ID'];
    // Whose group has become a classic one while it was away fails for good, as Kafka's own client does.
    if (this.plan.groups[member.group]?.protocol.endsWith('and consumer') === true) allowed.push('GROUP_ID_NOT_FOUND');
    if (!allowed.includes(codeOf(error))) this.problem('L2', `${member.id} gave up for good: ${String(error)}`);
    this.world.environment('script').timers.set(1_000, () => this.addMember(member.group, member.slot));
  }

  private async runMember({ id, group, slot, consumer }: RunningMember, history: HistoryProcess): Promise<void> {
    const { timers } = this.world.environment(id);
    const script = this.plan.groups[group] as GroupScript;
    const ledger = this.ledgers[group] as GroupLedger;
    const handlingMs = script.handlingMs[slot % script.handlingMs.length] ?? 0;
    const commit = async (partition: number, offset: number): Promise<boolean> => {
      const fact = { f: 'commit' as const, g: groupName(group), offs: { [this.partition(partition)]: offset } };
      const offsets = [{ topic, partition, offset: String(offset) }];
      return await history
        .operation(fact, () => consumer.commitOffsets(offsets))
        .then(
          () => true,
          (error: unknown) => {
            this.probes.reach(`a commit fails: ${codeOf(error)}`);
            return false;
          },
        );
    };
    /** Whether what is to be committed is: records that are not committed before they are processed are not processed. */
    const handle = async (partition: number, messages: readonly KafkaMessage[]): Promise<boolean> => {
      const next = Number(messages.at(-1)?.offset) + 1;
      if (script.handler !== 'poll') {
        const read = this.readOf(messages.map((message) => ({ ...message, partition })));
        history.point({ f: 'poll', g: groupName(group), ...read });
      }
      if (script.commits === 'before-processing' && !(await commit(partition, next))) return false;
      for (const message of messages) ledger.begins(id, partition, Number(message.offset));
      if (handlingMs > 0) await sleep(timers, handlingMs);
      for (const message of messages) ledger.finished(valueOf(message));
      const isCommitted = script.commits !== 'after-processing' || (await commit(partition, next));
      // Asks for more: what it was given before may be committed from now on.
      if (script.handler !== 'poll') history.point({ f: 'poll', g: groupName(group), recs: [] });
      return isCommitted;
    };
    await consumer.connect();
    if (script.handler === 'poll') return await this.poll(id, consumer, timers, history, group, handle);
    await consumer.subscribe({ topics: [topic] });
    const eachMessage = async ({ partition, message }: EachMessagePayload): Promise<void> => {
      await handle(partition, [message]);
    };
    const eachBatch = async ({ batch }: EachBatchPayload): Promise<void> => {
      await handle(batch.partition, batch.messages);
    };
    await consumer.run({
      autoCommit: script.commits === 'by-itself',
      autoCommitInterval: 1_000,
      ...(script.handler === 'message' ? { eachMessage } : { eachBatch }),
    });
  }

  /**
   * What an application does that asks for its records itself. A commit is refused while the member joins: then it polls on, as Kafka says, and what it still has of
   * the partition afterwards it handles once more; else nobody would commit it, if nothing came after it.
   */
  private async poll(
    id: string,
    consumer: Consumer,
    timers: Timers,
    history: HistoryProcess,
    group: number,
    handle: (partition: number, records: readonly KafkaMessage[]) => Promise<boolean>,
  ): Promise<void> {
    const uncommitted = new Map<number, readonly KafkaMessage[]>();
    const onPartitionsRevoked = (partitions: readonly TopicPartition[]): void => {
      for (const { partition } of partitions) uncommitted.delete(partition);
    };
    await consumer.subscribe({ topics: [topic], rebalanceListener: { onPartitionsRevoked } });
    while (this.members.has(id)) {
      try {
        const fact = { f: 'poll' as const, g: groupName(group) };
        const records = await history.operation(fact, () => consumer.poll(500), (polled) => this.readOf(polled)); // prettier-ignore
        for (const partition of new Set([...uncommitted.keys(), ...records.map((record) => record.partition)])) {
          const before = uncommitted.get(partition) ?? [];
          if (before.length > 0) this.probes.reach('what could not be committed is handled again');
          const given = [...before, ...records.filter((record) => record.partition === partition)];
          if (await handle(partition, given)) uncommitted.delete(partition);
          else uncommitted.set(partition, given);
        }
      } catch (error) {
        if (!this.members.has(id)) break;
        this.probes.reach(`a poll fails: ${codeOf(error)}`);
        if (!(error instanceof KafkaError) || !error.retriable) {
          // Nothing more comes of it. It gives up what it has, so that another gets it.
          await consumer.disconnect();
          throw error;
        }
        await sleep(timers, 100);
      }
    }
    // Who closes its consumer is done with what it was given.
    history.point({ f: 'poll', g: groupName(group), recs: [] });
    await consumer.disconnect();
  }

  /** What a client has read, as the history tells it. */
  private readOf(
    messages: readonly (KafkaMessage & { readonly partition: number })[],
  ): Pick<Extract<HistoryFact, { f: 'poll' }>, 'recs' | 'bad'> {
    const recs = messages.map((each) => [this.partition(each.partition), Number(each.offset), valueOf(each)] as const);
    const bad = messages.flatMap((each) => {
      const found = this.damageOf(each);
      return found === undefined ? [] : [[this.partition(each.partition), Number(each.offset), found] as const];
    });
    return bad.length === 0 ? { recs } : { recs, bad };
  }

  private damageOf(message: Pick<KafkaMessage, 'key' | 'value' | 'timestamp'>): string | undefined {
    const value = valueOf(message);
    const { key, value: text } = contentsOf(value);
    if (textOf(message.key) !== key) return `its key is ${textOf(message.key)}, expected ${key}`;
    if (textOf(message.value) !== text) return `its value is ${textOf(message.value)}, expected ${text}`;
    const { timestamp } = this.sent.get(value) ?? { timestamp: 'none' };
    return message.timestamp === timestamp ? undefined : `its timestamp is ${message.timestamp}, expected ${timestamp}`;
  }

  // what happens

  private async happen(happening: Happening): Promise<void> {
    const { world } = this;
    const { kind, which, lengthMs, amount } = happening;
    const { timers } = world.environment('script');
    const clients = [...this.members.keys(), ...this.producers.keys()];
    const client = clients[which % clients.length];
    const isOn = (on: boolean, target: string): void => this.nemesis.point({ f: 'fault', kind, target, on });
    const during = (target: string, end: () => void): void => {
      isOn(true, target);
      timers.set(lengthMs, () => {
        if (this.isHealthy) return;
        isOn(false, target);
        end();
      });
    };
    this.probes.reach(`happening ${kind}`);
    switch (kind) {
      case 'broker-crash':
        isOn(true, brokerName);
        return await this.crashBroker('process');
      case 'broker-crash-while-starting':
        isOn(true, brokerName);
        for (let crash = 0; crash < 3; crash++) {
          await this.crashBroker('process');
          await world.advanceBy(1 + ((amount * (crash + 1)) % 40));
        }
        return;
      case 'power-cut':
        isOn(true, brokerName);
        // What was acknowledged when it was appended may be gone with the power.
        return await this.crashBroker(this.plan.acks === -1 ? 'power' : 'process');
      case 'broker-restart':
        isOn(true, brokerName);
        return await this.restartBroker();
      case 'broker-freeze':
        world.freeze(brokerName);
        return during(brokerName, () => world.wake(brokerName));
      case 'disk-full':
        this.isDiskFull = true;
        this.setDisk();
        return during('disk', () => {
          this.isDiskFull = false;
          this.setDisk();
        });
      case 'broker-clock-jump':
        isOn(true, brokerName);
        this.brokerAheadMs += (amount - 500) * 7_200;
        return world.setClockAhead(brokerName, this.brokerAheadMs);
      case 'add-member':
        return this.addMember(which % this.plan.groups.length, 10 + this.born);
    }
    if (client === undefined) return;
    switch (kind) {
      case 'client-clock-jump':
        isOn(true, client);
        return world.setClockAhead(client, this.skew(client) + (amount - 500) * 7_200);
      case 'client-crash':
        return this.crashClient(client, lengthMs);
      case 'client-freeze':
        world.freeze(client);
        this.frozen.add(client);
        return during(client, () => this.wake(client));
      case 'client-stop':
        return this.stopMember(client);
      case 'drop-connections':
        isOn(true, client);
        return world.dropConnections(client);
      case 'cut-off':
        world.cutOff(client);
        this.apart.add(client);
        return during(client, () => world.heal(client));
      case 'part':
        this.apart.add(client);
        world.part(client, (['to-broker', 'to-client', 'both'] as const)[amount % 3] ?? 'both');
        return during(client, () => world.heal(client));
    }
  }

  private setDisk(): void {
    const { knobs } = this.plan;
    this.world.setStorageFaults({
      slowestMs: knobs.slowDiskMs ?? noStorageFaults.slowestMs,
      stuckPerMille: knobs.stuckDisk?.perMille ?? 0,
      stuckMs: knobs.stuckDisk?.ms ?? 0,
      failedCommitPerMille: knobs.failedCommitPerMille ?? 0,
      failedReadPerMille: knobs.failedReadPerMille ?? 0,
      isFull: this.isDiskFull,
    });
  }

  private wake(client: string): void {
    if (this.frozen.delete(client)) this.world.wake(client);
  }

  private async restartBroker(): Promise<void> {
    if (!this.isBrokerUp) return;
    this.isBrokerUp = false;
    this.brokerLives++;
    const stopping = this.world.stopBroker();
    let isStopped = false;
    const ended = (): void => {
      isStopped = true;
    };
    this.world.watch(stopping.then(ended, ended));
    // A broker that can't put its affairs in order in time is killed.
    if (await this.world.runUntil(() => isStopped, this.world.now + 40_000)) this.bringBrokerUp();
    else await this.crashBroker('process');
  }

  /** The client is gone; another comes in its place after `awayMs`. */
  private crashClient(client: string, awayMs: number): void {
    const { timers } = this.world.environment('script');
    const member = this.members.get(client);
    const producer = this.producers.get(client);
    this.endClient(client);
    timers.set(awayMs, () => {
      if (this.isHealthy) return;
      if (member !== undefined) this.addMember(member.group, member.slot);
      if (producer !== undefined) this.addProducer(producer.script);
    });
  }

  private endClient(client: string): void {
    const member = this.members.get(client);
    if (member !== undefined) this.ledgers[member.group]?.gone(client);
    this.members.delete(client);
    this.producers.delete(client);
    this.unsettledOf.delete(client);
    this.frozen.delete(client);
    this.world.crash(client);
    this.nemesis.point({ f: 'crash', node: client });
  }

  private stopMember(client: string): void {
    const member = this.members.get(client);
    if (member === undefined) return;
    this.members.delete(client);
    // Who polls does so between two polls.
    if (this.plan.groups[member.group]?.handler !== 'poll') this.world.watch(member.consumer.disconnect());
    this.world.environment('script').timers.set(1_000, () => {
      if (!this.isHealthy) this.addMember(member.group, member.slot);
    });
  }

  // the end

  /** Ends all faults, and waits until what they have begun is over. */
  private async heal(): Promise<void> {
    const { world, plan } = this;
    this.isHealthy = true;
    this.setFaults(false);
    for (const client of this.apart) world.heal(client);
    for (const client of [...this.frozen]) this.wake(client);
    world.wake(brokerName);
    const { clog, stuckDisk, stray, slowDiskMs } = plan.knobs;
    await world.advanceBy((clog?.ms ?? 0) + (stuckDisk?.ms ?? 0) + (stray?.ms ?? 0) + (slowDiskMs ?? 0));
    if (!(await world.runUntil(() => this.isBrokerUp, world.now + longestRecoveryMs)))
      this.problem('L7', 'The broker did not start in a healthy world.');
    this.nemesis.point({ f: 'fault', kind: 'heal', target: 'all', on: false });
    plan.groups.forEach((_, group) => {
      if (![...this.members.values()].some((member) => member.group === group)) this.addMember(group, 0);
    });
  }

  /** L1, L3 and L6: every send is settled, every group has its partitions and reads all there is, and then reads what is new at once. */
  private async recover(): Promise<void> {
    const { world } = this;
    const healedAtMs = world.now;
    const steady = this.client('steady').producer({ lingerMs: 0, retry: waits });
    const connected = steady.connect();
    await world.outcome(connected);
    const history = this.recorder.process('steady');
    const running = { id: 'steady', script: -1, producer: steady, connected, history };
    this.producers.set('steady', running);
    for (const partition of this.partitions) this.send(running, partition, 1);
    const isRested = (): boolean => this.isRested();
    // What has piled up takes its time.
    const boundMs = longestRecoveryMs + this.values * this.longestHandlingMs;
    if (!(await world.runUntil(isRested, healedAtMs + boundMs)))
      this.problem('L3', `${this.unrest()} after ${boundMs} ms without faults.`);
    await world.advanceBy(1_000);
    this.steadySinceUs = world.now * 1000;
    for (const partition of this.partitions) {
      this.send(running, partition, 1);
      if (await world.runUntil(isRested, world.now + longestRecoveryMs)) continue;
      this.problem('L3', `${this.unrest()} after ${longestRecoveryMs} ms in which nothing changed.`);
    }
  }

  private get longestHandlingMs(): number {
    return Math.max(...this.plan.groups.flatMap(({ handlingMs }) => handlingMs));
  }

  private isRested(): boolean {
    return this.unrest() === undefined;
  }

  /** What is not yet as it should be. */
  private unrest(): string | undefined {
    for (const [id, count] of this.unsettledOf)
      if (count > 0) return `${id} has ${count} sends that nobody has settled`;
    for (const [number, ledger] of this.ledgers.entries()) {
      const living = [...this.members.values()].filter(({ group }) => group === number).map(({ id }) => id);
      const found = ledger.unrest(this.partitions, living);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Every client crashes; new ones read every partition from its start, and what the groups have committed. */
  private async close(): Promise<void> {
    const { world } = this;
    for (const client of [...this.members.keys(), ...this.producers.keys()]) this.endClient(client);
    const closedBy = world.now + longestClosingMs;
    await world.outcome(this.readEverything(), longestClosingMs).catch((error: unknown) => {
      this.problem('L5', `The closing reads had not come to the end by ${closedBy}: ${String(error)}`);
    });
    await world.outcome(this.readCommits(), longestClosingMs);
    for (const ledger of this.ledgers)
      for (const message of ledger.broken(this.isRested())) this.problem('GRC-5', message);
    await world.outcome(world.stopBroker());
    await this.checkDisk('after the broker has stopped');
  }

  private async readEverything(): Promise<void> {
    const connection = await this.world.network('closing').connect(brokerAddress);
    const history = this.recorder.process('closing');
    for (const isolationLevel of [0, 1]) {
      const iso = isolationLevel === 0 ? ('ru' as const) : ('rc' as const);
      for (const partition of this.partitions) {
        const tp = this.partition(partition);
        let next = 0n;
        for (;;) {
          const { responses } = await connection.send(
            { api: 'Fetch', version: 12, clientId: 'closing' },
            {
              maxWaitMs: 0,
              minBytes: 0,
              isolationLevel,
              topics: [{ topic, partitions: [{ partition, fetchOffset: next, partitionMaxBytes: 1_000_000 }] }],
            },
          );
          const bytes = responses[0]?.partitions[0]?.records ?? new Uint8Array(0);
          const records = [...batchesIn(bytes)].flatMap(({ header }) => [...decodeRecords(bytes, header)]);
          if (records.length === 0) break;
          const recs = records.map((record) => [tp, record.offset, valueOf(record)] as const);
          const bad = records.flatMap((record) => {
            const found = this.damageOf({ ...record, timestamp: String(record.timestamp) });
            return found === undefined ? [] : [[tp, record.offset, found] as const];
          });
          history.point({ f: 'poll', iso, recs, ...(bad.length === 0 ? {} : { bad }) });
          next = BigInt(records.at(-1)?.offset ?? 0) + 1n;
        }
        history.point({ f: 'poll', iso, final: true, from: { [tp]: 0 }, recs: [] });
      }
      // The second reader begins anew.
      for (const partition of this.partitions) history.point({ f: 'seek', tp: this.partition(partition), off: 0 });
    }
    connection.close();
  }

  private async readCommits(): Promise<void> {
    const admin = this.client('closing-admin').admin();
    const history = this.recorder.process('closing-admin');
    await admin.connect();
    const tps = this.partitions.map((partition) => this.partition(partition));
    for (const number of this.plan.groups.keys()) {
      const [found] = await admin.fetchOffsets({ groupId: groupName(number), topics: [topic] });
      const known = (found?.partitions ?? []).filter(({ offset }) => offset !== '-1');
      const offs = Object.fromEntries(
        known.map(({ partition, offset }) => [this.partition(partition), Number(offset)]),
      );
      history.point({ f: 'committed', g: groupName(number), tps, offs });
    }
    await admin.disconnect();
  }

  private problem(rule: string, message: string): void {
    this.problems.push({ rule, message });
  }
}

const operations: ReadonlySet<string> = new Set(['send', 'poll', 'commit', 'committed']);

const groupName = (number: number): string => `group-${number}`;

/** What a value's record holds. */
function contentsOf(value: number): { readonly key: string; readonly value: string } {
  return { key: `k${value % 7}`, value: `${value}/${'x'.repeat((value * 13) % 60)}` };
}

function valueOf({ value }: { readonly value: Uint8Array | null }): number {
  return Number(textOf(value).split('/')[0]);
}

function textOf(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array(0));
}

function codeOf(error: unknown): string {
  return error instanceof KafkaError ? error.code : String(error);
}
