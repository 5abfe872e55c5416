import { describe, expect, it } from 'vitest';
import { responseFrame, responseParts } from '../../../src/engine/wire/frames.js';
import type { ResponseOf } from '../../../src/engine/protocol/apis.js';

describe('a response in pieces', () => {
  const response = (records: readonly Uint8Array[]) =>
    ({
      throttleTimeMs: 0,
      errorCode: 0,
      sessionId: 7,
      responses: records.map((bytes, at) => ({
        topic: `topic-${at}`,
        topicId: new Uint8Array(16),
        partitions: [
          {
            partitionIndex: at,
            errorCode: 0,
            highWatermark: 5n,
            lastStableOffset: 5n,
            logStartOffset: 0n,
            divergingEpoch: { epoch: -1, endOffset: -1n },
            currentLeader: { leaderId: -1, leaderEpoch: -1 },
            snapshotId: { endOffset: -1n, epoch: -1 },
            abortedTransactions: null,
            preferredReadReplica: -1,
            records: bytes,
          },
        ],
      })),
      nodeEndpoints: [],
    }) as unknown as ResponseOf<'Fetch'>;
  const large = new Uint8Array(100_000).map((_, at) => at & 255);

  it.each([
    ['small records', [new Uint8Array(100)]],
    ['large records', [large]],
    ['both, in turns', [large, new Uint8Array(3), large.subarray(50), large.subarray(99_990), large]],
  ])('has the bytes of the whole: %s', (_, records) => {
    const parts = responseParts('Fetch', 12, 9, response(records));
    expect(Buffer.concat(parts)).toEqual(Buffer.from(responseFrame('Fetch', 12, 9, response(records))));
  });

  it('does not copy large records', () => {
    expect(responseParts('Fetch', 12, 9, response([large])).some((part) => part === large)).toBe(true);
  });

  it('is none if it has more than 100 MiB beside records', () => {
    const groups = Array<string>(8_000).fill('x'.repeat(15_000));
    const told = groups.map((groupId) => ({ groupId, protocolType: '', groupState: '', groupType: '' }));
    const large = { throttleTimeMs: 0, errorCode: 0, groups: told } as ResponseOf<'ListGroups'>;
    expect(() => responseParts('ListGroups', 5, 1, large)).toThrow('Ask for less at once');
  });
});
