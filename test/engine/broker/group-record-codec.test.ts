import { describe, expect, it } from 'vitest';
import { decodeGroupRecord, encodeGroupRecord } from '../../../src/engine/broker/group-record-codec.js';
import { epochEndOffset } from '../../../src/engine/broker/epoch-end-offset.js';
import { LeaderEpochs } from '../../../src/engine/log/leader-epochs.js';
import type { GroupRecord } from '../../../src/engine/group/group-record.js';
import { utf8 } from './broker-bench.js';

const offset = { kind: 'offset-commit', groupId: 'g', topic: 'orders', partition: 2 } as const;
const metadata = { kind: 'group-metadata', groupId: 'g' } as const;

describe('records of groups', () => {
  it.each<[string, GroupRecord]>([
    [
      'an offset',
      { ...offset, value: { offset: 7, leaderEpoch: 3, metadata: 'm', commitTimestamp: 11, expireTimestamp: -1 } },
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

  it('an offset that expires keeps its expiry, in the version that has one', () => {
    const value = { offset: 7, leaderEpoch: -1, metadata: '', commitTimestamp: 11, expireTimestamp: 99 };
    const encoded = encodeGroupRecord({ ...offset, value });
    expect(decodeGroupRecord(encoded.key, encoded.value)).toEqual({ ...offset, value });
  });

  it('a kind that is not known is skipped', () => {
    expect(decodeGroupRecord(Uint8Array.of(0, 99), null)).toBeUndefined();
  });
});

describe('the end of a leader epoch', () => {
  // Epoch 1 wrote 0…4, epoch 3 wrote 5…9, epoch 6 begins at 10.
  const epochs = new LeaderEpochs([
    { epoch: 1, startOffset: 0 },
    { epoch: 3, startOffset: 5 },
    { epoch: 6, startOffset: 10 },
  ]);
  const log = {
    leaderEpoch: 6,
    logStartOffset: 0,
    logEndOffset: 12,
    leaderEpochFor: (at: number) => epochs.epochFor(at),
  };

  it.each([
    [0, { epoch: 0, endOffset: 0 }],
    [1, { epoch: 1, endOffset: 5 }],
    [2, { epoch: 1, endOffset: 5 }],
    [3, { epoch: 3, endOffset: 10 }],
    [5, { epoch: 3, endOffset: 10 }],
    [6, { epoch: 6, endOffset: 12 }],
    [7, undefined],
  ])('%s is found by the epochs of the offsets', (epoch, end) => {
    expect(epochEndOffset(log, epoch)).toEqual(end);
  });
});
