import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { checkVersion } from './message-values.js';
import { readStruct } from './message-reader.js';
import { writeStruct } from './message-writer.js';
import type { Complete, Fields, Given, MessageSchema } from './schema.js';

/** The bytes of a message, without header and length. Throws UNSUPPORTED_VERSION for a version or a value that it does not have. */
export function encodeMessage<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  value: Given<F>,
): Uint8Array {
  checkVersion(schema, version);
  const writer = new ByteWriter();
  writeStruct(writer, schema, version, schema.fields, value);
  return writer.written();
}

/**
 * The message that `bytes`, all of them, hold. Throws CORRUPT_MESSAGE for bytes that are none, or if all its arrays have more than `maxElements` together. Record batches in it are views into `bytes`, other
 * bytes are copies.
 */
export function decodeMessage<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  bytes: Uint8Array,
  maxElements?: number,
): Complete<F> {
  const { value, end } = decodeLeadingMessage(schema, version, bytes, maxElements);
  if (end === bytes.length) return value;
  throw new ByteReader(bytes.subarray(end), `What follows ${schema.name} version ${version}`).malformed(
    'nothing should follow',
  );
}

/** Like `decodeMessage`, but more may follow: `end` is where the message ends. */
export function decodeLeadingMessage<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  bytes: Uint8Array,
  maxElements?: number,
): { readonly value: Complete<F>; readonly end: number } {
  checkVersion(schema, version);
  const reader = new ByteReader(bytes, `${schema.name} version ${version}`, maxElements);
  const value = readStruct(reader, schema, version, schema.fields) as Complete<F>;
  return { value, end: reader.at };
}
