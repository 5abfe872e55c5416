import { describe, expect, it } from 'vitest';
import { StorageError } from '../../../src/engine/environment/storage.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { BrokerBench, utf8 } from './broker-bench.js';

const text = new TextDecoder();
const record = (key: string, value: string | null, timestamp: number) => ({
  key: utf8(key),
  value: value === null ? null : utf8(value),
  timestamp,
});

async function produceBatch(bench: BrokerBench, records: Uint8Array) {
  const { responses } = await bench.call('Produce', {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
  });
  const answer = responses[0]?.partitionResponses[0];
  if (answer === undefined) throw new Error('The answer says nothing of the partition.');
  return answer;
}

async function fetchFrom(bench: BrokerBench, fetchOffset: number) {
  const { responses } = await bench.call('Fetch', {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [
      {
        topic: 'orders',
        partitions: [{ partition: 0, fetchOffset: BigInt(fetchOffset), partitionMaxBytes: 1_000_000 }],
      },
    ],
  });
  const answer = responses[0]?.partitions[0];
  if (answer === undefined) throw new Error('The answer says nothing of the partition.');
  const bytes = answer.records ?? new Uint8Array(0);
  const records = [...batchesIn(bytes)].flatMap(({ header }) => [...decodeRecords(bytes, header)]);
  return {
    code: answer.errorCode,
    records: records.map(
      ({ offset, key, value }) => `${offset}:${key && text.decode(key)}=${value && text.decode(value)}`,
    ),
  };
}

async function earliest(bench: BrokerBench): Promise<bigint | undefined> {
  const { topics } = await bench.call('ListOffsets', {
    replicaId: -1,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -2n }] }],
  });
  return topics[0]?.partitions[0]?.offset;
}

describe("the upkeep of a broker's logs", () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'LOG-8 stores and gives back batches compressed with %s as they came',
    async (compression) => {
      const bench = await BrokerBench.start();
      await bench.createTopic('orders');
      const now = bench.environment.clock.now();
      const batch = encodeBatch({
        records: [record('a', 'one', now), record('b', 'one one one one', now)],
        compression,
      });
      expect((await produceBatch(bench, batch.slice())).errorCode).toBe(0);
      expect(await fetchFrom(bench, 0)).toEqual({ code: 0, records: ['0:a=one', '1:b=one one one one'] });
    },
  );

  it('RET-1 deletes what is too old, the active segment too, and tells who reads there that it is out of range', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 1, { 'retention.ms': '5000' });
    const now = bench.environment.clock.now();
    await produceBatch(bench, encodeBatch({ records: [record('a', 'one', now)] }));
    await bench.environment.pass(4_000);
    expect(await earliest(bench)).toBe(0n);
    await bench.environment.pass(3_000);
    expect(await earliest(bench)).toBe(1n);
    expect((await fetchFrom(bench, 0)).code).toBe(errorCode('OFFSET_OUT_OF_RANGE'));
    expect(await fetchFrom(bench, 1)).toEqual({ code: 0, records: [] });
  });

  it('takes a changed retention without a restart', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    const now = bench.environment.clock.now();
    await produceBatch(bench, encodeBatch({ records: [record('a', 'one', now)] }));
    await bench.configure('orders', 'retention.ms', '1000');
    await bench.environment.pass(4_000);
    expect(await earliest(bench)).toBe(1n);
  });

  it('CMP-1 keeps the last record of each key of a compacted topic, at its offset', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 1, {
      'cleanup.policy': 'compact',
      'segment.ms': '10',
      'min.cleanable.dirty.ratio': '0.1',
    });
    const start = bench.environment.clock.now();
    for (const [index, [key, value]] of (
      [
        ['a', '1'],
        ['b', '1'],
        ['a', '2'],
        ['c', '1'],
      ] as const
    ).entries())
      await produceBatch(bench, encodeBatch({ records: [record(key, value, start + index * 20)] }));
    await bench.environment.pass(5_000);
    const found: string[] = [];
    for (let offset = 0; offset < 4;) {
      const { records } = await fetchFrom(bench, offset);
      found.push(...records);
      offset = Number(records.at(-1)?.split(':')[0] ?? 3) + 1;
    }
    expect(found).toEqual(['1:b=1', '2:a=2', '3:c=1']);
  });

  it('CMP-10 refuses records without a key on a compacted topic, and writes nothing', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 1, { 'cleanup.policy': 'compact' });
    const now = bench.environment.clock.now();
    const answer = await produceBatch(
      bench,
      encodeBatch({ records: [{ key: null, value: utf8('x'), timestamp: now }] }),
    );
    expect(answer).toMatchObject({ errorCode: errorCode('INVALID_RECORD'), recordErrors: [{ batchIndex: 0 }] });
    expect(await fetchFrom(bench, 0)).toEqual({ code: 0, records: [] });
  });

  it('says that the storage is full, loses nothing, and takes records again when there is space', async () => {
    let isFull = false;
    const bench = await BrokerBench.start({
      beforeCommit: () => {
        if (isFull) throw new StorageError('full', 'The browser gives this origin no more space.');
      },
    });
    await bench.createTopic('orders');
    const now = bench.environment.clock.now();
    const batch = (value: string) => encodeBatch({ records: [record('a', value, now)] });
    expect((await produceBatch(bench, batch('one'))).errorCode).toBe(0);
    isFull = true;
    expect(await produceBatch(bench, batch('two'))).toMatchObject({
      errorCode: errorCode('KAFKA_STORAGE_ERROR'),
      errorMessage: expect.stringMatching(/^STORAGE_FULL: /) as string,
    });
    isFull = false;
    expect((await produceBatch(bench, batch('three'))).errorCode).toBe(0);
    expect((await fetchFrom(bench, 0)).records).toEqual(['0:a=one', '1:a=three']);
  });

  it('lets go what has expired as soon as the storage is full, and nothing else, without waiting for any time', async () => {
    let isFull = false;
    const essential: string[] = [];
    const bench = await BrokerBench.start({
      beforeCommit: (writes, _, need) => {
        if (!isFull) return;
        if (need === 'ordinary') throw new StorageError('full', 'The browser gives this origin no more space.');
        essential.push(...writes.flatMap((write) => (write.kind === 'delete' ? [write.file] : [])));
        if (essential.includes('old-0/00000000000000000000.log')) isFull = false;
      },
    });
    await bench.createTopic('old', 1, { 'retention.ms': '5000' });
    await bench.createTopic('orders');
    await bench.produce('old', ['expired']);
    const batch = () => encodeBatch({ records: [record('a', 'one', bench.environment.clock.now())] });
    await produceBatch(bench, batch());
    // Longer than the retention, shorter than the pause between two looks at it.
    await bench.environment.pass(900);
    await bench.environment.pass(4_200);
    isFull = true;
    expect((await produceBatch(bench, batch())).errorCode).toBe(errorCode('KAFKA_STORAGE_ERROR'));
    await expect.poll(() => isFull).toBe(false);
    expect(essential.filter((file) => file.endsWith('.log'))).toEqual(['old-0/00000000000000000000.log']);
    expect((await produceBatch(bench, batch())).errorCode).toBe(0);
    expect((await fetchFrom(bench, 0)).records).toEqual(['0:a=one', '1:a=one']);
  });
});
