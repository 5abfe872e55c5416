import { describe, expect, it } from 'vitest';
import { decodeGroupRecord, encodeGroupRecord } from '../../../src/engine/broker/group-record-codec.js';
import type { GroupRecord } from '../../../src/engine/group/group-record.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import { utf8 } from './broker-bench.js';

const offset = { kind: 'offset-commit', groupId: 'g', topic: 'orders', partition: 2 } as const;
const topicId = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
const metadata = { kind: 'group-metadata', groupId: 'g' } as const;

describe('records of groups', () => {
  it.each<[string, GroupRecord]>([
    [
      'an offset',
      {
        ...offset,
        value: { offset: 7, leaderEpoch: 3, metadata: 'm', commitTimestamp: 11, expireTimestamp: -1, topicId },
      },
    ],
    ['a tombstone of an offset', { ...offset, value: null }],
    [
      'a generation',
      {
        ...metadata,
        value: {
          protocolType: 'consumer',
          generationId: 4,
          protocolName: 'range',
          leader: 'a',
          currentStateTimestamp: 12,
          members: [
            {
              memberId: 'a',
              groupInstanceId: 'instance',
              clientId: 'client',
              clientHost: '/host',
              rebalanceTimeoutMs: 1,
              sessionTimeoutMs: 2,
              subscription: utf8('subscription'),
              assignment: utf8('assignment'),
            },
          ],
        },
      },
    ],
    ['a tombstone of a group', { ...metadata, value: null }],
  ])('%s is read back as it was written', (_, record) => {
    const { key, value } = encodeGroupRecord(record);
    expect(decodeGroupRecord(key, value)).toEqual(record);
  });

  it('an offset that expires keeps its expiry, in the version that has one; it does not know the id of its topic', () => {
    const value = { offset: 7, leaderEpoch: -1, metadata: '', commitTimestamp: 11, expireTimestamp: 99, topicId };
    const encoded = encodeGroupRecord({ ...offset, value });
    expect(decodeGroupRecord(encoded.key, encoded.value)).toEqual({
      ...offset,
      value: { ...value, topicId: zeroUuid },
    });
  });

  it('a kind that is not known is skipped', () => {
    expect(decodeGroupRecord(Uint8Array.of(0, 99), null)).toBeUndefined();
  });
});
