import { ArchiveError } from '../archive/archive-error.js';
import type { ArchivedTopic } from '../archive/manifest.js';
import { isZeroId, topicIdBytes, topicIdText } from '../protocol/topic-id.js';
import type { MetadataImage } from './metadata-image.js';
import { collisionKey, isInternalTopic, clusterMetadataTopic, topicNameError } from './topic-name.js';
import { topicRecords } from './topic-records.js';

/** A topic of an export, and the name that it shall have here. */
export interface TopicToImport {
  readonly archived: ArchivedTopic;
  readonly name: string;
}

/** A topic that may be imported, with the id that it will have. */
export interface AcceptedImport extends TopicToImport {
  readonly topicId: Uint8Array;
  /** The id in the export can't be kept: a topic has it here, or had it, and clients may remember that one. */
  readonly hasNewId: boolean;
}

/** A batch of metadata is one message; a larger one would be refused. */
const mostMetadataBytes = 1_000_000;

/** What is wrong with the name of a topic that is exported or imported; undefined if nothing is. */
export function transferNameError(name: string): string | undefined {
  if (isInternalTopic(name) || name === clusterMetadataTopic)
    return `'${name}' belongs to the broker itself, and is neither exported nor imported`;
  return topicNameError(name);
}

/** The topics as they may be imported. Throws an `ArchiveError` if one may not: then none is. `reserved` are names that are about to be taken. */
export function decideImports(
  image: MetadataImage,
  wanted: readonly TopicToImport[],
  newTopicId: () => Uint8Array,
): readonly AcceptedImport[] {
  const taken = new Map([...image.topics].map(({ name }) => [collisionKey(name), name]));
  const accepted = wanted.map((topic): AcceptedImport => {
    const { name, archived } = topic;
    const wrong = transferNameError(name);
    if (wrong !== undefined) throw new ArchiveError('INVALID', `The topic can't be imported as '${name}': ${wrong}.`);
    const other = taken.get(collisionKey(name));
    if (other !== undefined)
      throw new ArchiveError(
        'TOPIC_EXISTS',
        other === name
          ? `There is a topic '${name}' already. Import it under another name, or delete that one first.`
          : `The name '${name}' collides with that of the topic '${other}'. Import it under another name.`,
      );
    taken.set(collisionKey(name), name);
    const id = knownTopicId(archived.id);
    if (id === undefined)
      throw new ArchiveError('INVALID', `'${archived.id}' is no topic id.`, { entry: 'manifest.json' });
    const hasNewId = image.hasUsedId(id) || isZeroId(id);
    return { ...topic, topicId: hasNewId ? newTopicId() : id, hasNewId };
  });
  const metadata = accepted.flatMap((topic) =>
    importRecords(
      topic,
      topic.archived.partitions.map(() => 0),
      1,
    ),
  );
  const bytes = metadata.reduce((sum, record) => sum + record.length + recordOverhead, 0);
  if (bytes > mostMetadataBytes)
    throw new ArchiveError(
      'TOO_LARGE',
      `The topics of this export would make ${bytes} bytes of metadata at once, but ${mostMetadataBytes} are allowed. Export fewer of them at a time.`,
    );
  return accepted;
}

/** The id that a text stands for; undefined if it stands for none. */
export function knownTopicId(text: string): Uint8Array | undefined {
  const id = topicIdBytes(text);
  return topicIdText(id) === text ? id : undefined;
}

/** What a record takes up in a batch beside its value, at most. */
const recordOverhead = 24;

/** What makes a topic, as values of metadata records. Each partition goes on in its epoch of `leaderEpochs`. */
export function importRecords(
  { archived, name, topicId }: AcceptedImport,
  leaderEpochs: readonly number[],
  nodeId: number,
): readonly Uint8Array[] {
  const configs = archived.configs.map(({ name: key, value }) => [key, value] as const);
  return topicRecords({ name, topicId }, leaderEpochs, configs, nodeId);
}
