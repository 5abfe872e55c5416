/** OffsetForLeaderEpoch v2-4. Tells a client that read in an earlier leader epoch where that epoch ended in this log. Left out: followers. */
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { Handler } from './handler.js';
import { leaderEpochError } from './replica-manager.js';

export const handleOffsetForLeaderEpoch: Handler<'OffsetForLeaderEpoch'> = ({ replicas }, { request }) =>
  Promise.resolve({
    throttleTimeMs: 0,
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
        const refuse = (error: ErrorName) => ({
          partition,
          errorCode: errorCode(error),
          leaderEpoch: -1,
          endOffset: -1n,
        });
        const replica = replicas.replica(topic, partition);
        if (replica === undefined) return refuse(replicas.missing(topic, partition).code);
        const error = leaderEpochError(replica, currentLeaderEpoch);
        if (error !== undefined) return refuse(error);
        const found = replica.log.endOffsetForEpoch(leaderEpoch);
        return {
          partition,
          errorCode: 0,
          leaderEpoch: found?.epoch ?? -1,
          endOffset: BigInt(found?.endOffset ?? -1),
        };
      }),
    })),
  });
