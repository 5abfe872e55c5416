import type { Partita } from '../../../src/entry/open-log.js';
import type { Admin } from '../../../src/engine/client/admin.js';
import type { BrokerAddress, Connection } from '../../../src/engine/protocol/connection.js';
import { errorCode as codeOf } from '../../../src/engine/protocol/errors.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import { readValue, workGroup, workTopics, type FoundLog, type FoundPartition, type FoundRecord } from './workload.js';

/** Reads everything, of every topic, by requests of its own. */
export async function readLog(log: Partita): Promise<FoundLog> {
  const admin = log.admin();
  await admin.connect();
  const connection = await log.network.connect(log.network.bootstrap[0] as BrokerAddress);
  const topics = (await admin.listTopics()).filter((name) => workTopics.some(({ topic }) => topic === name));
  const partitions: FoundPartition[] = [];
  for (const topic of topics)
    for (const { partition } of await admin.fetchTopicOffsets(topic))
      partitions.push(await readPartition(admin, connection, topic, partition));
  const found = topics.includes('plain') ? await admin.fetchOffsets({ groupId: workGroup, topics: ['plain'] }) : [];
  connection.close();
  await admin.disconnect();
  return { partitions, committed: Number(found[0]?.partitions[0]?.offset ?? -1) };
}

async function readPartition(
  admin: Admin,
  connection: Connection,
  topic: string,
  partition: number,
): Promise<FoundPartition> {
  for (;;) {
    const offsets = (await admin.fetchTopicOffsets(topic)).find((each) => each.partition === partition);
    const [low, high] = [Number(offsets?.low), Number(offsets?.high)];
    const found: FoundRecord[] = [];
    let [next, bytes] = [low, 0];
    while (next < high) {
      const batches = await fetchFrom(connection, topic, partition, next);
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

function textOf(bytes: Uint8Array | null): string | null {
  return bytes && new TextDecoder().decode(bytes);
}
