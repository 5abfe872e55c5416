import type { Partita } from '../../entry/open-log.js';
import { lastJournal } from './journal-topic.js';
import type { KeptTopic } from './kept-log.js';

/** Topics that are neither shown nor exported. Others may begin with underscores too. */
const ofTheBroker: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__cluster_metadata']);

/** The version that tells sizes without those of the disk. */
const describeLogDirsVersion = 3;

/** The topics of a log that are not the broker's own, in the sequence of their names, and how much they hold. */
export async function keptTopics(log: Partita): Promise<readonly KeptTopic[]> {
  const admin = log.admin();
  await admin.connect();
  try {
    const names = (await admin.listTopics()).filter((name) => !ofTheBroker.has(name)).sort();
    const progress = lastJournal(names);
    const bytes = await sizesOf(log);
    return await Promise.all(
      names.map(async (name): Promise<KeptTopic> => {
        const partitions = await admin.fetchTopicOffsets(name);
        const offsets = partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
        const isProgress = name === progress;
        return { name, isProgress, partitions: partitions.length, offsets, bytes: bytes.get(name) ?? 0 };
      }),
    );
  } finally {
    await admin.disconnect();
  }
}

/** Bytes of segments, by topic. */
async function sizesOf({ network }: Partita): Promise<ReadonlyMap<string, number>> {
  const connection = await network.connect(network.bootstrap[0] ?? { host: '', port: 0 });
  try {
    const call = { api: 'DescribeLogDirs', version: describeLogDirsVersion, clientId: 'page' } as const;
    const { results } = await connection.send(call, { topics: null });
    const topics = results.flatMap((result) => result.topics);
    return new Map(
      topics.map(({ name, partitions }) => [
        name,
        partitions.reduce((sum, { partitionSize }) => sum + Number(partitionSize), 0),
      ]),
    );
  } finally {
    connection.close();
  }
}
