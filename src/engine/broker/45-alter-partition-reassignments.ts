/** AlterPartitionReassignments v0-1. There is one broker: a partition can be moved to where it is already, which is done at once, and nothing can be called off. */
import type { CompleteRequestOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { BrokerServices, Handler } from './handler.js';
import { assignmentError } from './replica-assignment.js';

type Partition = CompleteRequestOf<'AlterPartitionReassignments'>['topics'][number]['partitions'][number];

export const handleAlterPartitionReassignments: Handler<'AlterPartitionReassignments'> = (services, { request }) => ({
  throttleTimeMs: 0,
  allowReplicationFactorChange: request.allowReplicationFactorChange,
  errorCode: 0,
  errorMessage: null,
  responses: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => {
      const refusal = refusalOf(services, name, partition);
      return {
        partitionIndex: partition.partitionIndex,
        errorCode: errorCode(refusal?.error ?? 'NONE'),
        errorMessage: refusal?.message ?? null,
      };
    }),
  })),
});

function refusalOf(
  { replicas, nodeId }: BrokerServices,
  topic: string,
  { partitionIndex, replicas: wanted }: Partition,
): { readonly error: ErrorName; readonly message: string | null } | undefined {
  const unknown = (message: string) => ({ error: 'UNKNOWN_TOPIC_OR_PARTITION' as const, message });
  if (replicas.topic(topic) === undefined) return unknown(`Unable to find a topic named ${topic}.`);
  if (replicas.replica(topic, partitionIndex) === undefined)
    return unknown(`Unable to find partition ${topic}:${partitionIndex}.`);
  if (wanted === null) return { error: 'NO_REASSIGNMENT_IN_PROGRESS', message: null };
  const message = assignmentError(wanted, nodeId);
  return message === undefined ? undefined : { error: 'INVALID_REPLICA_ASSIGNMENT', message };
}
