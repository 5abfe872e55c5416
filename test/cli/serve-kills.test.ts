import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomInteger } from '../../src/engine/environment/environment.js';
import { SeededRandom } from '../../src/engine/environment/seeded-random.js';
import { nodeEnvironment } from '../../src/engine/platform/node/node-environment.js';
import { TcpNetwork } from '../../src/engine/platform/node/tcp-network.js';
import type { Connection } from '../../src/engine/protocol/connection.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../src/engine/protocol/record-batch.js';
import { BuiltCli } from './built-cli.js';

/** How many kills, and what their moments are drawn from: `npm run soak -- serve-kills` asks for more. */
const kills = Number(process.env['PARTITA_SERVE_KILLS'] ?? 10);
const seed = process.env['PARTITA_SERVE_KILLS_SEED'] ?? 'kills';
const topic = 'orders';
const partitions = 3;
const text = new TextEncoder();

let cli: BuiltCli;
let data: string;
beforeAll(async () => {
  cli = await BuiltCli.build();
  data = mkdtempSync(join(tmpdir(), 'partita-serve-kills-'));
});
afterAll(async () => {
  await cli.remove();
  rmSync(data, { recursive: true, force: true });
});

/** What the broker has said that it keeps: by partition the values by their offsets, and the largest offset that a group has committed. */
const acknowledged = Array.from({ length: partitions }, () => new Map<number, string>());
const committed = Array.from({ length: partitions }, () => -1);
/** What was sent, acknowledged or not: nothing else may be found. */
const sent = new Set<string>();

async function connect(port: number): Promise<Connection> {
  const network = new TcpNetwork(nodeEnvironment(), { brokers: [`127.0.0.1:${port}`] });
  return network.connect({ host: '127.0.0.1', port });
}

/** Sends one batch after the other, and commits behind them, until the connection breaks. */
async function produce(port: number, partition: number, life: number): Promise<void> {
  const connection = await connect(port);
  try {
    for (let batch = 0; ; batch++) {
      const values = Array.from(
        { length: 1 + (batch % 4) },
        (_, at) => `${life}/${partition}/${batch}/${at} ${'x'.repeat(2000)}`,
      );
      for (const value of values) sent.add(value);
      const timestamp = Date.now();
      const records = encodeBatch({
        records: values.map((value) => ({ key: null, value: text.encode(value), timestamp })),
      });
      const { responses } = await connection.send(
        { api: 'Produce', version: 9, clientId: 'kills' },
        { acks: -1, timeoutMs: 10_000, topicData: [{ name: topic, partitionData: [{ index: partition, records }] }] },
      );
      const stored = responses[0]?.partitionResponses[0];
      if (stored?.errorCode !== 0) continue;
      values.forEach((value, at) => acknowledged[partition]!.set(Number(stored.baseOffset) + at, value));
      const next = Number(stored.baseOffset) + values.length;
      const answer = await connection.send(
        { api: 'OffsetCommit', version: 8, clientId: 'kills' },
        {
          groupId: 'kills',
          memberId: '',
          topics: [
            {
              name: topic,
              partitions: [{ partitionIndex: partition, committedOffset: BigInt(next), committedMetadata: null }],
            },
          ],
        },
      );
      if (answer.topics[0]?.partitions[0]?.errorCode === 0) committed[partition] = next;
    }
  } catch {
    // The broker is dead.
  } finally {
    connection.close();
  }
}

async function readAll(connection: Connection, partition: number): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (let offset = 0; ;) {
    const { responses } = await connection.send(
      { api: 'Fetch', version: 12, clientId: 'kills' },
      {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 50_000_000,
        topics: [{ topic, partitions: [{ partition, fetchOffset: BigInt(offset), partitionMaxBytes: 4_000_000 }] }],
      },
    );
    const read = responses[0]?.partitions[0];
    expect(read?.errorCode).toBe(0);
    const bytes = read?.records ?? new Uint8Array(0);
    const before = offset;
    for (const { header } of batchesIn(bytes))
      for (const record of decodeRecords(bytes, header)) {
        found.set(record.offset, new TextDecoder().decode(record.value ?? undefined));
        offset = record.offset + 1;
      }
    if (offset === before) return found;
  }
}

/** What was promised and is not there. */
async function lost(port: number): Promise<string[]> {
  const connection = await connect(port);
  const missing: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const found = await readAll(connection, partition);
    for (const [offset, value] of acknowledged[partition]!)
      if (found.get(offset) !== value) missing.push(`${topic}-${partition} offset ${offset}: ${value.slice(0, 20)}`);
    for (const value of found.values()) if (!sent.has(value)) missing.push(`nobody sent ${value.slice(0, 20)}`);
  }
  const { groups } = await connection.send(
    { api: 'OffsetFetch', version: 8, clientId: 'kills' },
    { groups: [{ groupId: 'kills', topics: null }] },
  );
  for (const { partitionIndex, committedOffset } of groups[0]?.topics[0]?.partitions ?? [])
    if (Number(committedOffset) < committed[partitionIndex]!)
      missing.push(`committed ${committed[partitionIndex]} of partition ${partitionIndex}, found ${committedOffset}`);
  connection.close();
  return missing;
}

async function start() {
  return cli.run(['serve', '--port', '0', '--profile', 'test', '--data-dir', data]);
}

it(
  `nothing that was acknowledged (acks=all) or committed is lost in ${kills} kills`,
  { timeout: 60_000 + kills * 10_000 },
  async () => {
    const random = new SeededRandom(seed);
    for (let life = 0; life < kills; life++) {
      const running = await start();
      if (life === 0) {
        const connection = await connect(running.port);
        await connection.send(
          { api: 'CreateTopics', version: 7, clientId: 'kills' },
          {
            topics: [
              {
                name: topic,
                numPartitions: partitions,
                replicationFactor: 1,
                assignments: [],
                configs: [{ name: 'segment.bytes', value: '1048576' }],
              },
            ],
            timeoutMs: 10_000,
          },
        );
        connection.close();
      }
      expect(await lost(running.port), `life ${life}, seed ${seed}`).toEqual([]);
      const producing = Array.from({ length: partitions }, (_, partition) => produce(running.port, partition, life));
      await new Promise((resolve) => setTimeout(resolve, 30 + randomInteger(random, 250)));
      await running.kill('SIGKILL');
      await Promise.all(producing);
    }
    const last = await start();
    expect(await lost(last.port), `after the last kill, seed ${seed}`).toEqual([]);
    const promised = acknowledged.reduce((sum, values) => sum + values.size, 0);
    console.log(`${kills} kills: ${promised} records acknowledged, ${sent.size} sent, none lost`);
    expect(promised).toBeGreaterThan(kills * 3);
    await last.kill('SIGTERM');
  },
);
