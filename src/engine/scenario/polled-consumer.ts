import { cooperativeStickyAssignor } from '../client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../client/assignors/range.js';
import type { ConsumerConfig } from '../client/consumer-config.js';
import type { Consumer } from '../client/consumer.js';
import type { Kafka } from '../client/kafka.js';
import type { Millis } from '../environment/environment.js';
import type { RunGroup, RunMember } from './group-run-spec.js';

/** How long a poll waits for records before it returns without any. */
const pollTimeoutMs: Millis = 1_000;
/** A consumer looks at its topics again after so long: soon enough to find a new partition in the same run. */
const metadataMaxAgeMs: Millis = 2_000;

/** The consumer of a member, connected and subscribed as its group is configured. */
export async function openPolledConsumer(kafka: Kafka, group: RunGroup, member: RunMember): Promise<Consumer> {
  const consumer = kafka.consumer({
    groupId: group.group,
    ...protocolOf(group),
    autoOffsetReset: resetOf(group),
    autoCommit: group.commits === 'auto',
    metadataMaxAge: metadataMaxAgeMs,
    ...given('autoCommitInterval', group.autoCommitIntervalMs),
    ...given('maxPollInterval', group.maxPollIntervalMs),
    ...given('maxPollRecords', group.maxPollRecords),
    ...given('groupInstanceId', member.instanceId),
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [group.topic] });
  return consumer;
}

export interface PolledRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** What the consumer has for its loop. Rejects with what makes it impossible to go on. */
export async function poll(consumer: Consumer): Promise<readonly PolledRecord[]> {
  const decoder = new TextDecoder();
  const records = await consumer.poll(pollTimeoutMs);
  return records.map(({ topic, partition, offset, value }) => ({
    topic,
    partition,
    offset: Number(offset),
    value: decoder.decode(value ?? new Uint8Array()),
  }));
}

function protocolOf({ protocol, sessionTimeoutMs, heartbeatIntervalMs }: RunGroup): Partial<ConsumerConfig> {
  // The broker decides about sessions and heartbeats of the consumer protocol.
  if (protocol === 'consumer') return { groupProtocol: 'consumer' };
  return {
    partitionAssigners: [protocol === 'eager' ? rangeAssignor : cooperativeStickyAssignor],
    ...given('sessionTimeout', sessionTimeoutMs),
    ...given('heartbeatInterval', heartbeatIntervalMs),
  };
}

function resetOf({ autoOffsetReset }: RunGroup): ConsumerConfig['autoOffsetReset'] {
  return typeof autoOffsetReset === 'string'
    ? autoOffsetReset
    : `by_duration:PT${autoOffsetReset.byDurationMs / 1000}S`;
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
}
