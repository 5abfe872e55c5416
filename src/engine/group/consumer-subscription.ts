import { KafkaError } from '../protocol/kafka-error.js';
import { consumerProtocolType, decodeSubscribedTopics } from '../protocol/consumer-protocol.js';
import type { ClassicGroup, MemberProtocol } from './classic-group.js';
import { ConsumerGroup } from './consumer/consumer-group.js';

/**
 * The topics that the members of a generation subscribe to, for a group of consumers; undefined for other groups, and where a subscription can't be read:
 * the group's members agree on their format, the coordinator only looks on.
 */
export function subscribedTopicsOf(
  protocolType: string | null,
  protocolName: string | null,
  members: Iterable<{ readonly protocols: readonly MemberProtocol[] }>,
): ReadonlySet<string> | undefined {
  if (protocolType !== consumerProtocolType) return undefined;
  const topics = new Set<string>();
  for (const { protocols } of members) {
    const metadata = protocols.find(({ name }) => name === protocolName)?.metadata;
    if (metadata === undefined) return undefined;
    try {
      for (const topic of decodeSubscribedTopics(metadata)) topics.add(topic);
    } catch (error) {
      if (error instanceof KafkaError) return undefined;
      throw error;
    }
  }
  return topics;
}

/** Whether members of the group read the topic. Where consumers' subscriptions can't be read they are taken to read all of them. */
export function isSubscribedTo(group: ClassicGroup | ConsumerGroup, topic: string): boolean {
  if (group instanceof ConsumerGroup) return group.topicNames.has(topic);
  return group.subscribedTopics?.has(topic) ?? group.protocolType === consumerProtocolType;
}
