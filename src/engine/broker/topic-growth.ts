import type { ErrorName } from '../protocol/errors.js';
import type { MetadataImage } from './metadata-image.js';
import { assignmentError } from './replica-assignment.js';
import { maxRecordsPerRequest, tooManyRecords } from './topic-creation.js';
import { partitionRecord } from './topic-records.js';

/** How many partitions somebody wants a topic to have. */
export interface TopicToGrow {
  readonly name: string;
  readonly count: number;
  /** Where the new ones shall be; null leaves that to the broker. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null;
}

/** What became of it: the records that make it so, or why it can't be. */
export interface TopicGrowth {
  readonly name: string;
  readonly error: ErrorName;
  readonly message: string | null;
  readonly records: readonly Uint8Array[];
}

/**
 * Decides about new partitions of several topics; one that is named twice gets none. Nor does one that would make the change too large for a request: Kafka answers
 * `UNKNOWN_SERVER_ERROR` there, and has added as many as there was room for.
 */
export function decideTopicGrowths(
  image: MetadataImage,
  wanted: readonly TopicToGrow[],
  nodeId: number,
): TopicGrowth[] {
  const byName = new Map<string, TopicToGrow[]>();
  for (const each of wanted) {
    const named = byName.get(each.name);
    if (named === undefined) byName.set(each.name, [each]);
    else named.push(each);
  }
  let room = maxRecordsPerRequest;
  return [...byName].map(([name, [first, ...others]]) => {
    if (first === undefined || others.length > 0)
      return { name, error: 'INVALID_REQUEST', message: 'Duplicate topic name.', records: [] };
    const growth = decideTopicGrowth(image, first, nodeId, room);
    room -= growth.records.length;
    return growth;
  });
}

/** Decides about new partitions, in the words of Kafka's `ReplicationControlManager.createPartitions`. */
function decideTopicGrowth(image: MetadataImage, wanted: TopicToGrow, nodeId: number, room: number): TopicGrowth {
  const { name, count, assignments } = wanted;
  const refuse = (error: ErrorName, message: string | null): TopicGrowth => ({ name, error, message, records: [] });
  const topic = image.topic(name);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC_OR_PARTITION', null);
  const present = topic.partitions.length;
  if (count === present) return refuse('INVALID_PARTITIONS', `Topic already has ${present} partition(s).`);
  if (count < present)
    return refuse(
      'INVALID_PARTITIONS',
      `The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`,
    );
  const added = count - present;
  if (assignments !== null) {
    if (assignments.length !== added)
      return refuse(
        'INVALID_REPLICA_ASSIGNMENT',
        `Attempted to add ${added} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
      );
    for (const { brokerIds } of assignments) {
      const error = assignmentError(brokerIds, nodeId);
      if (error !== undefined) return refuse('INVALID_REPLICA_ASSIGNMENT', error);
    }
  }
  if (added > room) return refuse('POLICY_VIOLATION', tooManyRecords);
  const records = Array.from({ length: added }, (_, index) =>
    partitionRecord(topic.topicId, present + index, 0, nodeId),
  );
  return { name, error: 'NONE', message: null, records };
}
