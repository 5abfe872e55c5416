import type { Crash, MemoryDisk } from '../../../../src/engine/environment/memory-disk.js';
import { exported, imported } from '../../archive/archive-bench.js';
import { logOf } from '../../archive/rich-topics.js';
import { BrokerBench } from '../../broker/broker-bench.js';
import type { CrashSubject, Watch } from './crash-sweep.js';
import { expectClean } from './crash-world.js';

/** What may be found of a topic. */
interface PromisedTopic {
  /** While something is under way it may be there or not. */
  readonly is: 'there' | 'gone' | 'either';
  /** The values that it has at least, and at most, in their order. */
  readonly atLeast: readonly string[];
  readonly atMost: readonly string[];
}

/** By their names. */
type PromisedBroker = Readonly<Record<string, PromisedTopic>>;

/** A broker in a script. */
export class CrashBroker {
  promised: PromisedBroker = {};

  constructor(readonly bench: BrokerBench) {}

  async create(topic: string): Promise<void> {
    this.promise(topic, { is: 'either', atLeast: [], atMost: [] });
    await this.bench.createTopic(topic, 2);
    this.promise(topic, { is: 'there', atLeast: [], atMost: [] });
  }

  async delete(topic: string): Promise<void> {
    const { atMost } = this.topic(topic);
    this.promise(topic, { is: 'either', atLeast: [], atMost });
    await this.bench.call('DeleteTopics', { timeoutMs: 1000, topics: [{ name: topic, topicId: new Uint8Array(16) }] });
    this.promise(topic, { is: 'gone', atLeast: [], atMost: [] });
  }

  async produce(topic: string, values: readonly string[]): Promise<void> {
    const known = this.topic(topic);
    const atMost = [...known.atMost, ...values];
    this.promise(topic, { ...known, atMost });
    const { error } = await this.bench.produce(topic, values);
    if (error !== 'NONE') throw new Error(`${topic} took nothing: ${error}`);
    this.promise(topic, { is: 'there', atLeast: atMost, atMost });
  }

  async import(archive: Uint8Array, topics: Readonly<Record<string, readonly string[]>>): Promise<void> {
    for (const [topic, values] of Object.entries(topics))
      this.promise(topic, { is: 'either', atLeast: values, atMost: values });
    await imported(this.bench.broker, archive);
    for (const [topic, values] of Object.entries(topics))
      this.promise(topic, { is: 'there', atLeast: values, atMost: values });
  }

  private topic(name: string): PromisedTopic {
    return this.promised[name] ?? { is: 'gone', atLeast: [], atMost: [] };
  }

  private promise(name: string, topic: PromisedTopic): void {
    this.promised = { ...this.promised, [name]: topic };
  }
}

type BrokerScript = (broker: CrashBroker) => Promise<void>;

/** What brokers may be in the middle of when a crash comes. */
export async function brokerScripts(): Promise<Readonly<Record<string, BrokerScript>>> {
  const source = await BrokerBench.start({ seed: 'source' });
  const values = ['one', 'two', 'three', 'x'.repeat(200), 'five'];
  await source.createTopic('orders', 1);
  await source.createTopic('invoices', 1);
  for (const value of values) {
    await source.produce('orders', [value]);
    logOf(source, 'orders').roll();
  }
  await source.produce('invoices', ['first']);
  await source.commit('billing', 'orders', 3);
  const archive = await exported(source.broker);
  return {
    async 'topics that come and go'(broker) {
      await broker.create('orders');
      await broker.produce('orders', ['a', 'b']);
      await broker.create('invoices');
      await broker.produce('invoices', ['c']);
      await broker.delete('orders');
      await broker.create('orders');
      await broker.produce('orders', ['d']);
    },
    async imports(broker) {
      await broker.create('older');
      await broker.import(archive, { orders: values, invoices: ['first'] });
      await broker.produce('orders', ['after']);
    },
  };
}

/** A script with a broker, and what is expected after a crash of it. */
export class ScriptedBroker implements CrashSubject<PromisedBroker> {
  private broker: CrashBroker | undefined;
  private readonly nothing: PromisedBroker = {};

  constructor(private readonly script: BrokerScript) {}

  async run(disk: MemoryDisk, watch: Watch): Promise<void> {
    this.broker = new CrashBroker(await BrokerBench.start({ disk, beforeCommit: () => watch('commit') }));
    await this.script(this.broker);
  }

  promised(): PromisedBroker {
    return this.broker?.promised ?? this.nothing;
  }

  async recover(
    disk: MemoryDisk,
    watch: Watch,
    promised: PromisedBroker,
    _crash: Crash,
    goesOn: boolean,
  ): Promise<void> {
    let isRecovering = true;
    const bench = await BrokerBench.start({ disk, beforeCommit: () => (isRecovering ? watch('commit') : undefined) });
    isRecovering = false;
    const { topics } = await bench.call('Metadata', { topics: null, allowAutoTopicCreation: false });
    const present = new Set(topics.map(({ name }) => name));
    for (const [topic, { is, atLeast, atMost }] of Object.entries(promised)) {
      if (is !== 'either' && present.has(topic) !== (is === 'there'))
        throw new Error(`LOG-10 ${topic} should be ${is}, and is ${present.has(topic) ? 'there' : 'gone'}`);
      if (!present.has(topic)) continue;
      const found = await this.valuesOf(bench, topic);
      if (found.join() !== atMost.slice(0, found.length).join() || found.length < atLeast.length)
        throw new Error(`LOG-5 ${topic} holds ${found.join()}, not ${atLeast.join()} and perhaps what came later`);
    }
    await expectClean(disk);
    if (!goesOn) return;
    for (const topic of Object.keys(promised).filter((name) => present.has(name))) {
      const { error } = await bench.produce(topic, ['new']);
      if (error !== 'NONE') throw new Error(`LOG-1 ${topic} takes nothing any more: ${error}`);
    }
    await expectClean(disk);
  }

  private async valuesOf(bench: BrokerBench, topic: string): Promise<string[]> {
    const values: string[] = [];
    for (;;) {
      const read = await bench.fetch(topic, values.length);
      if (read.error !== 'NONE') throw new Error(`LOG-5 ${topic} cannot be read at ${values.length}: ${read.error}`);
      if (read.values.length === 0) return values;
      values.push(...read.values);
    }
  }
}
