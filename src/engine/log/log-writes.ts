import type { StorageWrite } from '../environment/storage.js';
import { crc32c } from '../protocol/crc32c.js';
import {
  checkpointBlob,
  leaderEpochBlob,
  segmentFile,
  sidecarBlob,
  sidecarKinds,
  type TopicPartition,
} from './file-names.js';
import { encodeCheckpoint, type LogCheckpoint, type SealedSegment } from './log-checkpoint.js';
import type { LeaderEpochs } from './leader-epochs.js';
import type { Segment } from './segment.js';

/** Stores the leader epochs. */
export function epochWrite(partition: TopicPartition, epochs: LeaderEpochs): StorageWrite {
  return { kind: 'put-blob', name: leaderEpochBlob(partition), bytes: new TextEncoder().encode(epochs.toText()) };
}

/** Stores the checkpoint. */
export function checkpointWrite(partition: TopicPartition, checkpoint: LogCheckpoint): StorageWrite {
  return { kind: 'put-blob', name: checkpointBlob(partition), bytes: encodeCheckpoint(checkpoint) };
}

/** Begins a segment's file, in the place of whatever is there under that name. */
export function segmentCreation({ file, modifiedAt }: Segment): StorageWrite {
  return { kind: 'replace', file, bytes: new Uint8Array(0), modifiedAt };
}

/** Removes a segment and what stands beside it. */
export function segmentDeletion(partition: TopicPartition, baseOffset: number): StorageWrite[] {
  return [
    { kind: 'delete', file: segmentFile(partition, baseOffset) },
    ...sidecarKinds.map((kind): StorageWrite => ({
      kind: 'delete-blob',
      name: sidecarBlob(partition, baseOffset, kind),
    })),
  ];
}

/** Stores a segment's indexes beside it, and notes their checksum, which goes into the checkpoint. */
export function sidecarWrites(partition: TopicPartition, segment: Segment): StorageWrite[] {
  const contents = {
    index: segment.offsetIndex.encode(),
    timeindex: segment.timeIndex.encode(),
    txnindex: segment.transactions.encode(),
  };
  segment.indexChecksum = checksumOfIndexes(sidecarKinds.map((kind) => contents[kind]));
  return sidecarKinds.map((kind) => {
    const name = sidecarBlob(partition, segment.baseOffset, kind);
    const bytes = contents[kind];
    return kind === 'txnindex' && bytes.length === 0
      ? { kind: 'delete-blob', name }
      : { kind: 'put-blob', name, bytes };
  });
}

/** What the checkpoint tells of a segment that is full, and has its indexes beside it. */
export function sealedSegment({ baseOffset, size, nextOffset, indexChecksum }: Segment): SealedSegment {
  return { baseOffset, size, nextOffset, indexes: indexChecksum };
}

/** The checksum of a segment's indexes, in the sequence of `sidecarKinds`; one that is not there counts as empty. */
export function checksumOfIndexes(contents: readonly (Uint8Array | undefined)[]): number {
  return contents.reduce((before: number, bytes = new Uint8Array(0)) => {
    const length = Uint8Array.of(bytes.length >>> 24, bytes.length >>> 16, bytes.length >>> 8, bytes.length);
    return crc32c(bytes, 0, bytes.length, crc32c(length, 0, 4, before));
  }, 0);
}
