import { describe, expect, it } from 'vitest';
import { BrokerSettings } from '../../../src/engine/broker/broker-config.js';
import { MetadataImage } from '../../../src/engine/broker/metadata-image.js';
import { decideTopicCreations } from '../../../src/engine/broker/topic-creation.js';
import { decideTopicDeletions, removalRecord } from '../../../src/engine/broker/topic-deletion.js';
import { topicIdText } from '../../../src/engine/protocol/topic-id.js';
import { encodeMetadataRecord } from '../../../src/engine/protocol/metadata-records.js';

const config = new BrokerSettings('kafka').values;

/** An image together with the log that made it. */
function bench() {
  const image = new MetadataImage();
  const log: Uint8Array[] = [];
  let ids = 0;
  const apply = (values: readonly Uint8Array[]) => {
    log.push(...values);
    for (const value of values) image.applyBytes(value);
  };
  const create = (
    name: string,
    options: { numPartitions?: number; configs?: { name: string; value: string }[] } = {},
  ) => {
    const wanted = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...options };
    const newId = () => new Uint8Array(16).fill(++ids);
    const [creation] = decideTopicCreations(image, [wanted], 1, config, newId);
    if (creation?.error === 'NONE') apply(creation.records);
    return creation;
  };
  return { image, log, apply, create };
}

describe('the metadata image', () => {
  it('applying the log again gives an equal image', () => {
    const { image, log, apply, create } = bench();
    create('orders', { numPartitions: 3, configs: [{ name: 'retention.ms', value: '5' }] });
    create('gone');
    create('payments');
    for (const { topic } of decideTopicDeletions(image, [{ name: 'gone', topicId: new Uint8Array(16) }]))
      if (topic !== undefined) apply([removalRecord(topic)]);
    apply([
      encodeMetadataRecord('PartitionChangeRecord', { partitionId: 1, topicId: new Uint8Array(16).fill(1), leader: 1 }),
    ]);
    const replayed = new MetadataImage();
    for (const value of log) replayed.applyBytes(value);
    expect(replayed).toEqual(image);
    expect([...replayed.topics].map(({ name }) => name)).toEqual(['orders', 'payments']);
    expect(replayed.topic('orders')?.partitions.map(({ leaderEpoch }) => leaderEpoch)).toEqual([0, 1, 0]);
    expect(replayed.topic('orders')?.configs).toEqual(new Map([['retention.ms', '5']]));
    expect([...replayed.removedNames]).toEqual(['gone']);
  });

  it('a name that is created again is not gone any more', () => {
    const { image, apply, create } = bench();
    create('orders');
    const topic = image.topic('orders');
    if (topic !== undefined) apply([removalRecord(topic)]);
    expect([...image.removedNames]).toEqual(['orders']);
    create('orders');
    expect([...image.removedNames]).toEqual([]);
    expect(image.topicById(new Uint8Array(16).fill(2))?.name).toBe('orders');
  });

  it('a config that becomes null is inherited again', () => {
    const { image, apply, create } = bench();
    create('orders', { configs: [{ name: 'retention.ms', value: '5' }] });
    const record = { resourceType: 2, resourceName: 'orders', name: 'retention.ms', value: null };
    apply([encodeMetadataRecord('ConfigRecord', record)]);
    expect(image.topic('orders')?.configs.size).toBe(0);
  });
});

describe('topic ids', () => {
  it('are written as Kafka prints them', () => {
    for (let seed = 0; seed < 64; seed += 1) {
      const id = Uint8Array.from({ length: 16 }, (_, index) => (seed * 37 + index * 91) & 255);
      expect(topicIdText(id)).toBe(Buffer.from(id).toString('base64url'));
    }
  });
});
