import type { Storage } from '../environment/storage.js';
import {
  checkpointBlob,
  leaderEpochBlob,
  parseSegmentFile,
  partitionFolder,
  segmentFile,
  type TopicPartition,
} from './file-names.js';
import { decodeCheckpoint, type LogCheckpoint } from './log-checkpoint.js';
import { LeaderEpochs } from './leader-epochs.js';
import { batchesOfFile } from './log-recovery.js';
import { readSoundBlob } from './sound-blob.js';

/** A file of the log as it is stored. */
export interface StoredSegment {
  readonly baseOffset: number;
  readonly size: number;
  readonly modifiedAt: number;
}

/** What is stored of a log. */
export interface StoredLog {
  /** In order. */
  readonly segments: readonly StoredSegment[];
  /** The first offsets of segments that do not count any more; their files wait to be deleted. */
  readonly dead: readonly number[];
  /** The names of all blobs in its folder. */
  readonly blobs: readonly string[];
  /** If it is there and sound. A cleaning that was under way is decided: it has happened, or it has not. */
  readonly checkpoint: LogCheckpoint | undefined;
  /** If they are there and sound; without them the batches themselves tell their epochs. */
  readonly epochs: LeaderEpochs | undefined;
}

/** Looks at what is stored of a log. Writes nothing. */
export async function readStoredLog(storage: Storage, partition: TopicPartition): Promise<StoredLog> {
  const { files, blobs } = await storage.contents(partitionFolder(partition));
  const found = files.flatMap(({ name, size, modifiedAt }) => {
    const file = parseSegmentFile(name);
    return file === undefined ? [] : [{ baseOffset: file.baseOffset, size, modifiedAt }];
  });
  found.sort((a, b) => a.baseOffset - b.baseOffset);
  const epochBytes = await readSoundBlob(storage, leaderEpochBlob(partition));
  const bytes = await readSoundBlob(storage, checkpointBlob(partition));
  const told = bytes && decodeCheckpoint(bytes);
  const checkpoint = told && (await withCleaningDecided(storage, partition, told, found));
  const isDead = deadBy(checkpoint);
  return {
    segments: found.filter(({ baseOffset }) => !isDead(baseOffset)),
    dead: found.filter(({ baseOffset }) => isDead(baseOffset)).map(({ baseOffset }) => baseOffset),
    blobs,
    checkpoint,
    epochs: epochBytes && LeaderEpochs.parse(new TextDecoder().decode(epochBytes)),
  };
}

/** A checkpoint tells of every segment before the active one that counts. What else is there was deleted, or has become part of another. */
function deadBy(checkpoint: LogCheckpoint | undefined): (baseOffset: number) => boolean {
  const active = checkpoint?.active;
  if (active === undefined) return () => false;
  const sealed = new Set(checkpoint?.sealed.map(({ baseOffset }) => baseOffset));
  return (baseOffset) => baseOffset < active.baseOffset && !sealed.has(baseOffset);
}

/** If the segment that replaces others is there, they are gone; otherwise it never happened. Two that are alike in size and end hold the same records. */
async function withCleaningDecided(
  storage: Storage,
  partition: TopicPartition,
  { cleaning, ...checkpoint }: LogCheckpoint,
  found: readonly StoredSegment[],
): Promise<LogCheckpoint> {
  const first = found.find(({ baseOffset }) => baseOffset === cleaning?.by.baseOffset);
  if (cleaning === undefined || first?.size !== cleaning.by.size) return { ...checkpoint, cleaning: undefined };
  let nextOffset = first.baseOffset;
  const file = segmentFile(partition, first.baseOffset);
  for await (const { header } of batchesOfFile(storage, file, { from: 0, to: first.size, checks: 'none' }))
    nextOffset = header.lastOffset + 1;
  if (nextOffset !== cleaning.by.nextOffset) return { ...checkpoint, cleaning: undefined };
  const others = checkpoint.sealed.filter(({ baseOffset }) => !cleaning.replaced.includes(baseOffset));
  const sealed = [...others, cleaning.by].sort((a, b) => a.baseOffset - b.baseOffset);
  return { ...checkpoint, sealed, cleaning: undefined };
}
