import { encodeMetadataRecord } from '../protocol/metadata-records.js';

/** What makes a topic, as values of metadata records: one for itself, one a partition, which begins in its epoch of `leaderEpochs`, one a config. */
export function topicRecords(
  { name, topicId }: { readonly name: string; readonly topicId: Uint8Array },
  leaderEpochs: readonly number[],
  configs: Iterable<readonly [string, string]>,
  nodeId: number,
): readonly Uint8Array[] {
  return [
    encodeMetadataRecord('TopicRecord', { name, topicId }),
    ...leaderEpochs.map((leaderEpoch, partition) => partitionRecord(topicId, partition, leaderEpoch, nodeId)),
    ...Array.from(configs, ([key, value]) =>
      encodeMetadataRecord('ConfigRecord', { resourceType: 2, resourceName: name, name: key, value }),
    ),
  ];
}

/** What adds a partition, whose only replica and leader is the node. */
export function partitionRecord(
  topicId: Uint8Array,
  partitionId: number,
  leaderEpoch: number,
  nodeId: number,
): Uint8Array {
  return encodeMetadataRecord('PartitionRecord', {
    partitionId,
    topicId,
    replicas: [nodeId],
    isr: [nodeId],
    leader: nodeId,
    leaderEpoch,
    partitionEpoch: 0,
  });
}
