import { assignRanges } from '../../protocol/range-assignment.js';
import type { ServerAssignor } from './server-assignor.js';

/** Kafka's `RangeAssignor` on the broker: each topic by itself, in consecutive ranges for its subscribers in order, static members first. */
export const rangeServerAssignor: ServerAssignor = {
  name: 'range',
  assign({ members, partitionsOf }) {
    const topicIds = new Set(members.flatMap((member) => member.topicIds));
    return assignRanges(
      [...topicIds].map((topicId) => [topicId, partitionsOf(topicId)]),
      members.map(({ topicIds: topics, ...member }) => ({ ...member, topics })),
    );
  },
};
