import fc from 'fast-check';
import { GroupShard } from '../../../src/engine/broker/group-shard.js';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../src/engine/environment/storage.js';
import { LogManager } from '../../../src/engine/log/log-manager.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { BrokerBench, utf8 } from './broker-bench.js';

/** Opens one storage, the first time and again. */
export type OpenStorage = () => Promise<Storage>;
/** Gives what opens an empty storage. */
export type NewStorages = () => OpenStorage;

const inMemory: NewStorages = () => {
  const disk = new MemoryDisk();
  return async () => new MemoryStorage({ disk });
};

const commands = fc.array(
  fc.constantFrom('produce', 'produce', 'produce numbered', 'produce numbered', 'commit', 'create anew', 'restart'),
  { minLength: 1, maxLength: 14, size: 'max' },
);

const topic = 'orders';
const group = 'billing';
const producerId = 7;

/** A topic that is deleted and created again under its name, and what its users believe of it as it is now. */
class RecreatedTopic {
  private bench!: BrokerBench;
  private storage!: Storage;
  private id: Uint8Array | undefined;
  private readonly formerIds: Uint8Array[] = [];
  private values: string[] = [];
  private committed: number | undefined;
  private sequence = 0;

  constructor(private readonly open: OpenStorage) {}

  async start(): Promise<void> {
    this.storage = await this.open();
    this.bench = await BrokerBench.start({ storage: this.storage });
  }

  async stop(): Promise<void> {
    await this.bench.broker.stop();
    await this.storage.close();
  }

  async carryOut(command: string): Promise<void> {
    const value = `${this.formerIds.length}.${this.values.length}`;
    switch (command) {
      case 'produce': {
        const { error, baseOffset } = await this.bench.produce(topic, [value]);
        this.claim(error === 'NONE' && baseOffset === this.values.length, `${error} at ${baseOffset} for ${value}`);
        this.values.push(value);
        return;
      }
      case 'produce numbered':
        return this.produceNumbered(value);
      case 'commit':
        this.committed = this.values.length;
        this.claim((await this.bench.commit(group, topic, this.committed)) === 'NONE', 'the commit is refused');
        return;
      case 'create anew':
        if (this.id !== undefined) {
          await this.bench.call('DeleteTopics', {
            timeoutMs: 1000,
            topics: [{ name: topic, topicId: new Uint8Array(16) }],
          });
          this.formerIds.push(this.id);
        }
        this.id = await this.bench.createTopic(topic);
        [this.values, this.committed, this.sequence] = [[], undefined, 0];
        return;
      case 'restart':
        await this.stop();
        await this.start();
    }
  }

  /** What is found is what belongs to the topic as it is now. */
  async judge(): Promise<void> {
    const found: string[] = [];
    for (;;) {
      const { error, values, highWatermark } = await this.bench.fetch(topic, found.length);
      this.claim(error === 'NONE' && highWatermark === this.values.length, `${error}, high watermark ${highWatermark}`);
      if (values.length === 0) break;
      found.push(...values);
    }
    this.claim(found.join() === this.values.join(), `it holds ${found.join()}, not ${this.values.join()}`);
    const committed = ((await this.bench.committed(group)) ?? []).map(({ offset }) => offset);
    this.claim(
      committed.join() === [this.committed ?? []].flat().join(),
      `the group has committed ${committed.join()}`,
    );
    for (const topicId of this.formerIds) {
      const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }];
      const answer = await this.bench.call(
        'Fetch',
        { maxWaitMs: 0, minBytes: 0, topics: [{ topicId, partitions }] },
        13,
      );
      const { name } = errorByCode(answer.responses[0]?.partitions[0]?.errorCode ?? answer.errorCode);
      this.claim(name === 'UNKNOWN_TOPIC_ID', `a fetch by a former id is answered with ${name}`);
    }
  }

  private async produceNumbered(value: string): Promise<void> {
    const records = encodeBatch({
      records: [{ key: null, value: utf8(value), timestamp: this.bench.environment.clock.now() }],
      producerId,
      producerEpoch: 0,
      baseSequence: this.sequence++,
    });
    const { responses } = await this.bench.call('Produce', {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
    });
    const answer = responses[0]?.partitionResponses[0];
    const { name } = errorByCode(answer?.errorCode ?? -1);
    this.claim(name === 'NONE' && answer?.baseOffset === BigInt(this.values.length), `${name} for ${value}`);
    this.values.push(value);
  }

  private claim(holds: boolean, found: string): void {
    if (!holds) throw new Error(`LOG-10 after ${this.formerIds.length} deletions: ${found}`);
  }
}

/** LOG-10: a topic that is deleted and created again has no record, offset, commit, producer or id of the one before, also after a restart. */
export const beginsAnew = (newStorages: NewStorages = inMemory): fc.IAsyncPropertyWithHooks<[string[]]> =>
  fc.asyncProperty(commands, async (sequence) => {
    const run = new RecreatedTopic(newStorages());
    await run.start();
    try {
      for (const command of ['create anew', ...sequence]) {
        await run.carryOut(command);
        await run.judge();
      }
    } finally {
      await run.stop();
    }
  });

/** What LOG-10 must find, wherever topics are kept. */
export const recreationMutantsOver = (newStorages: NewStorages, runs: number): readonly Mutant[] => [
  {
    breaks: 'logs that stay where they are when their topic is deleted',
    property: 'LOG-10',
    says: /LOG-10/,
    search: inPlaceOf(
      LogManager.prototype,
      'delete',
      () => () => Promise.resolve(),
      () => searchProperty(beginsAnew(newStorages), runs),
    ),
  },
  {
    breaks: 'groups that keep their offsets when a topic is deleted',
    property: 'LOG-10',
    says: /LOG-10 .*committed/,
    search: inPlaceOf(
      GroupShard.prototype,
      'topicDeleted',
      () => () => undefined,
      () => searchProperty(beginsAnew(newStorages), runs),
    ),
  },
];

export const recreationMutants = recreationMutantsOver(inMemory, 100);
