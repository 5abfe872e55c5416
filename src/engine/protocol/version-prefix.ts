import { ByteReader } from './byte-reader.js';
import { decodeLeadingMessage, encodeMessage } from './codec.js';
import type { Complete, Fields, Given, MessageSchema } from './schema.js';

/** A message behind an int16: its version, or the number that tells what it is. Kafka writes data inside records and inside other messages so. */
export function encodePrefixed<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  value: Given<F>,
  prefix = version,
): Uint8Array {
  const content = encodeMessage(schema, version, value);
  const bytes = new Uint8Array(2 + content.length);
  new DataView(bytes.buffer).setInt16(0, prefix);
  bytes.set(content, 2);
  return bytes;
}

/** The int16 at the front. `what` is read, for the message of the CORRUPT_MESSAGE when there is none. */
export function readPrefix(bytes: Uint8Array, what: string): number {
  return new ByteReader(bytes, what).int16();
}

/** The message behind the int16. Bytes after it are left unread: newer versions may only add to the end. */
export function decodePrefixed<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  bytes: Uint8Array,
): Complete<F> {
  return decodeLeadingMessage(schema, version, bytes.subarray(2)).value;
}
