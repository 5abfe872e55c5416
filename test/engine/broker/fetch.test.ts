import { describe, expect, it } from 'vitest';
import { BrokerBench } from './broker-bench.js';
import { settle } from './manual-environment.js';

const address = { host: 'localhost', port: 9092 };

async function benchWithReader() {
  const bench = await BrokerBench.start();
  const topicId = await bench.createTopic('orders', 2);
  const reader = await bench.network.connect(address);
  const read = (fetchOffset: number, maxWaitMs: number, minBytes = 1) =>
    reader.send(
      { api: 'Fetch', version: 12, clientId: 'reader' },
      {
        maxWaitMs,
        minBytes,
        topics: [
          {
            topic: 'orders',
            partitions: [{ partition: 0, fetchOffset: BigInt(fetchOffset), partitionMaxBytes: 1000 }],
          },
        ],
      },
    );
  return { bench, topicId, reader, read };
}

/** Whether the promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await settle();
  return settled;
}

describe('fetch', () => {
  it('waits for the first record and is woken by it', async () => {
    const { bench, read } = await benchWithReader();
    const answer = read(0, 5000);
    expect(await isSettled(answer)).toBe(false);
    await bench.produce('orders', ['a']);
    expect((await answer).responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 1n });
  });

  it('goes on waiting while there are fewer bytes than it wants, and ends at its time', async () => {
    const { bench, read } = await benchWithReader();
    const answer = read(0, 5000, 500);
    await bench.produce('orders', ['a']);
    await bench.environment.pass(4999);
    expect(await isSettled(answer)).toBe(false);
    await bench.environment.pass(1);
    expect((await answer).responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
  });

  it('is not woken by other partitions', async () => {
    const { bench, read } = await benchWithReader();
    const answer = read(0, 5000);
    await bench.produce('orders', ['elsewhere'], -1, 1);
    expect(await isSettled(answer)).toBe(false);
    await bench.environment.pass(5000);
    expect((await answer).responses[0]?.partitions[0]).toMatchObject({ highWatermark: 0n });
  });

  it('a read that ends with its segment is answered, however few bytes it has', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 1, { 'internal.segment.bytes': '100' });
    for (const value of ['a', 'b', 'c']) await bench.produce('orders', [value]);
    expect(bench.environment.tracedOf('segment-rolled').length).toBeGreaterThan(0);
    const answer = await bench.fetch('orders', 0, { maxWaitMs: 5000, minBytes: 10_000 });
    expect(answer.values).toEqual(['a']);
  });

  it('answers at once when the topic is deleted under a reader that waits', async () => {
    const { bench, topicId, read } = await benchWithReader();
    const answer = read(0, 5000);
    await settle();
    await bench.call('DeleteTopics', { topics: [{ topicId }], timeoutMs: 1000 });
    expect((await answer).responses[0]?.partitions[0]?.errorCode).toBe(3);
  });

  it('a wait ends with its connection: no timer is left', async () => {
    const { bench, reader, read } = await benchWithReader();
    const answer = read(0, 5000);
    await settle();
    const before = bench.environment.pendingTimers;
    reader.close();
    await expect(answer).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' });
    await settle();
    expect(bench.environment.pendingTimers).toBe(before - 1);
  });

  it.each([-1, 2])('offset %s is out of range, with no numbers beside the error', async (offset) => {
    const { bench, read } = await benchWithReader();
    await bench.produce('orders', ['a']);
    const answer = await read(offset, 5000);
    expect(answer.responses[0]?.partitions[0]).toMatchObject({
      errorCode: 1,
      highWatermark: -1n,
      lastStableOffset: -1n,
      logStartOffset: -1n,
    });
  });

  it('shares the limit of the request among its partitions, in their order', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 2);
    await bench.produce('orders', ['x'.repeat(100)], -1, 0);
    await bench.produce('orders', ['y'.repeat(100)], -1, 1);
    const ask = (maxBytes: number) =>
      bench.call('Fetch', {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes,
        topics: [
          {
            topic: 'orders',
            partitions: [0, 1].map((partition) => ({ partition, fetchOffset: 0n, partitionMaxBytes: 10_000 })),
          },
        ],
      });
    const sizes = async (maxBytes: number) =>
      (await ask(maxBytes)).responses[0]?.partitions.map(({ records }) => records?.length ?? 0);
    const [first = 0, second = 0] = (await sizes(10_000)) ?? [];
    expect(Math.min(first, second)).toBeGreaterThan(100);
    expect(await sizes(first + 1)).toEqual([first, 0]);
    expect(await sizes(1)).toEqual([first, 0]);
  });
});
