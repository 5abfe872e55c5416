import type { ResponseOf } from '../../protocol/apis.js';
import { decodeAssignment, decodeSubscription, encodeAssignment } from '../../protocol/consumer-protocol.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { TopicPartition } from '../assigned-partitions.js';
import type { Assignment, AssignmentWithData, Assignor, MemberSubscription } from '../assignors/assignor.js';
import { groupBy } from '../group-by.js';

/** The assignor that the group has chosen. Throws INCONSISTENT_GROUP_PROTOCOL if it is not among this member's. */
export function assignorNamed(name: string, assignors: readonly Assignor[], groupId: string): Assignor {
  const assignor = assignors.find((each) => each.name === name);
  if (assignor !== undefined) return assignor;
  const known = assignors.map((each) => each.name).join(', ');
  throw new KafkaError(
    'INCONSISTENT_GROUP_PROTOCOL',
    `Group ${groupId} chose the assignor ${name}, but this member has ${known}. Give all members the same ones.`,
  );
}

/** What the leader of a classic group has each member given, as SyncGroup carries it. */
export async function shareOut(
  assignor: Assignor,
  members: readonly MemberSubscription[],
  partitions: ReadonlyMap<string, number>,
): Promise<{ memberId: string; assignment: Uint8Array }[]> {
  const assigned =
    (await assignor.assignWithData?.(partitions, members)) ?? withoutData(assignor.assign(partitions, members));
  return [...assigned].map(([memberId, assignment]) => ({
    memberId,
    assignment: encodeAssignment({
      assignedPartitions: [...assignment.partitions].map(([topic, numbers]) => ({ topic, partitions: numbers })),
      userData: assignment.userData,
    }),
  }));
}

/** What a member has joined with, as its leader is told. */
export function subscriptionOf({
  memberId,
  groupInstanceId,
  metadata,
}: ResponseOf<'JoinGroup'>['members'][number]): MemberSubscription {
  const { topics, ownedPartitions, generationId, userData } = decodeSubscription(metadata);
  const owned = new Map(ownedPartitions.map(({ topic, partitions }) => [topic, partitions]));
  return { memberId, groupInstanceId, topics, owned, generationId, userData };
}

export interface AssignmentInParts {
  readonly assignment: Assignment;
  /** What the leader's assignor wrote for the member. */
  readonly userData: Uint8Array | null;
}

/** What a member is given. None for no bytes, which is what a leader that forgot a member sends. */
export function assignmentOf(encoded: Uint8Array): AssignmentInParts {
  if (encoded.length === 0) return { assignment: new Map(), userData: null };
  const { assignedPartitions, userData } = decodeAssignment(encoded);
  return { assignment: new Map(assignedPartitions.map(({ topic, partitions }) => [topic, partitions])), userData };
}

export function byTopic(partitions: readonly TopicPartition[]): ReadonlyMap<string, number[]> {
  const grouped = groupBy(partitions, ({ topic }) => topic);
  return new Map([...grouped].map(([topic, each]) => [topic, each.map(({ partition }) => partition)]));
}

export function listOf(assignment: Assignment): TopicPartition[] {
  return [...assignment].flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}

function withoutData(assigned: ReadonlyMap<string, Assignment>): ReadonlyMap<string, AssignmentWithData> {
  return new Map([...assigned].map(([memberId, partitions]) => [memberId, { partitions, userData: null }]));
}
