import { leaderEpochBlob, segmentFile, sidecarBlob, type TopicPartition } from '../log/file-names.js';
import type { Segment } from '../log/segment.js';

/** What stands beside a segment in an archive, in this sequence, even if it is empty. All of it follows from the batches. */
const sidecarKinds = ['index', 'timeindex', 'txnindex'] as const;

/** The entries of a partition, by the names that Kafka gives its files. These two come first. */
export function partitionEntries(partition: TopicPartition): { readonly metadata: string; readonly epochs: string } {
  const folder = `${partition.topic}-${partition.partition}`;
  return { metadata: `${folder}/partition.metadata`, epochs: leaderEpochBlob(partition) };
}

/** The entries of one of its segments. */
export function segmentEntries(
  partition: TopicPartition,
  baseOffset: number,
): { readonly log: string; readonly sidecars: readonly { readonly kind: SidecarKind; readonly name: string }[] } {
  return {
    log: segmentFile(partition, baseOffset),
    sidecars: sidecarKinds.map((kind) => ({ kind, name: sidecarBlob(partition, baseOffset, kind) })),
  };
}

export type SidecarKind = (typeof sidecarKinds)[number];

/** The bytes of what stands beside a segment. */
export function sidecarBytes(segment: Segment, kind: SidecarKind): Uint8Array {
  if (kind === 'txnindex') return segment.transactions.encode();
  return (kind === 'index' ? segment.offsetIndex : segment.timeIndex).encode();
}

/** What Kafka writes into `partition.metadata`: which topic the folder belongs to. */
export function partitionMetadata(topicId: string): Uint8Array {
  return new TextEncoder().encode(`version: 0\ntopic_id: ${topicId}\n`);
}
