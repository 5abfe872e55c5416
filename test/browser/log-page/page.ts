import { openPartita } from '../../../src/entry/browser.js';
import type { Partita } from '../../../src/entry/open-log.js';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import type { Admin } from '../../../src/engine/client/admin.js';
import { checkStore, type FsckReport } from '../../../src/engine/fsck/fsck.js';
import { readDatabase } from '../../../src/engine/platform/browser/raw-database.js';
import type { BrokerAddress, Connection } from '../../../src/engine/protocol/connection.js';
import { errorCode as codeOf } from '../../../src/engine/protocol/errors.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import {
  readValue,
  valueOf,
  workGroup,
  workTopics,
  type Acknowledged,
  type FoundLog,
  type FoundPartition,
  type FoundRecord,
  type WorkPlan,
} from './workload.js';

/** What a test does in this page: everything through the package, as its users would. */
export class LogPage {
  private log: Partita | undefined;
  private connection: Connection | undefined;

  /** Opens the log and asks how far its topics go. Gives how long that took, in milliseconds. */
  async open(name: string): Promise<number> {
    const from = performance.now();
    this.log = await openPartita({ name, profile: 'test' });
    const admin = this.log.admin();
    await admin.connect();
    for (const topic of await admin.listTopics()) await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return performance.now() - from;
  }

  /** What fsck says of the log as it lies there; undefined if there is none yet. */
  async check(name: string): Promise<Pick<FsckReport, 'verdict' | 'findings'> | undefined> {
    const store = await readDatabase(`partita:${name}`);
    if (store === undefined) return undefined;
    const { verdict, findings } = await checkStore(store);
    store.close();
    return { verdict, findings };
  }

  async close(): Promise<void> {
    await this.opened.close();
  }

  /** Appends, and commits offsets, until the page ends. Each acknowledgement is told at once. */
  async work(plan: WorkPlan): Promise<void> {
    const admin = this.opened.admin();
    await admin.connect();
    await admin.createTopics({
      topics: workTopics.map(({ topic, partitions, configs }) => ({
        topic,
        numPartitions: partitions,
        configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
      })),
    });
    const { only } = plan;
    const writers = workTopics.flatMap(({ topic, partitions, isCompacted }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic, partition, isCompacted })),
    );
    const wanted = writers.filter(
      (at) => only === undefined || (at.topic === only.topic && at.partition === only.partition),
    );
    const all = wanted.map((at, index) => this.write(plan, at, new SeededRandom(`${plan.seed}:${index}`)));
    if (only === undefined && plan.durability === 'strict')
      all.push(this.commit(new SeededRandom(`${plan.seed}:commits`)));
    await Promise.all(all);
  }

  /** Reads everything, of every topic, by requests of its own. */
  async read(): Promise<FoundLog> {
    const admin = this.opened.admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((name) => workTopics.some(({ topic }) => topic === name));
    const partitions: FoundPartition[] = [];
    for (const topic of topics)
      for (const { partition } of await admin.fetchTopicOffsets(topic))
        partitions.push(await this.readPartition(admin, topic, partition));
    const found = topics.includes('plain') ? await admin.fetchOffsets({ groupId: workGroup, topics: ['plain'] }) : [];
    await admin.disconnect();
    return { partitions, committed: Number(found[0]?.partitions[0]?.offset ?? -1) };
  }

  private get opened(): Partita {
    if (this.log === undefined) throw new Error('The log is not open yet: call open first.');
    return this.log;
  }

  private async write(
    { run, durability }: WorkPlan,
    {
      topic,
      partition,
      isCompacted,
    }: { readonly topic: string; readonly partition: number; readonly isCompacted: boolean },
    random: Random,
  ): Promise<void> {
    const producer = this.opened.producer({ lingerMs: 1 });
    await producer.connect();
    const underWay = new Set<Promise<void>>();
    for (let next = 0; ;) {
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
          tell({
            kind: 'records',
            topic,
            partition,
            baseOffset: Number(metadata?.baseOffset),
            run,
            first,
            keys,
            durability,
          });
        })
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
      if (underWay.size >= 4) await Promise.race(underWay);
      // Between commits the storage keeps house.
      if (randomInteger(random, 12) === 0) await pause(randomInteger(random, 150));
    }
  }

  private async commit(random: Random): Promise<void> {
    const admin = this.opened.admin();
    await admin.connect();
    for (;;) {
      const [end] = await admin.fetchTopicOffsets('plain');
      const offset = Number(end?.high);
      await admin.setOffsets({
        groupId: workGroup,
        topic: 'plain',
        partitions: [{ partition: 0, offset: String(offset) }],
      });
      tell({ kind: 'commit', offset });
      await pause(randomInteger(random, 40));
    }
  }

  private async readPartition(admin: Admin, topic: string, partition: number): Promise<FoundPartition> {
    this.connection ??= await this.opened.network.connect(this.opened.network.bootstrap[0] as BrokerAddress);
    for (;;) {
      const offsets = (await admin.fetchTopicOffsets(topic)).find((each) => each.partition === partition);
      const [low, high] = [Number(offsets?.low), Number(offsets?.high)];
      const found: FoundRecord[] = [];
      let [next, bytes] = [low, 0];
      while (next < high) {
        const batches = await fetchFrom(this.connection, topic, partition, next);
        // Retention was quicker than we.
        if (batches === undefined) break;
        for (const { header, start, end } of batchesIn(batches)) {
          bytes += end - start;
          next = header.lastOffset + 1;
          if (header.isControlBatch) continue;
          for (const { offset, key, value } of decodeRecords(batches, header))
            found.push({ offset, key: textOf(key), id: readValue(textOf(value) ?? '') });
        }
      }
      if (next >= high) return { topic, partition, logStartOffset: low, endOffset: high, bytes, records: found };
    }
  }
}

/** The batches at `offset`; undefined if the log begins later by now. */
async function fetchFrom(
  connection: Connection,
  topic: string,
  partition: number,
  offset: number,
): Promise<Uint8Array | undefined> {
  const response = await connection.send(
    { api: 'Fetch', version: 12, clientId: 'reader' },
    {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [{ topic, partitions: [{ partition, fetchOffset: BigInt(offset), partitionMaxBytes: 4_000_000 }] }],
    },
  );
  const { errorCode, records } = response.responses[0]?.partitions[0] ?? {};
  if (errorCode === codeOf('OFFSET_OUT_OF_RANGE')) return undefined;
  if (errorCode === 0 && records != null && records.length > 0) return records;
  throw new Error(`${topic}-${partition} gives nothing at ${offset}, although it goes on: error ${errorCode}.`);
}

function tell(acknowledged: Acknowledged): void {
  (globalThis as unknown as { acknowledged: (json: string) => void }).acknowledged(JSON.stringify(acknowledged));
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes && new TextDecoder().decode(bytes);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

declare global {
  var logPage: LogPage;
}
globalThis.logPage = new LogPage();
