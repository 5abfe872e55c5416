/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The folder of a partition, as Kafka names it: `orders-0`. */
export function partitionFolder({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** The file of the segment that begins at `baseOffset`: `orders-0/00000000000000000000.log`. */
export function segmentFile(partition: TopicPartition, baseOffset: number): string {
  return offsetName(partition, baseOffset, 'log');
}

/** What stands beside a segment: its offset index, time index and transaction index. */
export const sidecarKinds = ['index', 'timeindex', 'txnindex'] as const;

/** The blobs beside a segment, and the state of the producers at an offset. */
export function sidecarBlob(
  partition: TopicPartition,
  offset: number,
  kind: (typeof sidecarKinds)[number] | 'snapshot',
): string {
  return offsetName(partition, offset, kind);
}

/** The blob that holds a partition's leader epochs. */
export function leaderEpochBlob(partition: TopicPartition): string {
  return `${partitionFolder(partition)}/leader-epoch-checkpoint`;
}

/** The blob that tells where a log starts and how much of it need not be read when it is opened. */
export function checkpointBlob(partition: TopicPartition): string {
  return `${partitionFolder(partition)}/checkpoint`;
}

/** The blob that tells which topic a partition is of, by id. */
export function partitionMetadataBlob(partition: TopicPartition): string {
  return `${partitionFolder(partition)}/partition.metadata`;
}

/** The partition in whose folder a file or blob lies; undefined if it lies in none. */
export function parsePartitionFolder(name: string): TopicPartition | undefined {
  // The topic may have dashes of its own: the last one stands before the partition.
  const [, topic, partition] = /^(.+)-(\d+)\/[^/]+$/.exec(name) ?? [];
  return topic === undefined ? undefined : { topic, partition: Number(partition) };
}

/** The partition and base offset that the name of a segment's file tells; undefined for any other file. */
export function parseSegmentFile(name: string): (TopicPartition & { readonly baseOffset: number }) | undefined {
  const folder = parsePartitionFolder(name);
  const [, baseOffset] = /\/(\d{20})\.log$/.exec(name) ?? [];
  return folder === undefined || baseOffset === undefined ? undefined : { ...folder, baseOffset: Number(baseOffset) };
}

/** The offset in the name of such a blob of the partition, and which it is; undefined for any other. */
export function parseSidecarBlob(
  partition: TopicPartition,
  name: string,
): { readonly offset: number; readonly kind: (typeof sidecarKinds)[number] | 'snapshot' } | undefined {
  const within = name.slice(partitionFolder(partition).length + 1);
  const [, offset, kind] = /^(\d{20})\.(index|timeindex|txnindex|snapshot)$/.exec(within) ?? [];
  if (kind === undefined) return undefined;
  return { offset: Number(offset), kind: kind as (typeof sidecarKinds)[number] | 'snapshot' };
}

function offsetName(partition: TopicPartition, offset: number, ending: string): string {
  return `${partitionFolder(partition)}/${String(offset).padStart(20, '0')}.${ending}`;
}
