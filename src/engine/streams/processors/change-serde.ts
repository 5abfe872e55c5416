import { sizeOfVarint, VarintReader, writeVarint } from '../../protocol/varint.js';
import type { Serde } from '../serdes.js';
import { StreamsError } from '../streams-error.js';
import type { Change } from './change.js';

const onlyOld = 0;
const onlyNew = 1;
const both = 2;

/**
 * The changes of a table in the repartition topic of a grouping (Kafka's ChangedSerializer, KIP-904): the old value and 0, or
 * the new one and 1, or the new one's length, new and old value and 2.
 */
export function changeSerde<V>(inner: Serde<V>): Serde<Change<V>> {
  return {
    serialize(topic, { newValue, oldValue }, headers) {
      const newBytes = newValue === null ? null : inner.serialize(topic, newValue, headers);
      const oldBytes = oldValue === null ? null : inner.serialize(topic, oldValue, headers);
      if (newBytes !== null && oldBytes !== null) {
        return concatenated([lengthOf(newBytes), newBytes, oldBytes], both);
      }
      if (newBytes !== null) return concatenated([newBytes], onlyNew);
      if (oldBytes !== null) return concatenated([oldBytes], onlyOld);
      throw new StreamsError('StreamsException', 'A change without an old and a new value cannot be sent to a group.');
    },
    deserialize(topic, bytes, headers) {
      const read = (from: number, to: number) => inner.deserialize(topic, bytes.subarray(from, to), headers);
      const end = bytes.length - 1;
      switch (bytes[end]) {
        case onlyOld:
          return { newValue: null, oldValue: read(0, end), isLatest: true };
        case onlyNew:
          return { newValue: read(0, end), oldValue: null, isLatest: true };
        case both: {
          const reader = new VarintReader(
            bytes,
            0,
            end,
            (found) => new StreamsError('SerializationException', `A change in ${topic} is malformed: ${found}.`),
          );
          const oldAt = reader.varint() + reader.at;
          return { newValue: read(reader.at, oldAt), oldValue: read(oldAt, end), isLatest: true };
        }
        default:
          throw new StreamsError(
            'SerializationException',
            `A change in ${topic} ends with ${String(bytes[end])}, where 0, 1 or 2 says what it holds.`,
          );
      }
    },
  };
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(sizeOfVarint(bytes.length));
  writeVarint(length, 0, bytes.length);
  return length;
}

function concatenated(parts: readonly Uint8Array[], flag: number): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 1));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes[at] = flag;
  return bytes;
}
