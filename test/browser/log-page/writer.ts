import type { Partita } from '../../../src/entry/open-log.js';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { valueOf, workGroup, workTopics, type Told, type WorkPlan } from './workload.js';

interface WrittenPartition {
  readonly topic: string;
  readonly partition: number;
  readonly isCompacted: boolean;
}

/** Appends, and commits offsets, until the page ends; tells of each acknowledgement. */
export class Writer {
  private readonly underWay = new Set<Promise<void>>();
  private gate: Promise<void> | undefined;
  private openGate = (): void => undefined;

  constructor(
    private readonly log: Partita,
    private readonly plan: WorkPlan,
    private readonly tell: (told: Told) => void,
  ) {}

  async run(): Promise<void> {
    await createTopics(this.log);
    const { only, seed, durability } = this.plan;
    const partitions = workTopics
      .flatMap(({ topic, partitions, isCompacted }) =>
        Array.from({ length: partitions }, (_, partition): WrittenPartition => ({ topic, partition, isCompacted })),
      )
      .filter((at) => only === undefined || (at.topic === only.topic && at.partition === only.partition));
    const all = partitions.map((at, index) => this.write(at, new SeededRandom(`${seed}:${index}`)));
    if (only === undefined && durability === 'strict') all.push(this.commit(new SeededRandom(`${seed}:commits`)));
    await Promise.all(all);
  }

  /** Begins nothing more; resolves when what was begun is settled. */
  async pause(): Promise<void> {
    this.gate = new Promise((open) => (this.openGate = open));
    await Promise.all(this.underWay);
  }

  goOn(): void {
    this.gate = undefined;
    this.openGate();
  }

  private async write({ topic, partition, isCompacted }: WrittenPartition, random: Random): Promise<void> {
    const { run, durability } = this.plan;
    const producer = this.log.producer({ lingerMs: 1 });
    await producer.connect();
    const underWay = new Set<Promise<void>>();
    for (let next = 0; ;) {
      await this.gate;
      const first = next;
      // Chromium keeps large values in files of their own. The segments of the other topics are too small for any.
      const isLarge = topic === 'plain' && randomInteger(random, 50) === 0;
      const count = isLarge ? 1 : 1 + randomInteger(random, 20);
      const messages = Array.from({ length: count }, () => {
        const length = isLarge ? 70_000 + randomInteger(random, 200_000) : randomInteger(random, 400);
        const key = isCompacted ? `key-${randomInteger(random, 30)}` : null;
        return { key, value: valueOf(run, next++, length), partition };
      });
      const sending = producer
        .send({ topic, messages, acks: durability === 'strict' ? -1 : 1 })
        .then(([metadata]) => {
          const keys = messages.map(({ key }) => key);
          const baseOffset = Number(metadata?.baseOffset);
          this.tell({ kind: 'records', topic, partition, baseOffset, run, first, keys, durability });
        })
        .finally(() => {
          underWay.delete(sending);
          this.underWay.delete(sending);
        });
      underWay.add(sending);
      this.underWay.add(sending);
      if (underWay.size >= 4) await Promise.race(underWay);
      // Between commits the storage keeps house.
      if (randomInteger(random, 12) === 0) await pause(randomInteger(random, 150));
    }
  }

  private async commit(random: Random): Promise<void> {
    const admin = this.log.admin();
    await admin.connect();
    for (;;) {
      await this.gate;
      const [end] = await admin.fetchTopicOffsets('plain');
      const offset = Number(end?.high);
      const partitions = [{ partition: 0, offset: String(offset) }];
      await admin.setOffsets({ groupId: workGroup, topic: 'plain', partitions });
      this.tell({ kind: 'commit', offset });
      await pause(randomInteger(random, 40));
    }
  }
}

/** Creates the topics that are written to, but those that are there. */
export async function createTopics(log: Partita): Promise<void> {
  const admin = log.admin();
  await admin.connect();
  await admin.createTopics({
    topics: workTopics.map(({ topic, partitions, configs }) => ({
      topic,
      numPartitions: partitions,
      configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
    })),
  });
  await admin.disconnect();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
