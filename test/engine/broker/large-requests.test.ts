import { describe, expect, it } from 'vitest';
import { BrokerSettings } from '../../../src/engine/broker/broker-config.js';
import { MetadataImage } from '../../../src/engine/broker/metadata-image.js';
import { decideTopicCreations } from '../../../src/engine/broker/topic-creation.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import { openRequest, requestBody, requestFrame } from '../../../src/engine/wire/frames.js';
import { BrokerBench } from './broker-bench.js';

const many = 200_000;

describe('GW-10 a request that asks for more than anybody needs', () => {
  it('is no request if its arrays have more than 100 000 elements', () => {
    const decoded = (count: number) => {
      const coordinatorKeys = Array.from({ length: count }, () => '');
      const frame = requestFrame('FindCoordinator', 4, 1, null, { keyType: 0, coordinatorKeys });
      return requestBody('FindCoordinator', openRequest(frame.subarray(4))).coordinatorKeys.length;
    };
    expect(decoded(100_000)).toBe(100_000);
    expect(() => decoded(100_001)).toThrow('more than 100000 elements');
  });

  it('counts the elements of all arrays', () => {
    const topics = Array.from({ length: 100 }, () => ({
      name: 'a',
      partitionIndexes: Array.from({ length: 1_000 }, () => 0),
    }));
    const frame = requestFrame('OffsetFetch', 7, 1, null, { groupId: 'a', topics });
    expect(() => requestBody('OffsetFetch', openRequest(frame.subarray(4)))).toThrow('more than 100000 elements');
  });

  // These take minutes if each element is compared with every other.
  it('takes time in proportion if it has a topic grow again and again', async () => {
    const bench = await BrokerBench.start();
    const topics = Array.from({ length: many }, () => ({ name: 'orders', count: 2, assignments: null }));
    const { results } = await bench.call('CreatePartitions', { topics, timeoutMs: 1_000, validateOnly: false });
    expect(results.map((result) => result.errorCode)).toEqual([errorCode('INVALID_REQUEST')]);
  });

  it('takes time in proportion if it makes many topics that can’t be', () => {
    const topics = Array.from({ length: many }, (_, at) => ({
      name: `!${at}`,
      numPartitions: 0,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }));
    const { values } = new BrokerSettings();
    const decided = decideTopicCreations(new MetadataImage(), topics, 1, values, () => zeroUuid);
    expect(new Set(decided.map(({ error }) => error))).toEqual(new Set(['INVALID_TOPIC_EXCEPTION']));
  });

  it('has the same resource described once, and no more than 5 000', async () => {
    const bench = await BrokerBench.start();
    const described = async (names: readonly string[], resourceType: number) => {
      const resources = names.map((resourceName) => ({ resourceType, resourceName, configurationKeys: null }));
      const { results } = await bench.call('DescribeConfigs', { resources });
      return results.map((result) => result.errorCode);
    };
    expect(await described(Array<string>(50_000).fill('1'), 4)).toEqual([0]);
    const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
    const codes = await described(
      Array.from({ length: 5_001 }, (_, at) => `t${at}`),
      2,
    );
    expect(codes).toEqual([...Array<number>(5_000).fill(unknown), errorCode('POLICY_VIOLATION')]);
  });
});
