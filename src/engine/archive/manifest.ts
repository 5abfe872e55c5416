import type { Millis } from '../environment/environment.js';
import { ArchiveError } from './archive-error.js';
import { ManifestField } from './manifest-field.js';

/** What an export says of itself before anything else comes. Plain data. */
export interface Manifest {
  readonly exportedAt: Millis;
  /** Of the log that it comes from. */
  readonly clusterId: string;
  readonly topics: readonly ArchivedTopic[];
  readonly groups: readonly ArchivedGroup[];
}

export interface ArchivedTopic {
  readonly name: string;
  /** As Kafka prints it. */
  readonly id: string;
  /** Its own; the others have the defaults of whatever broker it is in. */
  readonly configs: readonly { readonly name: string; readonly value: string }[];
  /** By number, from 0 on. */
  readonly partitions: readonly ArchivedPartition[];
}

export interface ArchivedPartition {
  readonly logStartOffset: number;
  /** The high watermark when the export began: the records before it are here. */
  readonly endOffset: number;
  /** Up to where the cleaner had been; null if it never was. */
  readonly cleanedTo: number | null;
  /** Oldest first, at least one. */
  readonly segments: readonly ArchivedSegment[];
}

export interface ArchivedSegment {
  readonly baseOffset: number;
  readonly bytes: number;
  /** When its file was written last: the retention of records without timestamps goes by it. */
  readonly modifiedAt: Millis;
}

/** The offsets that a group has committed for the topics that are here. */
export interface ArchivedGroup {
  readonly id: string;
  readonly offsets: readonly ArchivedOffset[];
}

export interface ArchivedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** Rules of Kafka's that hold for whoever makes topics. Each says what is wrong, or undefined. */
export interface TopicRules {
  name(name: string): string | undefined;
  configs(configs: readonly { readonly name: string; readonly value: string }[]): string | undefined;
}

/** The name of its entry, which is the first. */
export const manifestName = 'manifest.json';

/** A larger one is not read. */
export const largestManifestBytes = 16 * 1024 * 1024;

/** The most partitions that an export may have (Kafka's limit for what one request may create), and the most of its other lists. */
const mostPartitions = 10_000;
const mostOffsets = 1_000_000;
const mostSegments = 100_000;
const mostConfigs = 1000;

const format = 'partita-export';
const version = 1;

const longestName = 249;
const longestConfig = 32_767;
const longestGroupId = 32_767;
const longestMetadata = 32_767;
const largestInt32 = 0x7fff_ffff;

/** The bytes of a manifest: JSON, for people who look. */
export function encodeManifest({ exportedAt, clusterId, topics, groups }: Manifest): Uint8Array {
  const told = { format, version, exportedAt: new Date(exportedAt).toISOString(), clusterId, topics, groups };
  return new TextEncoder().encode(`${JSON.stringify(told, undefined, 1)}\n`);
}

/** The manifest that such bytes hold. Throws an `ArchiveError` that names the field. */
export function decodeManifest(bytes: Uint8Array, rules: TopicRules): Manifest {
  const root = new ManifestField(parsed(bytes), '', manifestName);
  const { exportedAt, clusterId, topics, groups, ...about } = root.fields(
    'format',
    'version',
    'exportedAt',
    'clusterId',
    'topics',
    'groups',
  );
  if (about.format.text(100) !== format) throw about.format.invalid(`'${format}' was expected`);
  const time = Date.parse(exportedAt.text(40));
  if (!Number.isSafeInteger(time)) throw exportedAt.invalid('a time such as 2026-01-31T12:00:00.000Z was expected');
  const manifest = {
    exportedAt: time,
    clusterId: clusterId.text(longestName),
    topics: topics.list(mostPartitions).map((topic) => topicOf(topic, rules)),
  };
  checkTopics(manifest.topics, topics);
  const known = new Map(manifest.topics.map((topic) => [topic.name, topic]));
  const archivedGroups = groups.list(mostOffsets).map((group) => groupOf(group, known));
  if (new Set(archivedGroups.map(({ id }) => id)).size < archivedGroups.length)
    throw groups.invalid('two groups have the same id');
  return { ...manifest, groups: archivedGroups };
}

function parsed(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ArchiveError('DAMAGED', `it is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      entry: manifestName,
    });
  }
  const told = value as { readonly format?: unknown; readonly version?: unknown } | null;
  // Of a later version nothing else is known, not even its fields.
  if (typeof told === 'object' && told?.format === format && told.version !== version)
    throw new ArchiveError(
      'UNSUPPORTED_VERSION',
      `the export has format version ${typeof told.version === 'number' ? told.version : 'none'}, but only ${version} can be read here. Import it with the version that wrote it, or a later one.`,
      { entry: manifestName },
    );
  return value;
}

function topicOf(field: ManifestField, rules: TopicRules): ArchivedTopic {
  const { name, id, configs, partitions } = field.fields('name', 'id', 'configs', 'partitions');
  const wrongName = rules.name(name.text(longestName));
  if (wrongName !== undefined) throw name.invalid(wrongName);
  if (!/^[\w-]{22}$/.test(id.text(22))) throw id.invalid('a topic id of 22 characters was expected');
  const given = configs.list(mostConfigs).map((config) => {
    const { name: key, value } = config.fields('name', 'value');
    return { name: key.text(longestName), value: value.text(longestConfig) };
  });
  if (new Set(given.map((config) => config.name)).size < given.length)
    throw configs.invalid('two configs have the same name');
  const wrongConfig = rules.configs(given);
  if (wrongConfig !== undefined) throw configs.invalid(wrongConfig);
  const archived = partitions.list(mostPartitions).map(partitionOf);
  if (archived.length === 0) throw partitions.invalid('at least one partition was expected');
  return { name: name.text(longestName), id: id.text(22), configs: given, partitions: archived };
}

function partitionOf(field: ManifestField): ArchivedPartition {
  const { logStartOffset, endOffset, cleanedTo, segments } = field.fields(
    'logStartOffset',
    'endOffset',
    'cleanedTo',
    'segments',
  );
  const [start, end] = [logStartOffset.offset(), endOffset.offset()];
  const archived = segments.list(mostSegments).map((segment): ArchivedSegment => {
    const { baseOffset, bytes, modifiedAt } = segment.fields('baseOffset', 'bytes', 'modifiedAt');
    return {
      baseOffset: baseOffset.offset(),
      bytes: bytes.integer(0, largestInt32),
      modifiedAt: modifiedAt.integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    };
  });
  const first = archived[0];
  const last = archived.at(-1);
  if (first === undefined || last === undefined) throw segments.invalid('at least one segment was expected');
  archived.forEach(({ baseOffset }, index) => {
    const before = archived[index - 1]?.baseOffset;
    if (before !== undefined && baseOffset <= before)
      throw segments.invalid(`the segment of offset ${baseOffset} comes after that of ${before}`);
  });
  if (start < first.baseOffset || start > end)
    throw logStartOffset.invalid(
      `${start} was found where an offset from the first segment's ${first.baseOffset} to the end ${end} was expected`,
    );
  if (end < last.baseOffset)
    throw endOffset.invalid(`${end} was found, but the last segment begins at ${last.baseOffset}`);
  const cleaned = cleanedTo.isNull ? null : cleanedTo.integer(0, end);
  return { logStartOffset: start, endOffset: end, cleanedTo: cleaned, segments: archived };
}

function checkTopics(topics: readonly ArchivedTopic[], field: ManifestField): void {
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
  if (topics.length === 0) throw field.invalid('at least one topic was expected');
  if (partitions > mostPartitions)
    throw new ArchiveError('TOO_LARGE', `it has ${partitions} partitions, but at most ${mostPartitions} are read.`, {
      entry: manifestName,
    });
  for (const what of ['name', 'id'] as const) {
    const seen = new Set<string>();
    for (const topic of topics) {
      if (seen.has(topic[what])) throw field.invalid(`two topics have the ${what} '${topic[what]}'`);
      seen.add(topic[what]);
    }
  }
}

function groupOf(field: ManifestField, topics: ReadonlyMap<string, ArchivedTopic>): ArchivedGroup {
  const { id, offsets } = field.fields('id', 'offsets');
  const seen = new Set<string>();
  const archived = offsets.list(mostOffsets).map((committed) => {
    const offset = offsetOf(committed, topics);
    const place = `${offset.topic}-${offset.partition}`;
    if (seen.has(place)) throw committed.invalid(`the group has two offsets for ${place}`);
    seen.add(place);
    return offset;
  });
  return { id: id.text(longestGroupId), offsets: archived };
}

function offsetOf(field: ManifestField, topics: ReadonlyMap<string, ArchivedTopic>): ArchivedOffset {
  const found = field.fields('topic', 'partition', 'offset', 'leaderEpoch', 'metadata');
  const topic = topics.get(found.topic.text(longestName));
  if (topic === undefined) throw found.topic.invalid('this topic is not in the export');
  const number = found.partition.integer(0, topic.partitions.length - 1);
  const offset = found.offset.offset();
  const end = topic.partitions[number]?.endOffset ?? 0;
  if (offset > end)
    throw found.offset.invalid(
      `${offset} was committed, but ${topic.name}-${number} ends at ${end}: a group can't have read beyond it`,
    );
  return {
    topic: topic.name,
    partition: number,
    offset,
    leaderEpoch: found.leaderEpoch.integer(-1, largestInt32),
    metadata: found.metadata.text(longestMetadata),
  };
}
