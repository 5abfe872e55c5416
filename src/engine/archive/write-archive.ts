import type { Millis } from '../environment/environment.js';
import { StorageError } from '../environment/storage.js';
import type { TopicPartition } from '../log/file-names.js';
import { batchesOfFile } from '../log/log-recovery.js';
import { crc32c } from '../protocol/crc32c.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { ArchiveError } from './archive-error.js';
import { partitionEntries, partitionMetadata, segmentEntries, sidecarBytes } from './archive-files.js';
import { Checksums, checksumsName } from './checksums.js';
import {
  encodeManifest,
  largestManifestBytes,
  manifestName,
  type ArchivedGroup,
  type ArchivedTopic,
} from './manifest.js';
import { PartitionScan } from './partition-scan.js';
import type { PartitionSnapshot, SegmentRange } from './partition-snapshot.js';
import { inPieces, pieceBytes } from './pieces.js';
import { encodeTarHeader, padded, tarEndBytes } from './tar-header.js';
import type { TransferProgress } from './transfer-progress.js';

/** A topic as it is exported, with what its partitions hold. */
export interface TopicSnapshot extends Omit<ArchivedTopic, 'partitions'> {
  readonly partitions: readonly PartitionSnapshot[];
}

export interface ArchiveContents {
  readonly exportedAt: Millis;
  readonly clusterId: string;
  readonly topics: readonly TopicSnapshot[];
  readonly groups: readonly ArchivedGroup[];
}

/** A batch that is larger is neither written nor read: whoever reads it must hold it whole. */
export const largestBatchBytes = 64 * 1024 * 1024;

/**
 * Writes an archive: an uncompressed tar with the manifest first, then each partition's folder with the files that Kafka keeps there, and a list of checksums last. Hands out
 * pieces that belong to whoever takes them, and tells `progress` before each. Holds no more than a piece and the window of a segment that is being read. Throws an
 * `ArchiveError` for a segment that is damaged or gone.
 */
export function writeArchive(
  contents: ArchiveContents,
  progress: (progress: TransferProgress) => void = () => undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  return new ArchiveWriter(contents, progress).pieces();
}

class ArchiveWriter {
  private readonly checksums = new Checksums();
  private readonly manifest: Uint8Array;
  private readonly totalBytes: number;
  private bytes = 0;
  private records = 0;
  private topicsDone = 0;

  constructor(
    private readonly contents: ArchiveContents,
    private readonly progress: (progress: TransferProgress) => void,
  ) {
    const topics = contents.topics.map(({ name, id, configs, partitions }) => ({
      name,
      id,
      configs,
      partitions: partitions.map(({ archived }) => archived),
    }));
    this.manifest = encodeManifest({ ...contents, topics });
    if (this.manifest.length > largestManifestBytes)
      throw new ArchiveError(
        'TOO_LARGE',
        `The manifest of this export would have ${this.manifest.length} bytes, but only ${largestManifestBytes} can be read again. Export fewer topics or groups at a time.`,
      );
    this.totalBytes = topics
      .flatMap(({ partitions }) => partitions.flatMap(({ segments }) => segments))
      .reduce((sum, segment) => sum + segment.bytes, 0);
  }

  async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for await (const piece of inPieces(this.parts(), pieceBytes)) {
      const { bytes, totalBytes, records } = this;
      this.progress({ bytes, totalBytes, records, topics: this.topicsDone, totalTopics: this.contents.topics.length });
      yield piece;
    }
  }

  private async *parts(): AsyncGenerator<Uint8Array> {
    yield* this.entry(manifestName, this.manifest);
    for (const topic of this.contents.topics) {
      for (const [partition, snapshot] of topic.partitions.entries()) {
        yield* this.partition({ topic: topic.name, partition }, topic.id, snapshot);
        snapshot.release();
      }
      this.topicsDone += 1;
    }
    yield* this.entry(checksumsName, this.checksums.encode());
    yield new Uint8Array(tarEndBytes);
  }

  private async *partition(
    partition: TopicPartition,
    topicId: string,
    snapshot: PartitionSnapshot,
  ): AsyncGenerator<Uint8Array> {
    const scan = new PartitionScan(snapshot.log.config);
    const recordsBefore = this.records;
    const entries = partitionEntries(partition);
    yield* this.entry(entries.metadata, partitionMetadata(topicId));
    yield* this.entry(entries.epochs, new TextEncoder().encode(snapshot.leaderEpochs));
    for (const range of snapshot.ranges) {
      const { log, sidecars } = segmentEntries(partition, range.baseOffset);
      scan.begin(log, range.baseOffset, range.modifiedAt);
      for await (const bytes of this.segment(log, range, snapshot, scan)) {
        this.records = recordsBefore + scan.records;
        yield bytes;
      }
      const segment = scan.finish();
      for (const { kind, name } of sidecars) yield* this.entry(name, sidecarBytes(segment, kind), range.modifiedAt);
    }
  }

  private async *segment(
    name: string,
    range: SegmentRange,
    { log }: PartitionSnapshot,
    scan: PartitionScan,
  ): AsyncGenerator<Uint8Array> {
    const { segment, from, to } = range;
    yield encodeTarHeader({ name, size: to - from, modifiedAt: range.modifiedAt });
    const storage = { read: (_: string, at: number, length: number) => log.readSegment(segment, at, length) };
    const batches = batchesOfFile(storage, segment.file, { from, to, checks: 'all' });
    let crc = 0;
    // Whole batches of one window go out together.
    let window: Uint8Array = new Uint8Array(0);
    let [start, end] = [0, 0];
    const flush = (): Uint8Array => {
      const bytes = window.subarray(start, end);
      crc = crc32c(bytes, 0, bytes.length, crc);
      this.bytes += bytes.length;
      return bytes;
    };
    for (;;) {
      const next = await readNext(batches, name);
      if (next === undefined) break;
      const { header, bytes } = next;
      if (header.sizeInBytes > largestBatchBytes)
        throw new ArchiveError(
          'TOO_LARGE',
          `a batch of ${header.sizeInBytes} bytes; only ${largestBatchBytes} could be read again.`,
          { entry: name, byte: next.filePosition - from, offset: header.baseOffset },
        );
      if (bytes !== window) {
        yield flush();
        window = bytes;
        start = header.position;
      }
      end = header.position + header.sizeInBytes;
      scan.add(header, bytes);
    }
    yield flush();
    this.checksums.add(name, crc);
    yield new Uint8Array(padded(to - from) - (to - from));
  }

  private *entry(name: string, bytes: Uint8Array, modifiedAt = this.contents.exportedAt): Generator<Uint8Array> {
    yield encodeTarHeader({ name, size: bytes.length, modifiedAt });
    yield bytes;
    yield new Uint8Array(padded(bytes.length) - bytes.length);
    this.checksums.add(name, crc32c(bytes, 0, bytes.length));
  }
}

/** The next batch; undefined at the end. What keeps it from being read is told as the archive's error. */
async function readNext(
  batches: ReturnType<typeof batchesOfFile>,
  name: string,
): Promise<Exclude<Awaited<ReturnType<typeof batches.next>>['value'], string | null> | undefined> {
  let next: Awaited<ReturnType<typeof batches.next>>;
  try {
    next = await batches.next();
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    const isDamaged = error.cause instanceof StorageError && error.cause.code === 'corrupt';
    throw new ArchiveError(
      isDamaged ? 'DAMAGED' : 'LOG_CHANGED',
      isDamaged
        ? `the log itself is damaged: ${error.message}`
        : `it can't be read any more: ${error.message} Export again.`,
      { entry: name },
      { cause: error },
    );
  }
  if (next.done !== true) return next.value;
  if (next.value === null) return undefined;
  throw new ArchiveError('DAMAGED', `the log itself is damaged: ${next.value}.`, { entry: name });
}
