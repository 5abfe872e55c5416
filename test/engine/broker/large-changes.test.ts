import { describe, expect, it } from 'vitest';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { BrokerBench } from './broker-bench.js';

const tooMany = 'Unable to perform excessively large batch operation.';

function topicsOf(numbers: readonly number[]) {
  return numbers.map((numPartitions, index) => ({
    name: `t${index}`,
    numPartitions,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  }));
}

describe('changes of the metadata that are as large as a request may ask for', () => {
  it('of topics that take more than 10,000 records none is created, as in Kafka', async () => {
    const bench = await BrokerBench.start({ config: { 'num.partitions': 6_000 } });
    const created = async (numbers: readonly number[]) =>
      (await bench.call('CreateTopics', { topics: topicsOf(numbers), validateOnly: true })).topics.map(
        ({ errorCode: code, errorMessage }) => [errorByCode(code).name, errorMessage],
      );
    expect(await created([9_999])).toEqual([['NONE', null]]);
    expect(await created([10_000])).toEqual([['POLICY_VIOLATION', tooMany]]);
    expect(await created([5_000, 5_000])).toEqual(Array.from({ length: 2 }, () => ['POLICY_VIOLATION', tooMany]));
    // What the broker chooses counts; what is refused anyway does not.
    const excessive = ['POLICY_VIOLATION', 'Excessively large number of partitions per request.'];
    expect(await created([-1, -1])).toEqual([excessive, excessive]);
    expect(await created([-5, 9_000])).toEqual([
      ['INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.'],
      ['NONE', null],
    ]);
  });

  it('of topics that would grow by more than 10,000 partitions those that are too many do not grow at all', async () => {
    const bench = await BrokerBench.start();
    for (const name of ['a', 'b', 'c']) await bench.createTopic(name);
    const grow = (counts: readonly number[]) =>
      bench.call('CreatePartitions', {
        topics: ['a', 'b', 'c'].map((name, at) => ({ name, count: counts[at] as number, assignments: null })),
        timeoutMs: 1_000,
        validateOnly: true,
      });
    const codes = async (counts: readonly number[]) =>
      (await grow(counts)).results.map(({ errorCode: code }) => errorByCode(code).name);
    expect(await codes([20_000, 3, 4])).toEqual(['POLICY_VIOLATION', 'NONE', 'NONE']);
    expect(await codes([10_001, 2, 1])).toEqual(['NONE', 'POLICY_VIOLATION', 'INVALID_PARTITIONS']);
    expect((await grow([20_000, 3, 4])).results[0]?.errorMessage).toBe(tooMany);
  });

  it('a change that is larger than a record batch may be elsewhere is kept', async () => {
    const disk = new MemoryDisk();
    const bench = await BrokerBench.start({ disk });
    const name = 'x'.repeat(240);
    const topics = Array.from({ length: 100 }, (_, index) => ({
      name: `${name}${index}`,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [{ name: 'leader.replication.throttled.replicas', value: throttled }],
    }));
    expect((await bench.call('CreateTopics', { topics })).topics.every(({ errorCode }) => errorCode === 0)).toBe(true);
    await bench.broker.stop();
    const again = await BrokerBench.start({ disk });
    expect((await again.call('Metadata', { topics: null })).topics).toHaveLength(100);
  });
});

/** A long value that Kafka takes. */
const throttled = Array.from({ length: 2_000 }, (_, index) => `${index}:1`).join();
