import { consumerProtocolType } from '../protocol/consumer-protocol.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup } from './classic-group.js';
import { isSubscribedTo } from './consumer-subscription.js';
import { ConsumerGroup } from './consumer/consumer-group.js';
import { answeredOnly, type Decision } from './decision.js';
import type { GroupRecord } from './group-record.js';
import type { StoredGroup } from './stored-groups.js';

/** An offset that shall be forgotten. */
interface OffsetToDelete {
  readonly topic: string;
  readonly partition: number;
}

/** One error for the request, else one for each of the offsets, in their order. */
export interface OffsetDeleteAnswer {
  readonly error: ErrorName;
  readonly offsets: readonly ErrorName[];
}

/** Forgets offsets of a group without members, or of topics that its consumers do not subscribe to (KIP-496). That there is none is no error. */
export function decideOffsetDelete(
  group: ClassicGroup | undefined,
  stored: StoredGroup | undefined,
  offsets: readonly OffsetToDelete[],
): Decision<OffsetDeleteAnswer> {
  const refuse = (error: ErrorName) => answeredOnly({ error, offsets: [] });
  const known = stored?.consumer ?? group;
  if (known === undefined) return refuse('GROUP_ID_NOT_FOUND');
  const isOfConsumers = known instanceof ConsumerGroup || known.protocolType === consumerProtocolType;
  if (known.state !== 'Empty' && !isOfConsumers) return refuse('NON_EMPTY_GROUP');
  const errors = offsets.map(({ topic }): ErrorName =>
    isSubscribedTo(known, topic) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE',
  );
  const records = offsets
    .filter(({ topic, partition }, index) => errors[index] === 'NONE' && stored?.offsets.get(topic)?.has(partition))
    .map(({ topic, partition }): GroupRecord => ({
      kind: 'offset-commit',
      groupId: known.groupId,
      topic,
      partition,
      value: null,
    }));
  return { ...answeredOnly({ error: 'NONE' as const, offsets: errors }), records };
}
