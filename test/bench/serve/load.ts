import { nodeEnvironment } from '../../../src/engine/platform/node/node-environment.js';
import { TcpNetwork } from '../../../src/engine/platform/node/tcp-network.js';
import type { Connection } from '../../../src/engine/protocol/connection.js';
import { batchesIn, encodeBatch } from '../../../src/engine/protocol/record-batch.js';

export const partitions = 4;
/** A batch is about as large as Kafka's producer makes it. */
const batchBytes = 16 * 1024;
/** Requests of one connection that are under way. */
const inFlight = 5;
const clientId = 'bench';

export function connectTo(port: number): Promise<Connection> {
  return new TcpNetwork(nodeEnvironment(), { brokers: [] }).connect({ host: '127.0.0.1', port });
}

/** Makes a topic and waits until it can be written. Kafka flushes what is written to an `isFlushed` one before it answers. */
export async function createTopic(connection: Connection, topic: string, isFlushed = false): Promise<void> {
  const configs = isFlushed ? [{ name: 'flush.messages', value: '1' }] : [];
  await connection.send(
    { api: 'CreateTopics', version: 7, clientId },
    {
      topics: [{ name: topic, numPartitions: partitions, replicationFactor: 1, assignments: [], configs }],
      timeoutMs: 30_000,
    },
  );
  const records = batchOf(10, 1);
  for (let partition = 0; partition < partitions;)
    if (await produceOne(connection, topic, partition, records, 1)) partition++;
    else await new Promise((resolve) => setTimeout(resolve, 2));
}

function batchOf(valueBytes: number, count: number): Uint8Array {
  const value = new Uint8Array(valueBytes).fill(120);
  const timestamp = Date.now();
  return encodeBatch({ records: Array.from({ length: count }, () => ({ key: null, value, timestamp })) });
}

/** What is promised by the answer: that the broker has it (1), or all that the broker has to give (-1): of ours that it is on the disk. */
export type Acks = 1 | -1;

async function produceOne(
  connection: Connection,
  topic: string,
  index: number,
  records: Uint8Array,
  acks: Acks,
): Promise<boolean> {
  const { responses } = await connection.send(
    { api: 'Produce', version: 9, clientId },
    { acks, timeoutMs: 30_000, topicData: [{ name: topic, partitionData: [{ index, records }] }] },
  );
  return responses[0]?.partitionResponses[0]?.errorCode === 0;
}

/** Records a second that are taken, of `total` records of so many bytes: a connection for each partition. */
export async function produceRate(
  port: number,
  topic: string,
  valueBytes: number,
  total: number,
  acks: Acks = 1,
): Promise<number> {
  const perBatch = Math.max(1, Math.floor(batchBytes / valueBytes));
  const records = batchOf(valueBytes, perBatch);
  const batches = Math.ceil(total / perBatch / partitions);
  const connections = await Promise.all(Array.from({ length: partitions }, () => connectTo(port)));
  const began = performance.now();
  await Promise.all(
    connections.map(async (connection, partition) => {
      let left = batches;
      const sendAll = async (): Promise<void> => {
        while (left > 0) {
          left--;
          if (!(await produceOne(connection, topic, partition, records, acks)))
            throw new Error(`A batch for ${topic}-${partition} was not taken.`);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, sendAll));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const connection of connections) connection.close();
  return (batches * perBatch * partitions) / seconds;
}

/** Records a second that are handed out, from the beginning of each partition to its end, `times` times. */
export async function consumeRate(port: number, topic: string, times = 1): Promise<number> {
  const connections = await Promise.all(Array.from({ length: partitions }, () => connectTo(port)));
  const began = performance.now();
  let count = 0;
  const read = async (connection: Connection, partition: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      const found = await readAll(connection, topic, partition);
      count += found;
    }
  };
  await Promise.all(connections.map(read));
  const seconds = (performance.now() - began) / 1000;
  for (const connection of connections) connection.close();
  return count / seconds;
}

async function readAll(connection: Connection, topic: string, partition: number): Promise<number> {
  let [offset, count] = [0n, 0];
  for (;;) {
    const { responses } = await connection.send(
      { api: 'Fetch', version: 12, clientId },
      {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 50_000_000,
        topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: 1_048_576 }] }],
      },
    );
    const found = responses[0]?.partitions[0];
    const before = offset;
    for (const { header } of batchesIn(found?.records ?? new Uint8Array(0))) {
      count += header.recordCount;
      offset = BigInt(header.lastOffset + 1);
    }
    if (offset === before) return count;
  }
}

/** How long one send takes whose answer is waited for, in milliseconds: the middle one, and the slowest but one in a hundred. */
export async function latency(
  port: number,
  topic: string,
  sends: number,
  acks: Acks = 1,
): Promise<{ p50: number; p99: number }> {
  const connection = await connectTo(port);
  const records = batchOf(100, 1);
  for (let warm = 0; warm < 200; warm++) await produceOne(connection, topic, 0, records, acks);
  const times: number[] = [];
  for (let send = 0; send < sends; send++) {
    const began = performance.now();
    await produceOne(connection, topic, 0, records, acks);
    times.push(performance.now() - began);
  }
  connection.close();
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(sends * 0.5)]!, p99: times[Math.floor(sends * 0.99)]! };
}
