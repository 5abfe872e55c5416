import { ByteReader } from '../../../protocol/byte-reader.js';
import { ByteWriter } from '../../../protocol/byte-writer.js';
import type { Serde } from '../../serdes.js';
import { StreamsError } from '../../streams-error.js';
import type { SerdeSlot } from '../serde-slot.js';

/** What is to be done about a subscription of a row of the left table to a row of the right one; the index is what is written. */
export const instructions = [
  'delete',
  'delete-and-answer',
  /** Answer in any case, with nothing if the right table has no such row. */
  'answer-always',
  'answer-if-found',
] as const;

export type Instruction = (typeof instructions)[number];

/** From the left table to the right one, under the foreign key (Kafka's SubscriptionWrapper). */
export interface Subscription<K> {
  readonly instruction: Instruction;
  /** Of the left row; `null` if it was deleted. */
  readonly hash: Uint8Array | null;
  readonly primaryKey: K;
  /** The partition of the left row, where the answer has to go. */
  readonly primaryPartition: number;
}

/** From the right table back, under the primary key (Kafka's SubscriptionResponseWrapper). */
export interface SubscriptionResponse<FV> {
  /** Of the left row that subscribed. */
  readonly hash: Uint8Array | null;
  readonly foreignValue: FV | null;
  /** Not written: it has brought the response here. */
  readonly primaryPartition: number | null;
}

const version = 1;
const responseVersion = 0;
const withoutHash = 0x80;
const hashLength = 16;

/** Version and whether there is no hash, instruction, hash, primary key, partition (4). */
export function subscriptionSerde<K>(
  primaryKeySerde: SerdeSlot<K>,
  primaryKeyTopic: () => string,
): Serde<Subscription<K>> {
  return {
    serialize(_topic, { instruction, hash, primaryKey, primaryPartition }) {
      const writer = new ByteWriter();
      writer.int8(hash === null ? version | withoutHash : version);
      writer.int8(instructions.indexOf(instruction));
      if (hash !== null) writer.raw(hash);
      writer.raw(primaryKeySerde.bound.serialize(primaryKeyTopic(), primaryKey));
      writer.int32(primaryPartition);
      return writer.written();
    },
    deserialize(_topic, bytes) {
      const reader = new ByteReader(bytes, 'a subscription of a foreign key join');
      const flags = reader.int8() & 0xff;
      if ((flags & ~withoutHash) !== version) throw otherVersion('subscription', flags & ~withoutHash, version);
      const code = reader.int8();
      const instruction = instructions[code];
      if (instruction === undefined) {
        throw new StreamsError('SerializationException', `A subscription has instruction ${code}; there are 0 to 3.`);
      }
      const hash = (flags & withoutHash) === 0 ? reader.raw(hashLength) : null;
      const primaryKeyBytes = reader.raw(reader.remaining - 4);
      const primaryKey = primaryKeySerde.bound.deserialize(primaryKeyTopic(), primaryKeyBytes);
      return { instruction, hash, primaryKey, primaryPartition: reader.int32() };
    },
  };
}

/** Version and whether there is no hash, hash, right value. */
export function responseSerde<FV>(foreignValueSerde: SerdeSlot<FV>): Serde<SubscriptionResponse<FV>> {
  return {
    serialize(topic, { hash, foreignValue }) {
      const writer = new ByteWriter();
      writer.int8(hash === null ? responseVersion | withoutHash : responseVersion);
      if (hash !== null) writer.raw(hash);
      if (foreignValue !== null) writer.raw(foreignValueSerde.bound.serialize(topic, foreignValue));
      return writer.written();
    },
    deserialize(topic, bytes) {
      const reader = new ByteReader(bytes, 'a response of a foreign key join');
      const flags = reader.int8() & 0xff;
      if ((flags & ~withoutHash) !== responseVersion) {
        throw otherVersion('response', flags & ~withoutHash, responseVersion);
      }
      const hash = (flags & withoutHash) === 0 ? reader.raw(hashLength) : null;
      const foreignValue =
        reader.remaining === 0 ? null : foreignValueSerde.bound.deserialize(topic, reader.raw(reader.remaining));
      return { hash, foreignValue, primaryPartition: null };
    },
  };
}

function otherVersion(what: string, found: number, known: number): StreamsError {
  return new StreamsError(
    'SerializationException',
    `A ${what} of a foreign key join is written in version ${found}, and only ${known} is known. Bring all instances of the application to one version.`,
  );
}
