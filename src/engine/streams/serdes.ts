import type { RecordHeaders } from './processor/record.js';

/** Turns keys or values into bytes and back. `null` is never passed: a missing key or value has no bytes. */
export interface Serde<T> {
  serialize(topic: string, data: T, headers?: RecordHeaders): Uint8Array;
  /** @throws if the bytes are not what this serde writes */
  deserialize(topic: string, bytes: Uint8Array, headers?: RecordHeaders): T;
  /** Of keys that the default partitioner places by other bytes than those written: windowed ones, which go where their inner key goes. */
  partitionBytes?(topic: string, data: T): Uint8Array;
}
