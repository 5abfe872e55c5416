import { decodeLeadingMessage, encodeMessage } from '../protocol/codec.js';
import { assignmentSchema, subscriptionSchema } from '../protocol/consumer-protocol.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Assignment } from './assignors/assignor.js';

/** The protocol type of groups of consumers. */
export const consumerProtocolType = 'consumer';

/** The newest version that is written and read; a newer one is read as this, since later versions only add at the end. */
const newestVersion = 3;

/** The bytes of a subscription. With an eager assignor a member owns nothing while it joins. */
export function encodeSubscription(topics: readonly string[]): Uint8Array {
  return withVersion(encodeMessage(subscriptionSchema, newestVersion, { topics }));
}

/** The topics of a subscription. */
export function decodeSubscription(encoded: Uint8Array): readonly string[] {
  return decodeLeadingMessage(subscriptionSchema, versionOf(encoded), encoded.subarray(2)).value.topics;
}

/** The bytes of an assignment. */
export function encodeAssignment(assignment: Assignment): Uint8Array {
  const assignedPartitions = [...assignment].map(([topic, partitions]) => ({ topic, partitions }));
  return withVersion(encodeMessage(assignmentSchema, newestVersion, { assignedPartitions }));
}

/** The partitions of an assignment, by topic; none for no bytes, which is what a leader that forgot a member sends. */
export function decodeAssignment(encoded: Uint8Array): Assignment {
  if (encoded.length === 0) return new Map();
  const { value } = decodeLeadingMessage(assignmentSchema, versionOf(encoded), encoded.subarray(2));
  return new Map(value.assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
}

function withVersion(encoded: Uint8Array): Uint8Array {
  const whole = new Uint8Array(2 + encoded.length);
  new DataView(whole.buffer).setInt16(0, newestVersion);
  whole.set(encoded, 2);
  return whole;
}

function versionOf(encoded: Uint8Array): number {
  if (encoded.length < 2) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `The consumer protocol's metadata has ${encoded.length} bytes, which is too short. Check that all members of the group are consumers.`,
    );
  }
  const version = new DataView(encoded.buffer, encoded.byteOffset).getInt16(0);
  return Math.min(Math.max(version, 0), newestVersion);
}
