import type { Clock } from '../environment/environment.js';
import type { Storage } from '../environment/storage.js';
import type { TopicPartition } from '../log/file-names.js';
import { LeaderEpochs } from '../log/leader-epochs.js';
import { logOverhead } from '../protocol/batch-header.js';
import { ArchiveError, shownName } from './archive-error.js';
import { partitionEntries, partitionMetadata, segmentEntries } from './archive-files.js';
import { batchLength, inspectBatch, type BatchPlace } from './batch-inspection.js';
import { ByteSource } from './byte-source.js';
import { Checksums, checksumsName } from './checksums.js';
import {
  decodeManifest,
  largestManifestBytes,
  manifestName,
  type ArchivedPartition,
  type ArchivedSegment,
  type ArchivedTopic,
  type Manifest,
  type TopicRules,
} from './manifest.js';
import type { Indexing } from './partition-scan.js';
import { StagedPartition, type AbortedOnImport } from './staged-partition.js';
import { Staging } from './staging.js';
import { TarReader } from './tar-reader.js';
import type { TransferProgress } from './transfer-progress.js';
import { largestBatchBytes } from './write-archive.js';

/** Where an archive goes, and what decides whether it may. */
export interface ArchiveTarget {
  /** Nothing in it refers to what is put down here. */
  readonly storage: Pick<Storage, 'commit'>;
  readonly clock: Clock;
  readonly rules: TopicRules;
  /** Called once, with what the archive says of itself, before anything is written. Answers under which names its topics are put down; rejects with why they may not. */
  admit(manifest: Manifest): Promise<ReadonlyMap<string, AdmittedTopic>>;
  progress?(progress: TransferProgress): void;
}

export interface AdmittedTopic {
  readonly name: string;
  /** The topic's configs for indexes. */
  readonly indexing: Indexing;
}

/** An archive that was read to its end without fault. All that it holds is durable, beside the topics that are there. */
export interface StagedArchive {
  readonly manifest: Manifest;
  readonly topics: readonly StagedTopic[];
  readonly abortedTransactions: readonly AbortedOnImport[];
  /** -1 without any. */
  readonly largestProducerId: number;
}

export interface StagedTopic {
  /** Under which its logs are put down. */
  readonly name: string;
  readonly archived: ArchivedTopic;
  readonly records: number;
  readonly bytes: number;
  /** The epoch in which each partition goes on. */
  readonly leaderEpochs: readonly number[];
}

/** Progress is told after so many bytes, and after each topic. */
const tellEveryBytes = 256 * 1024;

/** Larger files of leader epochs are not read. */
const largestEpochsBytes = 1024 * 1024;

/** Later epochs would leave no room for the starts of brokers to come. */
const latestEpoch = 2_000_000_000;

/**
 * Reads an archive that anybody may have made, once from front to back: checks every entry's name, size and checksum and every batch and record, and puts the logs down in
 * `target.storage`. Holds one batch and about a megabyte of what waits to be written. Throws an `ArchiveError` at the first thing that is wrong: what was put
 * down by then is the caller's to remove.
 */
export async function readArchive(pieces: AsyncIterable<Uint8Array>, target: ArchiveTarget): Promise<StagedArchive> {
  const source = new ByteSource(pieces);
  try {
    return await new ArchiveReading(new TarReader(source), target).read();
  } finally {
    await source.close();
  }
}

class ArchiveReading {
  private readonly checksums = new Checksums();
  private readonly staging: Staging;
  private readonly aborted: AbortedOnImport[] = [];
  private largestProducerId = -1;
  private toldBytes = 0;
  private progress: { bytes: number; totalBytes: number; records: number; topics: number; totalTopics: number };

  constructor(
    private readonly tar: TarReader,
    private readonly target: ArchiveTarget,
  ) {
    this.staging = new Staging(target.storage);
    this.progress = { bytes: 0, totalBytes: 0, records: 0, topics: 0, totalTopics: 0 };
  }

  async read(): Promise<StagedArchive> {
    const manifest = decodeManifest(await this.entry(manifestName, largestManifestBytes), this.target.rules);
    const admitted = await this.target.admit(manifest);
    this.progress.totalTopics = manifest.topics.length;
    for (const { partitions } of manifest.topics)
      for (const { segments } of partitions) for (const { bytes } of segments) this.progress.totalBytes += bytes;
    const topics: StagedTopic[] = [];
    for (const archived of manifest.topics) {
      topics.push(await this.topic(archived, admitted.get(archived.name) as AdmittedTopic));
      this.progress.topics += 1;
      this.tellProgress();
    }
    await this.tar.open(checksumsName, { size: this.checksums.size });
    this.checksums.check(await this.tar.whole());
    await this.tar.finish();
    await this.tar.end();
    await this.staging.flush();
    return { manifest, topics, abortedTransactions: this.aborted, largestProducerId: this.largestProducerId };
  }

  private async topic(archived: ArchivedTopic, { name, indexing }: AdmittedTopic): Promise<StagedTopic> {
    const [recordsBefore, bytesBefore] = [this.progress.records, this.progress.bytes];
    const leaderEpochs: number[] = [];
    for (const number of archived.partitions.keys())
      leaderEpochs.push(await this.partition(archived, number, name, indexing));
    const { records, bytes } = this.progress;
    return { name, archived, leaderEpochs, records: records - recordsBefore, bytes: bytes - bytesBefore };
  }

  /** Answers the epoch in which the partition goes on. */
  private async partition(topic: ArchivedTopic, number: number, name: string, indexing: Indexing): Promise<number> {
    const archived = topic.partitions[number] as ArchivedPartition;
    const here: TopicPartition = { topic: name, partition: number };
    const source: TopicPartition = { topic: topic.name, partition: number };
    const entries = partitionEntries(source);
    await this.metadata(entries.metadata, topic.id);
    const epochs = await this.epochs(entries.epochs, archived);
    const epochFor = (offset: number) => epochs.epochFor(Math.max(offset, archived.logStartOffset));
    const staged = new StagedPartition(this.staging, here, archived, epochs, indexing);
    let nextOffset = 0;
    for (const [index, segment] of archived.segments.entries()) {
      const { log, sidecars } = segmentEntries(source, segment.baseOffset);
      const endOffset = archived.segments[index + 1]?.baseOffset ?? archived.endOffset;
      nextOffset = await this.segment(log, segment, { endOffset, epochFor }, staged);
      for (const { name } of sidecars) await this.derived(name, segment);
    }
    const last = archived.segments.at(-1) as ArchivedSegment;
    if (nextOffset !== archived.endOffset)
      throw new ArchiveError(
        'DAMAGED',
        `the manifest says that ${topic.name}-${number} ends at offset ${archived.endOffset}, but its last segment ends at ${nextOffset}.`,
        { entry: manifestName },
      );
    const aborted = await staged.finish(this.target.clock.now());
    this.aborted.push(...aborted);
    this.largestProducerId = Math.max(this.largestProducerId, staged.scan.largestProducerId);
    if (archived.endOffset + aborted.length - last.baseOffset > 0x7fff_ffff)
      throw new ArchiveError('INVALID', `${topic.name}-${number} has no room for the ends of its open transactions.`);
    return epochs.latest + 1;
  }

  /** Reads a segment, puts it down, and answers where it ends. */
  private async segment(
    entry: string,
    segment: ArchivedSegment,
    { endOffset, epochFor }: Pick<BatchPlace, 'endOffset' | 'epochFor'>,
    staged: StagedPartition,
  ): Promise<number> {
    const { size } = await this.tar.open(entry, { size: segment.bytes });
    await staged.begin(segment);
    const { baseOffset } = segment;
    const recordsBefore = this.progress.records - staged.scan.records;
    let nextOffset = baseOffset;
    for (let byte = 0; byte < size;) {
      const bytes = await this.batch(entry, byte, size - byte);
      const header = inspectBatch(bytes, { entry, byte, nextOffset, baseOffset, endOffset, epochFor });
      await staged.add(header, bytes);
      nextOffset = header.lastOffset + 1;
      byte += bytes.length;
      this.progress.bytes += bytes.length;
      this.progress.records = recordsBefore + staged.scan.records;
      if (this.progress.bytes - this.toldBytes >= tellEveryBytes) this.tellProgress();
    }
    this.checksums.add(entry, await this.tar.finish());
    return nextOffset;
  }

  /** The next batch of the entry; its own copy. */
  private async batch(entry: string, byte: number, left: number): Promise<Uint8Array> {
    if (left < logOverhead)
      throw new ArchiveError('DAMAGED', `${left} bytes are left, but a batch has more.`, { entry, byte });
    const start = await this.tar.exactly(logOverhead);
    const length = batchLength(start, { entry, byte }, { left, largest: largestBatchBytes });
    return this.tar.exactly(length, start);
  }

  private async metadata(name: string, topicId: string): Promise<void> {
    const expected = new TextDecoder().decode(partitionMetadata(topicId));
    const found = new TextDecoder().decode(await this.entry(name, 1024));
    if (found !== expected)
      throw new ArchiveError(
        'DAMAGED',
        `'${shownName(found)}' was found where '${shownName(expected)}' was expected: the topic's id in the manifest is another.`,
        { entry: name },
      );
  }

  private async epochs(name: string, { endOffset, logStartOffset }: ArchivedPartition): Promise<LeaderEpochs> {
    const epochs = LeaderEpochs.parse(new TextDecoder().decode(await this.entry(name, largestEpochsBytes)));
    const refuse = (found: string): never => {
      throw new ArchiveError('INVALID', `${found}.`, { entry: name });
    };
    if (epochs === undefined)
      return refuse(
        'it should hold version 0, a count, and as many lines with a leader epoch and its first offset, both rising',
      );
    const [first, last] = [epochs.all[0], epochs.all.at(-1)];
    if (first !== undefined && first.startOffset < logStartOffset)
      refuse(`epoch ${first.epoch} begins at offset ${first.startOffset}, before the log's start ${logStartOffset}`);
    if (last !== undefined && last.startOffset >= endOffset)
      refuse(`epoch ${last.epoch} begins at offset ${last.startOffset}, but the partition ends at ${endOffset}`);
    if (epochs.latest > latestEpoch)
      refuse(`epoch ${epochs.latest} is the latest, but beyond ${latestEpoch} there is no room for those to come`);
    return epochs;
  }

  /** What follows from the batches is made anew from them; here it must only be what its checksum says. */
  private async derived(name: string, segment: ArchivedSegment): Promise<void> {
    await this.tar.open(name, { largest: segment.bytes });
    while ((await this.tar.some(64 * 1024)) !== undefined);
    this.checksums.add(name, await this.tar.finish());
  }

  private async entry(name: string, largest: number): Promise<Uint8Array> {
    await this.tar.open(name, { largest });
    const bytes = await this.tar.whole();
    this.checksums.add(name, await this.tar.finish());
    return bytes;
  }

  private tellProgress(): void {
    this.toldBytes = this.progress.bytes;
    this.target.progress?.({ ...this.progress });
  }
}
