import type { Storage, StorageWrite } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { leaderEpochBlob, parseSegmentFile, partitionFolder, segmentFile, type TopicPartition } from './file-names.js';
import { LeaderEpochs } from './leader-epochs.js';
import { recoverLog, type StoredSegment } from './log-recovery.js';
import { Segment } from './segment.js';

/** A log as it is once `writes` are durable. */
export interface OpenedLog {
  readonly segments: readonly Segment[];
  /** The latest of them is the new leader's. */
  readonly epochs: LeaderEpochs;
  readonly writes: readonly StorageWrite[];
  /** Whether nothing of it was stored. */
  readonly isNew: boolean;
  readonly truncatedBytes: number;
  readonly reason: string | null;
}

/** What opening needs to know. */
export interface LogToOpen extends TopicPartition {
  readonly environment: Environment;
  readonly storage: Storage;
  readonly leaderEpoch?: number;
}

/** Finds out what is stored of a log, and which writes make it sound and begin the new leader's epoch. Writes nothing. */
export async function openLog(options: LogToOpen, indexIntervalBytes: number): Promise<OpenedLog> {
  const stored = await storedSegments(options);
  const recovered = await recoverLog(options.storage, options, stored, indexIntervalBytes);
  const isNew = stored.length === 0;
  const segments = isNew ? [new Segment(segmentFile(options, 0), 0)] : recovered.segments;
  const endOffset = (segments.at(-1) as Segment).nextOffset;
  const epochs = (await storedEpochs(options)) ?? recovered.epochs;
  const latest = Math.max(epochs.latest, recovered.epochs.latest);
  const leaderEpoch = options.leaderEpoch ?? latest + 1;
  if (leaderEpoch <= latest) {
    throw new KafkaError(
      'FENCED_LEADER_EPOCH',
      `${partitionFolder(options)} was to be opened in leader epoch ${leaderEpoch}, but ${latest} has been used. Begin with a later one.`,
    );
  }
  epochs.truncateFromEnd(endOffset);
  epochs.assign(leaderEpoch, endOffset);
  const checkpoint: StorageWrite = {
    kind: 'put-blob',
    name: leaderEpochBlob(options),
    bytes: new TextEncoder().encode(epochs.toText()),
  };
  const begin: StorageWrite = {
    kind: 'append',
    file: segmentFile(options, 0),
    position: 0,
    bytes: new Uint8Array(0),
    modifiedAt: options.environment.clock.now(),
  };
  return {
    segments,
    epochs,
    writes: [...recovered.repairs, ...(isNew ? [begin] : []), checkpoint],
    isNew,
    truncatedBytes: recovered.truncatedBytes,
    reason: recovered.reason,
  };
}

async function storedSegments({ storage, topic, partition }: LogToOpen): Promise<StoredSegment[]> {
  const segments = (await storage.files()).flatMap(({ name, size, modifiedAt }) => {
    const file = parseSegmentFile(name);
    if (file?.topic !== topic || file.partition !== partition) return [];
    return [{ baseOffset: file.baseOffset, size, modifiedAt }];
  });
  return segments.sort((a, b) => a.baseOffset - b.baseOffset);
}

/** The checkpoint, if it is there and sound; without it the batches themselves tell their epochs. */
async function storedEpochs(options: LogToOpen): Promise<LeaderEpochs | undefined> {
  const bytes = await options.storage.readBlob(leaderEpochBlob(options));
  return bytes && LeaderEpochs.parse(new TextDecoder().decode(bytes));
}
