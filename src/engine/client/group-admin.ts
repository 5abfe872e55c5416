import { decodeAssignment, encodeAssignment, encodeSubscription } from '../protocol/consumer-protocol.js';
import { errorByCode, errorCode, type ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { ResponseOf } from '../protocol/apis.js';
import type { TopicPartition } from './assigned-partitions.js';
import type { Cluster } from './cluster.js';
import { GroupCoordinator } from './group-coordinator.js';
import { groupBy } from './group-by.js';

/** A group as a list of groups has it, in KafkaJS's shape; state and type where the broker tells them. */
export interface GroupOverview {
  readonly groupId: string;
  /** `consumer` for groups of consumers; empty for a group that only has offsets. */
  readonly protocolType: string;
  readonly groupState?: string;
  /** `Classic`, `Consumer`. */
  readonly groupType?: string;
}

/** A member, in KafkaJS's shape, with what Kafka's own client tells besides. */
export interface MemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** The bytes of its subscription and of its assignment, as the consumer protocol writes them. */
  readonly memberMetadata: Uint8Array;
  readonly memberAssignment: Uint8Array;
  /** What it has. */
  readonly assignment: readonly TopicPartition[];
  /** What it shall have, and its epoch: of members of the consumer protocol. */
  readonly targetAssignment?: readonly TopicPartition[];
  readonly memberEpoch?: number;
}

/** A group with its members. A group that there is not is `Dead`. */
export interface GroupDescription {
  readonly errorCode: number;
  readonly groupId: string;
  readonly groupType: 'classic' | 'consumer';
  readonly protocolType: string;
  /** The assignor. */
  readonly protocol: string;
  /** `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Stable`, `Dead`; of the consumer protocol also `Assigning`, `Reconciling`. */
  readonly state: string;
  readonly members: readonly MemberDescription[];
  /** Of groups of the consumer protocol. */
  readonly groupEpoch?: number;
  readonly assignmentEpoch?: number;
}

/** What became of a group that was to be deleted, in KafkaJS's shape. */
export interface DeletedGroup {
  readonly groupId: string;
  /** Kafka's number of `error`; 0 if it was deleted. */
  readonly errorCode: number;
  readonly error?: KafkaError;
}

/** Which groups to list. */
export interface ListGroupsOptions {
  /** Only groups in these states (KIP-518), `Stable` for example. */
  readonly states?: readonly string[];
  /** Only groups of these types: `classic`, `consumer` (KIP-848). */
  readonly types?: readonly string[];
}

/** All groups of all brokers. Rejects with UNSUPPORTED_VERSION where a broker is too old to filter. */
export async function listGroups(cluster: Cluster, options: ListGroupsOptions): Promise<GroupOverview[]> {
  const { states = [], types = [] } = options;
  return await cluster.retry('list groups', async () => {
    await cluster.refresh([]);
    const groups = new Map<string, GroupOverview>();
    for (const nodeId of cluster.metadata.brokers.keys()) {
      const connection = await cluster.connectionTo(nodeId);
      const version = connection.versionOf('ListGroups');
      if ((states.length > 0 && version < 4) || (types.length > 0 && version < 5)) {
        throw new KafkaError(
          'UNSUPPORTED_VERSION',
          `The broker ${nodeId} can't filter groups by ${types.length > 0 && version < 5 ? 'type' : 'state'}: it serves ListGroups up to version ${version}. List all of them.`,
        );
      }
      const response = await connection.send('ListGroups', {
        ...(version >= 4 ? { statesFilter: states } : {}),
        ...(version >= 5 ? { typesFilter: types } : {}),
      });
      throwIf(response.errorCode, 'Groups could not be listed');
      for (const { groupId, protocolType, groupState, groupType } of response.groups) {
        groups.set(groupId, {
          groupId,
          protocolType,
          ...(groupState === '' ? {} : { groupState }),
          ...(groupType === '' ? {} : { groupType }),
        });
      }
    }
    return [...groups.values()];
  });
}

/** Describes groups, whichever protocol they have. Rejects with the first error. */
export async function describeGroups(cluster: Cluster, groupIds: readonly string[]): Promise<GroupDescription[]> {
  return await Promise.all(groupIds.map((groupId) => describeGroup(new GroupCoordinator(cluster, groupId))));
}

/** Describes one group. */
export async function describeGroup(coordinator: GroupCoordinator): Promise<GroupDescription> {
  return await coordinator.cluster.retry(
    'describe the group',
    async () => (await describeConsumerGroup(coordinator)) ?? (await describeClassicGroup(coordinator)),
  );
}

/** Deletes groups that have no members, with their offsets. Gives what became of each; rejects with the first error once all were tried. */
export async function deleteGroups(cluster: Cluster, groupIds: readonly string[]): Promise<DeletedGroup[]> {
  const results = await Promise.all(
    groupIds.map(async (groupId): Promise<DeletedGroup> => {
      const coordinator = new GroupCoordinator(cluster, groupId);
      try {
        await cluster.retry('delete the group', () =>
          coordinator.send(
            'DeleteGroups',
            { groupsNames: [groupId] },
            ({ results: answered }) => answered.find((each) => each.groupId === groupId)?.errorCode ?? 0,
          ),
        );
        return { groupId, errorCode: 0 };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { groupId, errorCode: errorCode(error.code), error };
      }
    }),
  );
  const failed = results.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) throw failed.error;
  return results;
}

/** Has a group forget offsets. Rejects with the first error: GROUP_SUBSCRIBED_TO_TOPIC while a member reads the topic. */
export async function deleteGroupOffsets(
  coordinator: GroupCoordinator,
  partitions: readonly TopicPartition[],
): Promise<void> {
  await coordinator.cluster.retry('delete offsets', () =>
    coordinator.send(
      'OffsetDelete',
      {
        groupId: coordinator.groupId,
        topics: [...groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({
          name,
          partitions: each.map(({ partition }) => ({ partitionIndex: partition })),
        })),
      },
      ({ errorCode, topics }) =>
        errorCode || (topics.flatMap((topic) => topic.partitions).find((each) => each.errorCode !== 0)?.errorCode ?? 0),
    ),
  );
}

/** Undefined if the group is none of the consumer protocol, or the broker knows of none. */
async function describeConsumerGroup(coordinator: GroupCoordinator): Promise<GroupDescription | undefined> {
  const { groupId } = coordinator;
  try {
    const response = await coordinator.send(
      'ConsumerGroupDescribe',
      { groupIds: [groupId] },
      ({ groups }) => groups[0]?.errorCode ?? 0,
      undefined,
      ({ groups }) => groups[0]?.errorMessage ?? null,
    );
    const [group] = response.groups;
    if (group === undefined) return undefined;
    return {
      errorCode: 0,
      groupId,
      groupType: 'consumer',
      protocolType: 'consumer',
      protocol: group.assignorName,
      state: group.groupState,
      groupEpoch: group.groupEpoch,
      assignmentEpoch: group.assignmentEpoch,
      members: group.members.map(consumerMember),
    };
  } catch (error) {
    const other: readonly ErrorName[] = ['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION'];
    if (error instanceof KafkaError && other.includes(error.code)) return undefined;
    throw error;
  }
}

function consumerMember(
  member: ResponseOf<'ConsumerGroupDescribe'>['groups'][number]['members'][number],
): MemberDescription {
  const { memberId, instanceId, rackId, memberEpoch, clientId, clientHost, subscribedTopicNames } = member;
  const assigned = member.assignment.topicPartitions.map(({ topicName, partitions }) => ({
    topic: topicName,
    partitions,
  }));
  return {
    memberId,
    groupInstanceId: instanceId,
    clientId,
    clientHost,
    memberMetadata: encodeSubscription({ topics: subscribedTopicNames, ownedPartitions: assigned, rackId }),
    memberAssignment: encodeAssignment({ assignedPartitions: assigned }),
    assignment: listed(member.assignment.topicPartitions),
    targetAssignment: listed(member.targetAssignment.topicPartitions),
    memberEpoch,
  };
}

async function describeClassicGroup(coordinator: GroupCoordinator): Promise<GroupDescription> {
  const { groupId } = coordinator;
  const response = await coordinator.send(
    'DescribeGroups',
    { groups: [groupId] },
    ({ groups }) => {
      const code = groups[0]?.errorCode ?? 0;
      // From version 6 on a group that there is not is an error too; it is Dead as before.
      return errorByCode(code).name === 'GROUP_ID_NOT_FOUND' ? 0 : code;
    },
    undefined,
    ({ groups }) => groups[0]?.errorMessage ?? null,
  );
  const [group] = response.groups;
  return {
    errorCode: 0,
    groupId,
    groupType: 'classic',
    protocolType: group?.protocolType ?? '',
    protocol: group?.protocolData ?? '',
    state: group?.groupState ?? 'Dead',
    members: (group?.members ?? []).map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: member.memberMetadata,
      memberAssignment: member.memberAssignment,
      assignment:
        group?.protocolType === 'consumer' && member.memberAssignment.length > 0
          ? listed(
              decodeAssignment(member.memberAssignment).assignedPartitions.map(({ topic, partitions }) => ({
                topicName: topic,
                partitions,
              })),
            )
          : [],
    })),
  };
}

function listed(
  topics: readonly { readonly topicName: string; readonly partitions: readonly number[] }[],
): TopicPartition[] {
  return topics.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}

function throwIf(code: number, what: string): void {
  const { name, message } = errorByCode(code);
  if (name !== 'NONE') throw new KafkaError(name, `${what}: ${message}`);
}
