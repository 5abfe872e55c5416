import type { ErrorName } from '../protocol/errors.js';
import { encodeMetadataRecord } from '../protocol/metadata-records.js';
import { errorByName } from '../protocol/errors.js';
import type { MetadataImage, TopicImage } from './metadata-image.js';
import { isZeroId, topicIdText } from '../protocol/topic-id.js';

/** A topic that shall go, by name or by id (the other one null or all zeros). */
export interface TopicToDelete {
  readonly name: string | null;
  readonly topicId: Uint8Array;
}

export interface TopicDeletion {
  readonly name: string | null;
  readonly topicId: Uint8Array;
  readonly error: ErrorName;
  readonly message: string | null;
  /** Present when the topic goes. */
  readonly topic?: TopicImage;
}

/** Decides which topics go. Whoever is named twice stays, once by name and once by id included (Kafka's `ControllerApis.deleteTopics`). */
export function decideTopicDeletions(image: MetadataImage, wanted: readonly TopicToDelete[]): TopicDeletion[] {
  const deletions: TopicDeletion[] = [];
  const fail = (asked: TopicToDelete, error: ErrorName, message: string = errorByName(error).message) =>
    deletions.push({ name: asked.name, topicId: asked.topicId, error, message });
  const byName = new Map<string, number>();
  const byId = new Map<string, TopicToDelete & { count: number }>();
  for (const asked of wanted) {
    const { name, topicId } = asked;
    if (name === null && isZeroId(topicId)) fail(asked, 'INVALID_REQUEST', 'Neither topic name nor id were specified.');
    else if (name !== null && !isZeroId(topicId))
      fail(asked, 'INVALID_REQUEST', 'You may not specify both topic name and topic id.');
    else if (name !== null) byName.set(name, (byName.get(name) ?? 0) + 1);
    else byId.set(topicIdText(topicId), { ...asked, count: (byId.get(topicIdText(topicId))?.count ?? 0) + 1 });
  }
  for (const [name, count] of byName) {
    const topic = image.topic(name);
    const asked = { name, topicId: new Uint8Array(16) };
    if (count > 1) fail(asked, 'INVALID_REQUEST', 'Duplicate topic name.');
    else if (topic === undefined) fail(asked, 'UNKNOWN_TOPIC_OR_PARTITION');
    else if (byId.delete(topicIdText(topic.topicId)))
      fail(
        { name, topicId: topic.topicId },
        'INVALID_REQUEST',
        'The provided topic name maps to an ID that was already supplied.',
      );
    else deletions.push({ name, topicId: topic.topicId, error: 'NONE', message: null, topic });
  }
  for (const asked of byId.values()) {
    const topic = image.topicById(asked.topicId);
    if (asked.count > 1) fail(asked, 'INVALID_REQUEST', 'Duplicate topic id.');
    else if (topic === undefined) fail(asked, 'UNKNOWN_TOPIC_ID');
    else deletions.push({ name: topic.name, topicId: topic.topicId, error: 'NONE', message: null, topic });
  }
  return deletions;
}

/** The record that takes a topic away. */
export function removalRecord(topic: TopicImage): Uint8Array {
  return encodeMetadataRecord('RemoveTopicRecord', { topicId: topic.topicId });
}
