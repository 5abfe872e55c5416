import { describe, expect, it } from 'vitest';
import { apis } from '../../../src/engine/protocol/apis.js';
import type { RequestOf, ResponseOf } from '../../../src/engine/protocol/apis.js';
import { BrokerBench } from './broker-bench.js';
import { settle } from './manual-environment.js';

const version = apis.Fetch.advertisedVersions.max;

type Wanted = Readonly<Record<number, number>>;

/** A client that fetches from a topic in a session. */
class SessionReader {
  sessionId = 0;
  epoch = 0;

  constructor(
    private readonly bench: BrokerBench,
    readonly topicId: Uint8Array,
  ) {}

  async fetch(
    wanted: Wanted,
    others: Partial<RequestOf<'Fetch'>> & { readonly forgotten?: readonly number[] } = {},
    asVersion = version,
  ): Promise<ResponseOf<'Fetch'>> {
    const { forgotten = [], ...more } = others;
    const partitions = Object.entries(wanted).map(([partition, fetchOffset]) => ({
      partition: Number(partition),
      fetchOffset: BigInt(fetchOffset),
      partitionMaxBytes: 10_000,
    }));
    const named = { topic: 'orders', topicId: this.topicId };
    const response = await this.bench.call(
      'Fetch',
      {
        maxWaitMs: 0,
        minBytes: 0,
        sessionId: this.sessionId,
        sessionEpoch: this.epoch,
        topics: partitions.length === 0 ? [] : [{ ...named, partitions }],
        forgottenTopicsData: forgotten.length === 0 ? [] : [{ ...named, partitions: forgotten }],
        ...more,
      },
      asVersion,
    );
    if (response.errorCode === 0) {
      this.sessionId = response.sessionId;
      this.epoch++;
    }
    return response;
  }

  /** The partitions that the answer tells of. */
  async told(...asked: Parameters<SessionReader['fetch']>): Promise<readonly number[]> {
    const { responses } = await this.fetch(...asked);
    return responses.flatMap(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex));
  }
}

async function reader(config = {}) {
  const bench = await BrokerBench.start({ config });
  const topicId = await bench.createTopic('orders', 4);
  return { bench, topicId, session: new SessionReader(bench, topicId) };
}

describe('a fetch session', () => {
  it('asks for what it has asked for before, and is told what is new', async () => {
    const { bench, session } = await reader();
    expect(await session.told({ 0: 0, 1: 0, 2: 0 })).toEqual([0, 1, 2]);
    expect(session.sessionId).toBeGreaterThan(0);
    expect(await session.told({})).toEqual([]);
    await bench.produce('orders', ['a'], -1, 1);
    expect(await session.told({})).toEqual([1]);
    expect(await session.told({ 1: 1 }), 'the reader has gone on').toEqual([]);
    expect(await session.told({ 3: 0 }), 'a partition that is added is told of once').toEqual([3]);
    await bench.produce('orders', ['b'], -1, 0);
    expect(await session.told({}, { forgotten: [0] }), 'it was given up').toEqual([]);
  });

  it('who got records comes last the next time, so that nobody starves', async () => {
    const { bench, session } = await reader();
    await session.fetch({ 0: 0, 1: 0 });
    for (const partition of [0, 1]) await bench.produce('orders', ['a'.repeat(100)], -1, partition);
    expect(await session.told({}, { maxBytes: 1 })).toEqual([0, 1]);
    const sizes = (await session.fetch({}, { maxBytes: 1 })).responses.flatMap(({ partitions }) =>
      partitions.map(({ partitionIndex, records }) => [partitionIndex, records?.length !== 0]),
    );
    expect(sizes).toEqual([[1, true]]);
  });

  it('ends with its last partition, with epoch -1, and when it is begun again', async () => {
    const { session } = await reader();
    const gone = async (sessionId: number) =>
      (await session.fetch({}, { sessionId, sessionEpoch: 5 })).errorCode === 70;
    await session.fetch({ 0: 0 });
    const first = session.sessionId;
    expect((await session.fetch({}, { forgotten: [0] })).sessionId).toBe(0);
    expect(await gone(first)).toBe(true);
    await session.fetch({ 0: 0 }, { sessionId: 0, sessionEpoch: 0 });
    const second = session.sessionId;
    expect((await session.fetch({ 1: 0 }, { sessionId: second, sessionEpoch: -1 })).sessionId).toBe(0);
    expect(await gone(second)).toBe(true);
    await session.fetch({ 0: 0 }, { sessionId: 0, sessionEpoch: 0 });
    const third = session.sessionId;
    await session.fetch({ 0: 0 }, { sessionId: third, sessionEpoch: 0 });
    expect(await gone(third)).toBe(true);
  });

  it('knows topics by name or by id, not by both', async () => {
    const { session } = await reader();
    await session.fetch({ 0: 0 });
    expect((await session.fetch({}, {}, 12)).errorCode).toBe(106);
  });

  it('tells of an error each time, and of a partition that is well again', async () => {
    const { bench, session } = await reader();
    await session.fetch({ 0: 0, 1: 5 });
    expect(await session.told({}), 'offset 5 is out of range').toEqual([1]);
    expect(await session.told({ 1: 0 })).toEqual([1]);
    expect(await session.told({})).toEqual([]);
    await bench.call('DeleteTopics', { topics: [{ name: 'orders' }], timeoutMs: 1000 });
    const { responses } = await session.fetch({});
    expect(responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))).toEqual([100, 100]);
  });

  it('a request that is overtaken by another one of its session is told so', async () => {
    const { bench, session } = await reader();
    await session.fetch({ 0: 0 });
    const slow = session.fetch({}, { maxWaitMs: 1000, minBytes: 1 });
    await settle();
    const other = await bench.network.connect({ host: 'localhost', port: 9092 });
    const { sessionId } = session;
    await other.send(
      { api: 'Fetch', version, clientId: 'other' },
      { maxWaitMs: 0, minBytes: 0, sessionId, sessionEpoch: 2, topics: [] },
    );
    await bench.environment.pass(1000);
    expect(await slow).toMatchObject({ errorCode: 71, responses: [] });
  });

  it('is not given when there are too many, unless one is stale or smaller than what is to come', async () => {
    const { bench, topicId } = await reader({ 'max.incremental.fetch.session.cache.slots': 2 });
    const begin = async (wanted: Wanted) => {
      const session = new SessionReader(bench, topicId);
      await session.fetch(wanted);
      return session;
    };
    const [one, two] = [await begin({ 0: 0 }), await begin({ 0: 0, 1: 0 })];
    expect((await begin({ 0: 0, 1: 0, 2: 0 })).sessionId).toBe(0);
    await bench.environment.pass(120_001);
    await one.fetch({});
    await two.fetch({});
    expect((await begin({ 0: 0 })).sessionId, 'none is smaller').toBe(0);
    expect((await begin({ 0: 0, 1: 0 })).sessionId, 'one of them is').toBeGreaterThan(0);
    expect((await one.fetch({})).errorCode).toBe(70);
    await bench.environment.pass(120_001);
    expect((await begin({ 0: 0 })).sessionId, 'nobody uses the other any more').toBeGreaterThan(0);
    expect((await two.fetch({})).errorCode).toBe(70);
  });
});
