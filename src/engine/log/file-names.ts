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

/** The blobs beside a segment: its offset index, time index and transaction index, and the state of the producers where it begins. */
export function sidecarBlob(
  partition: TopicPartition,
  offset: number,
  kind: 'index' | 'timeindex' | 'txnindex' | 'snapshot',
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

/** The partition and base offset that the name of a segment's file tells; undefined for any other file. */
export function parseSegmentFile(name: string): (TopicPartition & { readonly baseOffset: number }) | undefined {
  // The topic may have dashes of its own: the last one stands before the partition.
  const [, topic, partition, baseOffset] = /^(.+)-(\d+)\/(\d{20})\.log$/.exec(name) ?? [];
  if (topic === undefined) return undefined;
  return { topic, partition: Number(partition), baseOffset: Number(baseOffset) };
}

function offsetName(partition: TopicPartition, offset: number, ending: string): string {
  return `${partitionFolder(partition)}/${String(offset).padStart(20, '0')}.${ending}`;
}
