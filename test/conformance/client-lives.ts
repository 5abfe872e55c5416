import { cooperativeStickyAssignor } from '../../src/engine/client/assignors/cooperative-sticky.js';
import type { ConsumerConfig } from '../../src/engine/client/consumer-config.js';
import type { Consumer, ConsumerSubscribe } from '../../src/engine/client/consumer.js';
import type { RebalanceListener } from '../../src/engine/client/rebalance-listener.js';
import { Kafka } from '../../src/entry/node.js';

/** What came of one life of our clients on a broker; the same on any. */
export type Outcome = Readonly<Record<string, unknown>>;

/** Stretches of a life of our own clients that must come out the same on Apache Kafka and on our broker. */
export const clientLives: Readonly<Record<string, (bootstrap: string) => Promise<Outcome>>> = {
  'eager rebalances': (bootstrap) => comeAndGo(bootstrap, {}),
  'cooperative rebalances': (bootstrap) =>
    comeAndGo(bootstrap, { partitionAssigners: [cooperativeStickyAssignor], heartbeatInterval: 200 }),
  'rebalances of the consumer protocol': (bootstrap) => comeAndGo(bootstrap, { groupProtocol: 'consumer' }),
  'range on the broker': (bootstrap) =>
    comeAndGo(bootstrap, { groupProtocol: 'consumer', groupRemoteAssignor: 'range' }),
  'an assignor that there is not': async (bootstrap) => {
    const life = new Life(bootstrap);
    const a = await life.consumer('a', { groupProtocol: 'consumer', groupRemoteAssignor: 'odd' });
    return await life.end({ poll: await refusalOf(life.pollUntil([a], () => false)) });
  },
  'a pattern that the broker matches': async (bootstrap) => {
    const life = new Life(bootstrap);
    await life.createTopics();
    const pattern = { pattern: `${life.topic.slice(0, -1)}.` };
    const a = await life.consumer('a', { groupProtocol: 'consumer' }, pattern);
    const assigned = await life.pollUntil([a], () => a.assignment().length === 4);
    const bad = await life.consumer('b', { groupProtocol: 'consumer' }, { pattern: '(' });
    const refused = await refusalOf(life.pollUntil([bad], () => false));
    return await life.end({ assigned, heard: life.heard, refused });
  },
  'static members of the consumer protocol': (bootstrap) => comeBack(bootstrap, { groupProtocol: 'consumer' }),
  'static members of a classic group': (bootstrap) => comeBack(bootstrap, { heartbeatInterval: 200 }),
  'from classic to consumer, member by member': async (bootstrap) => {
    const life = new Life(bootstrap);
    await life.createTopics();
    await life.send(['one', 'two', 'three', 'four']);
    const a = await life.consumer('a', { partitionAssigners: [cooperativeStickyAssignor], heartbeatInterval: 200 });
    const first = await life.pollUntil([a], () => life.read.length === 4);
    const b = await life.consumer('b', { groupProtocol: 'consumer' });
    const shared = await life.pollUntil([a, b], () => a.assignment().length === 2 && b.assignment().length === 2);
    await a.disconnect();
    const alone = await life.pollUntil([b], () => b.assignment().length === 4);
    const { groups } = await life.described();
    return await life.end({ first, shared, alone, type: groups[0]?.groupType, read: life.read.length });
  },
  'offsets are reset, and refused while there are members': async (bootstrap) => {
    const life = new Life(bootstrap);
    await life.createTopics();
    await life.send(['one', 'two', 'three', 'four']);
    const outcomes: unknown[] = [];
    for (const groupProtocol of ['classic', 'consumer'] as const) {
      const a = await life.consumer('a', { groupProtocol });
      const read = life.read.length;
      await life.pollUntil([a], () => life.read.length >= read + (groupProtocol === 'classic' ? 4 : 0));
      await life.pollUntil([a], () => a.assignment().length === 4);
      outcomes.push(await refusalOf(life.resetToEarliest()));
      outcomes.push(await refusalOf(life.forget()));
      await a.disconnect();
      outcomes.push((await life.resetToEarliest()).map(({ offset }) => offset));
    }
    return await life.end({ outcomes });
  },
  'what is committed as nobody, and as somebody': async (bootstrap) => {
    const life = new Life(bootstrap);
    await life.createTopics();
    await life.send(['one', 'two', 'three', 'four']);
    const a = await life.consumer('a', {}, null);
    const all = [0, 1, 2, 3].map((partition) => ({ topic: life.topic, partition }));
    a.assign(all);
    const read = await life.pollUntil([a], () => life.read.length === 4);
    await a.commitSync();
    const committed = (await a.committed(all)).map(({ offset }) => offset);
    const ends = (await a.endOffsets(all)).map(({ offset }) => offset);
    const late = (await a.offsetsForTimes(all.map((each) => ({ ...each, timestamp: Date.now() + 60_000 })))).map(
      ({ offset }) => offset,
    );
    const b = await life.consumer('b', {});
    await life.pollUntil([b], () => b.assignment().length === 4);
    const refused = await refusalOf(a.commitSync([{ topic: life.topic, partition: 0, offset: '0' }]));
    return await life.end({ read, committed, ends, late, refused });
  },
};

/** Two members, one after the other; then the first one leaves. */
async function comeAndGo(bootstrap: string, config: Partial<ConsumerConfig>): Promise<Outcome> {
  const life = new Life(bootstrap);
  await life.createTopics();
  await life.send(['one', 'two', 'three', 'four']);
  const common = { ...(config.groupProtocol === 'consumer' ? {} : { heartbeatInterval: 200 }), ...config };
  const a = await life.consumer('a', common);
  await life.pollUntil([a], () => life.read.length === 4);
  const b = await life.consumer('b', common);
  await life.pollUntil([a, b], () => a.assignment().length === 2 && b.assignment().length === 2);
  const { groups } = await life.described();
  const told = groups.map(({ state, protocol, members }) => ({
    state,
    protocol,
    members: members.map(({ assignment }) => assignment.length),
  }));
  await life.send(['five', 'six', 'seven', 'eight']);
  await life.pollUntil([a, b], () => life.read.length >= 8);
  await a.disconnect();
  await life.pollUntil([b], () => b.assignment().length === 4);
  const counts = [...life.read].sort();
  // Who gets which ones hangs on the members' ids, which are drawn.
  const heard = config.groupRemoteAssignor === undefined ? life.heard : sizesOf(life.heard);
  return await life.end({ heard, told, counts });
}

function sizesOf(heard: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(heard).map(([name, all]) => [
      name,
      all.map((each) => `${each.split(' ')[0]} ${each.split(' ').length - 1}`),
    ]),
  );
}

/** A static member goes and comes back within its session. */
async function comeBack(bootstrap: string, config: Partial<ConsumerConfig>): Promise<Outcome> {
  const life = new Life(bootstrap);
  await life.createTopics();
  await life.send(['one', 'two', 'three', 'four']);
  const a = await life.consumer('a', { ...config, groupInstanceId: 'one' });
  await life.pollUntil([a], () => a.assignment().length === 4);
  const b = await life.consumer('b', { ...config, groupInstanceId: 'two' });
  await life.pollUntil([a, b], () => a.assignment().length === 2 && b.assignment().length === 2);
  const before = life.numbers(a);
  await a.disconnect();
  await life.pollUntil([b], () => false, 1_500);
  const meanwhile = life.numbers(b).length;
  const again = await life.consumer('a2', { ...config, groupInstanceId: 'one' });
  await life.pollUntil([again, b], () => again.assignment().length === 2);
  const isSame = String(life.numbers(again)) === String(before);
  return await life.end({ meanwhile, isSame, others: life.heard['b'] });
}

let lives = 0;

class Life {
  readonly topic = `client-${process.pid}-${lives++}-t`;
  private readonly group = `${this.topic}-group`;
  readonly heard: Record<string, string[]> = {};
  readonly read: string[] = [];
  private readonly consumers: Consumer[] = [];

  constructor(private readonly bootstrap: string) {}

  private kafka(clientId: string): Kafka {
    return new Kafka({ brokers: [this.bootstrap], clientId });
  }

  async createTopics(): Promise<void> {
    const admin = this.kafka('admin').admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: this.topic, numPartitions: 4, replicationFactor: 1 }] });
    await admin.disconnect();
  }

  /** The n-th value to the n-th partition. */
  async send(values: readonly string[]): Promise<void> {
    const producer = this.kafka('producer').producer();
    await producer.connect();
    await producer.send({ topic: this.topic, messages: values.map((value, partition) => ({ value, partition })) });
    await producer.disconnect();
  }

  async consumer(
    name: string,
    config: Partial<ConsumerConfig>,
    subscribe: ConsumerSubscribe | null = { topics: [this.topic] },
  ): Promise<Consumer> {
    const heard: string[] = [];
    this.heard[name] = heard;
    const note =
      (what: string) =>
      (partitions: readonly { readonly partition: number }[]): void =>
        void heard.push([what, ...partitions.map(({ partition }) => partition).sort()].join(' '));
    const rebalanceListener: RebalanceListener = {
      onPartitionsAssigned: note('assigned'),
      onPartitionsRevoked: note('revoked'),
      onPartitionsLost: note('lost'),
    };
    const consumer = this.kafka(name).consumer({ groupId: this.group, autoOffsetReset: 'earliest', ...config });
    this.consumers.push(consumer);
    await consumer.connect();
    if (subscribe !== null) await consumer.subscribe({ ...subscribe, rebalanceListener });
    return consumer;
  }

  /** Polls until it is so, at most 30 s. Gives whether it was. */
  async pollUntil(consumers: readonly Consumer[], isSo: () => boolean, atMostMs = 30_000): Promise<boolean> {
    const until = Date.now() + atMostMs;
    while (!isSo() && Date.now() < until) {
      for (const records of await Promise.all(consumers.map((consumer) => consumer.poll(100))))
        this.read.push(...records.map(({ value }) => new TextDecoder().decode(value ?? new Uint8Array(0))));
    }
    return isSo();
  }

  numbers(consumer: Consumer): number[] {
    return consumer
      .assignment()
      .map(({ partition }) => partition)
      .sort();
  }

  async described() {
    return await this.asAdmin((admin) => admin.describeGroups([this.group]));
  }

  async resetToEarliest() {
    return await this.asAdmin((admin) =>
      admin.resetOffsets({ groupId: this.group, topic: this.topic, reset: { to: 'earliest' } }),
    );
  }

  async forget() {
    const partitions = [{ topic: this.topic, partition: 0 }];
    await this.asAdmin((admin) => admin.deleteGroupOffsets({ groupId: this.group, partitions }));
  }

  async end(outcome: Outcome): Promise<Outcome> {
    for (const consumer of this.consumers) await consumer.disconnect();
    const text = JSON.stringify(outcome).replaceAll(this.topic, '(topic)');
    return JSON.parse(text) as Outcome;
  }

  private async asAdmin<Value>(act: (admin: ReturnType<Kafka['admin']>) => Promise<Value>): Promise<Value> {
    const admin = this.kafka('admin').admin();
    await admin.connect();
    try {
      return await act(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { accepted: await work };
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
