import { decodeLeadingMessage, encodeMessage } from '../../protocol/codec.js';
import { array, int32, message, string, structs } from '../../protocol/schema.js';
import type { GivenAssignment } from './assignor.js';

/** What a sticky member sends with its subscription: what it had, and since when. It has no version; the generation came later (KIP-54, KIP-341). */
const stickyUserDataSchema = message('StickyAssignorUserData', '0-1', null, {
  previousAssignment: structs('0+', { topic: string('0+'), partitions: array('int32', '0+') }),
  generation: int32('1+', { default: -1, ignorable: true }),
});

/** What a cooperative-sticky member sends besides the fields of its subscription, for leaders that do not read those. */
const cooperativeUserDataSchema = message('CooperativeStickyAssignorUserData', '0', null, { generation: int32('0+') });

export function encodeStickyUserData({ partitions, generationId }: GivenAssignment): Uint8Array {
  const previousAssignment = [...partitions].map(([topic, numbers]) => ({ topic, partitions: numbers }));
  return encodeMessage(stickyUserDataSchema, 1, { previousAssignment, generation: generationId });
}

/** What a member had; nothing if it does not say, or says it in a way that can't be read. */
export function decodeStickyUserData(userData: Uint8Array | null): GivenAssignment {
  if (userData !== null && userData.length > 0) {
    for (const version of [1, 0]) {
      try {
        const { previousAssignment, generation } = decodeLeadingMessage(stickyUserDataSchema, version, userData).value;
        const partitions = new Map(previousAssignment.map(({ topic, partitions: numbers }) => [topic, numbers]));
        return { partitions, generationId: generation };
      } catch {
        // Another version, or not ours: a member's past is a wish, not a right.
      }
    }
  }
  return { partitions: new Map(), generationId: -1 };
}

export function encodeCooperativeUserData(generationId: number): Uint8Array {
  return encodeMessage(cooperativeUserDataSchema, 0, { generation: generationId });
}

/** The generation; -1 where there is none. */
export function decodeCooperativeUserData(userData: Uint8Array | null): number {
  if (userData === null || userData.length < 4) return -1;
  return decodeLeadingMessage(cooperativeUserDataSchema, 0, userData).value.generation;
}
