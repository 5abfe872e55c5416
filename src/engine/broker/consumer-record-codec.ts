import type { TargetPartitions } from '../group/assignors/server-assignor.js';
import type { EpochPartitions, MemberState } from '../group/consumer/consumer-member.js';
import type { ConsumerRecord } from '../group/consumer/consumer-record.js';
import { encodeConsumerGroupRecord, type ConsumerGroupRecord } from '../protocol/consumer-group-records.js';
import type { EncodedRecord } from '../protocol/consumer-offsets-records.js';
import { topicIdBytes, topicIdText } from '../protocol/topic-id.js';

/** Kafka's numbers for the states of a member; any other one was written by a newer coordinator. */
const memberStates: Readonly<Record<MemberState, number>> = { stable: 0, unrevoked: 1, unreleased: 2, unknown: 127 };

/** A record of a group of the consumer protocol as the key and value that go into `__consumer_offsets`. */
export function encodeConsumerRecord(record: ConsumerRecord): EncodedRecord {
  const { groupId } = record;
  switch (record.kind) {
    case 'consumer-group':
      return encodeConsumerGroupRecord('ConsumerGroupMetadata', { groupId }, record.value);
    case 'consumer-partition-metadata':
      return encodeConsumerGroupRecord('ConsumerGroupPartitionMetadata', { groupId }, null);
    case 'consumer-member': {
      const { memberId, value } = record;
      return encodeConsumerGroupRecord('ConsumerGroupMemberMetadata', { groupId, memberId }, value);
    }
    case 'consumer-target-epoch': {
      const { value } = record;
      return encodeConsumerGroupRecord(
        'ConsumerGroupTargetAssignmentMetadata',
        { groupId },
        value && {
          assignmentEpoch: value.assignmentEpoch,
          assignmentTimestamp: BigInt(value.assignmentTimestamp),
        },
      );
    }
    case 'consumer-target': {
      const { memberId, value } = record;
      return encodeConsumerGroupRecord(
        'ConsumerGroupTargetAssignmentMember',
        { groupId, memberId },
        value && {
          topicPartitions: [...value].map(([topicId, partitions]) => ({ topicId: topicIdBytes(topicId), partitions })),
        },
      );
    }
    case 'consumer-assignment': {
      const { memberId, value } = record;
      return encodeConsumerGroupRecord(
        'ConsumerGroupCurrentMemberAssignment',
        { groupId, memberId },
        value && {
          memberEpoch: value.memberEpoch,
          previousMemberEpoch: value.previousMemberEpoch,
          state: memberStates[value.state],
          assignedPartitions: encodePartitions(value.assignedPartitions),
          partitionsPendingRevocation: encodePartitions(value.partitionsPendingRevocation),
        },
      );
    }
    case 'consumer-regex': {
      const { regex, value } = record;
      return encodeConsumerGroupRecord(
        'ConsumerGroupRegularExpression',
        { groupId, regularExpression: regex },
        value && { topics: value.topics, version: BigInt(value.version), timestamp: BigInt(value.timestamp) },
      );
    }
  }
}

function encodePartitions(partitions: EpochPartitions) {
  return [...partitions].map(([topicId, epochs]) => ({
    topicId: topicIdBytes(topicId),
    partitions: [...epochs.keys()],
    assignmentEpochs: [...epochs.values()],
  }));
}

/** Reads a record back; undefined for a kind that nothing is made of any more. */
export function decodeConsumerRecord(record: ConsumerGroupRecord): ConsumerRecord | undefined {
  switch (record.name) {
    case 'ConsumerGroupMetadata':
      return { kind: 'consumer-group', groupId: record.key.groupId, value: record.value };
    case 'ConsumerGroupPartitionMetadata':
      return undefined;
    case 'ConsumerGroupMemberMetadata': {
      const { value } = record;
      return {
        kind: 'consumer-member',
        ...record.key,
        value: value && { ...value, subscribedTopicRegex: value.subscribedTopicRegex ?? '' },
      };
    }
    case 'ConsumerGroupTargetAssignmentMetadata': {
      const { key, value } = record;
      return {
        kind: 'consumer-target-epoch',
        groupId: key.groupId,
        value: value && {
          assignmentEpoch: value.assignmentEpoch,
          assignmentTimestamp: Number(value.assignmentTimestamp),
        },
      };
    }
    case 'ConsumerGroupTargetAssignmentMember': {
      const { key, value } = record;
      return { kind: 'consumer-target', ...key, value: value && decodeTarget(value.topicPartitions) };
    }
    case 'ConsumerGroupCurrentMemberAssignment': {
      const { key, value } = record;
      return {
        kind: 'consumer-assignment',
        ...key,
        value: value && {
          memberEpoch: value.memberEpoch,
          previousMemberEpoch: value.previousMemberEpoch,
          state: stateOf(value.state),
          assignedPartitions: decodePartitions(value.assignedPartitions, value.memberEpoch),
          partitionsPendingRevocation: decodePartitions(value.partitionsPendingRevocation, value.memberEpoch),
        },
      };
    }
    case 'ConsumerGroupRegularExpression': {
      const { key, value } = record;
      return {
        kind: 'consumer-regex',
        groupId: key.groupId,
        regex: key.regularExpression,
        value: value && { topics: value.topics, version: Number(value.version), timestamp: Number(value.timestamp) },
      };
    }
  }
}

function stateOf(number: number): MemberState {
  const known = Object.entries(memberStates).find(([, each]) => each === number);
  return known === undefined ? 'unknown' : (known[0] as MemberState);
}

interface StoredPartitions {
  readonly topicId: Uint8Array;
  readonly partitions: readonly number[];
}

function decodeTarget(topicPartitions: readonly StoredPartitions[]): TargetPartitions {
  return new Map(topicPartitions.map(({ topicId, partitions }) => [topicIdText(topicId), partitions]));
}

/** Where older coordinators did not write the epochs down the member's stands in for them. */
function decodePartitions(
  topicPartitions: readonly (StoredPartitions & { readonly assignmentEpochs: readonly number[] | null })[],
  memberEpoch: number,
): EpochPartitions {
  return new Map(
    topicPartitions.map(({ topicId, partitions, assignmentEpochs }) => [
      topicIdText(topicId),
      new Map(partitions.map((partition, at) => [partition, assignmentEpochs?.[at] ?? memberEpoch] as const)),
    ]),
  );
}
