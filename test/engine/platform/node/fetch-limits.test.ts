import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBatch } from '../../../../src/engine/protocol/record-batch.js';
import { ServedBroker } from './served-broker.js';

let served: ServedBroker;
beforeEach(async () => {
  served = await ServedBroker.start({ broker: { config: { 'fetch.max.bytes': 100_000 } } });
});
afterEach(() => served.stop());

const most = 2 ** 31 - 1;

describe('GW-13 a fetch of all there is', () => {
  it('is given what fetch.max.bytes allows, whatever it asks for; one that waits for ever ends with its connection', async () => {
    const client = await served.connect();
    await client.call('CreateTopics', {
      topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 1000,
    });
    const records = encodeBatch({ records: [{ key: null, value: new Uint8Array(30_000), timestamp: Date.now() }] });
    for (let sent = 0; sent < 10; sent++)
      await client.call(
        'Produce',
        { acks: 1, timeoutMs: 1000, topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }] },
        9,
      );
    const wanted = (fetchOffset: bigint, minBytes: number) => ({
      maxWaitMs: most,
      minBytes,
      maxBytes: most,
      topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: most }] }],
    });
    const { responses } = await client.call('Fetch', wanted(0n, 1), 12);
    expect(responses[0]?.partitions[0]?.records?.length).toBe(100_000);
    const waiting = await served.connect();
    waiting.send('Fetch', wanted(10n, most), 12);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(waiting.frames).toEqual([]);
    // Who has gone is not waited for: stopping takes no time.
    waiting.close();
    client.close();
  });
});
