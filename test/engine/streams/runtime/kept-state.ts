import { Broker } from '../../../../src/engine/broker/broker.js';
import { Kafka } from '../../../../src/engine/client/kafka.js';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import { sleep } from '../../../../src/engine/environment/environment.js';
import type { Storage } from '../../../../src/engine/environment/storage.js';
import type { Environment } from '../../../../src/engine/environment/trace-events.js';
import { InProcessNetwork } from '../../../../src/engine/protocol/in-process-network.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { KafkaStreams } from '../../../../src/engine/streams/runtime/kafka-streams.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';

/** What one run of the application had: how many changes it read from changelogs, of how many that they held, and the counts at its end. */
export interface KeptRun {
  readonly read: number;
  readonly held: number;
  readonly counts: Readonly<Record<string, number>>;
}

const address = { host: 'broker', port: 9092 };
const texts = { key: Serdes.string, value: Serdes.string };

/** An application on a broker of its own, in real time, that is started and stopped again and again and keeps its state in a storage. */
export class KeptState {
  private constructor(
    private readonly environment: Environment,
    private readonly network: InProcessNetwork,
    private readonly open: () => Promise<Storage>,
  ) {}

  static async begin(environment: Environment, open: () => Promise<Storage>): Promise<KeptState> {
    const broker = await Broker.start(environment, {
      storage: new MemoryStorage(),
      profile: 'test',
      advertised: address,
    });
    const network = new InProcessNetwork({ environment, brokers: [{ address, handler: broker }] });
    const kept = new KeptState(environment, network, open);
    const admin = kept.#kafka().admin();
    await admin.connect();
    await admin.createTopics({ topics: ['in', 'out'].map((topic) => ({ topic, numPartitions: 1 })) });
    await admin.disconnect();
    return kept;
  }

  /** Starts the application, has it count these words, and closes it. Elsewhere it has a storage of its own, which is gone afterwards. */
  async run(words: readonly string[], where: 'here' | 'elsewhere' = 'here'): Promise<KeptRun> {
    const storage = where === 'here' ? await this.open() : new MemoryStorage();
    const streams = this.#application(storage);
    let read = 0;
    let held = 0;
    streams.setGlobalStateRestoreListener({
      onRestoreStart: (_changelog, _store, _start, end) => (held += end),
      onBatchRestored: (_changelog, _store, _end, records) => (read += records),
    });
    await streams.start();
    await this.#until(() => streams.state === 'RUNNING' && streams.localTasks().every(({ isRunning }) => isRunning));
    const before = total(countsOf(streams));
    const producer = this.#kafka().producer();
    await producer.connect();
    await producer.send({ topic: 'in', messages: words.map((value) => ({ key: value, value })) });
    await producer.disconnect();
    await this.#until(() => total(countsOf(streams)) === before + words.length);
    const counts = countsOf(streams);
    await streams.close({ groupMembershipOperation: 'leave-group' });
    await storage.close();
    return { read, held, counts };
  }

  /** Forgets what is kept. */
  async cleanUp(): Promise<void> {
    const storage = await this.open();
    await this.#application(storage).cleanUp();
    await storage.close();
  }

  /** What is kept: names of files and blobs. */
  async kept(): Promise<string[]> {
    const storage = await this.open();
    const { files, blobs } = await storage.contents();
    await storage.close();
    return [...files.map(({ name }) => name), ...blobs].sort();
  }

  /** Loses all but the first bytes of what is kept. */
  async tear(): Promise<void> {
    const storage = await this.open();
    for (const { name, size } of await storage.files())
      await storage.commit([{ kind: 'truncate', file: name, size: Math.floor(size / 2), modifiedAt: 0 }], 'relaxed');
    await storage.close();
  }

  #application(storage: Storage): KafkaStreams {
    const builder = new StreamsBuilder();
    builder
      .stream('in', texts)
      .groupByKey(texts)
      .count({ as: 'counts', caching: false })
      .toStream()
      .mapValues(String)
      .to('out', texts);
    return new KafkaStreams(this.environment, {
      topology: builder.build(),
      kafka: () => this.#kafka(),
      storage,
      config: { 'application.id': 'kept', 'commit.interval.ms': 50, 'poll.ms': 20 },
      clients: { producer: { lingerMs: 0 } },
    });
  }

  #kafka(): Kafka {
    return new Kafka(this.environment, { network: this.network, clientId: 'kept' });
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (let turn = 0; !isSo(); turn += 1) {
      if (turn > 2_000) throw new Error('It did not come to that.');
      await sleep(this.environment.timers, 20);
    }
  }
}

/** Carries out the whole life of a copy; `check` compares what was found with what should be. */
export async function liveThroughCopies(
  kept: KeptState,
  check: (found: unknown, expected: unknown) => void,
): Promise<void> {
  const names = ['kept-0_0/counts.changes', 'kept-0_0/counts.checkpoint'];
  check(await kept.run(['to', 'be', 'or', 'not', 'to', 'be']), {
    read: 0,
    held: 0,
    counts: { to: 2, be: 2, or: 1, not: 1 },
  });
  check(await kept.kept(), names);
  // From the copy alone: its end is that of the changelog.
  check(await kept.run(['to']), { read: 0, held: 6, counts: { to: 3, be: 2, or: 1, not: 1 } });
  // Torn: all of the changelog.
  await kept.tear();
  check(await kept.run(['be']), { read: 7, held: 7, counts: { to: 3, be: 3, or: 1, not: 1 } });
  // The copy that was made then is good, and what another instance has done since is read.
  check(await kept.run(['not', 'not'], 'elsewhere'), { read: 8, held: 8, counts: { to: 3, be: 3, or: 1, not: 3 } });
  check(await kept.run([]), { read: 2, held: 10, counts: { to: 3, be: 3, or: 1, not: 3 } });
  // Removed: all of it.
  await kept.cleanUp();
  check(await kept.kept(), []);
  check(await kept.run(['or']), { read: 10, held: 10, counts: { to: 3, be: 3, or: 2, not: 3 } });
}

function countsOf(streams: KafkaStreams): Record<string, number> {
  const store = streams.store<'keyValue', string, number>({ storeName: 'counts', type: 'keyValue' });
  return Object.fromEntries(store.all());
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
