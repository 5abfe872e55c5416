import { encodeAssignment } from '../../../src/engine/protocol/consumer-protocol.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { alteredBroker } from './altered-broker.js';

/** Gives every member of a generation what it gave to the first that asked. */
export function givesOneShareToAll(broker: RequestHandler): RequestHandler {
  const shares = new Map<number, Uint8Array>();
  return alteredBroker(broker, {
    SyncGroup: async ({ request, handle }) => {
      const response = await handle();
      if (response.errorCode !== 0) return response;
      const share = shares.get(request.generationId) ?? response.assignment;
      shares.set(request.generationId, share);
      return { ...response, assignment: share };
    },
  });
}

/** Gives a share to the first member of a generation that asks, and nothing to the others. */
export function givesNothingToTheRest(broker: RequestHandler): RequestHandler {
  const served = new Map<number, string>();
  return alteredBroker(broker, {
    SyncGroup: async ({ request, handle }) => {
      const response = await handle();
      if (response.errorCode !== 0) return response;
      const first = served.get(request.generationId) ?? request.memberId;
      served.set(request.generationId, first);
      return first === request.memberId
        ? response
        : { ...response, assignment: encodeAssignment({ assignedPartitions: [] }) };
    },
  });
}

/** Knows nothing of any commit. */
export function forgetsCommits(broker: RequestHandler): RequestHandler {
  return alteredBroker(broker, {
    OffsetFetch: async ({ handle }) => {
      const response = await handle();
      return {
        ...response,
        topics: response.topics.map((topic) => ({ ...topic, partitions: topic.partitions.map(withoutCommit) })),
        groups: response.groups.map((group) => ({
          ...group,
          topics: group.topics.map((topic) => ({ ...topic, partitions: topic.partitions.map(withoutCommit) })),
        })),
      };
    },
  });
}

function withoutCommit<Partition extends { readonly committedOffset: bigint }>(partition: Partition): Partition {
  return { ...partition, committedOffset: -1n };
}

/** Says where the group committed, but one record further. */
export function startsOneTooFar(broker: RequestHandler): RequestHandler {
  return alteredBroker(broker, {
    OffsetFetch: async ({ handle }) => {
      const response = await handle();
      return {
        ...response,
        groups: response.groups.map((group) => ({
          ...group,
          topics: group.topics.map((topic) => ({ ...topic, partitions: topic.partitions.map(oneFurther) })),
        })),
      };
    },
  });
}

function oneFurther<Partition extends { readonly committedOffset: bigint }>(partition: Partition): Partition {
  return partition.committedOffset > 0n ? { ...partition, committedOffset: partition.committedOffset + 1n } : partition;
}
