import type { ByteReader } from './byte-reader.js';
import { isTagged, type StructValue } from './message-values.js';
import { isFlexible } from './message-writer.js';
import { inRange, type Field, type Fields, type FieldType, type MessageSchema, type PrimitiveType } from './schema.js';

/** Reads the fields of a struct as one version of the message has them; the fields that the version lacks get their defaults. */
export function readStruct(reader: ByteReader, schema: MessageSchema, version: number, fields: Fields): StructValue {
  const flexible = isFlexible(schema, version);
  const value: Record<string, unknown> = {};
  for (const name in fields) {
    const field = fields[name] as Field;
    const isHere = inRange(field.versions, version) && !isTagged(field, version);
    value[name] = isHere ? readValue(reader, schema, version, field, flexible) : field.default;
  }
  if (flexible) readTagged(reader, schema, version, fields, value);
  return value;
}

/** Tags that are not in the table were written by a newer peer: they are skipped. */
function readTagged(
  reader: ByteReader,
  schema: MessageSchema,
  version: number,
  fields: Fields,
  value: Record<string, unknown>,
): void {
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    const tag = reader.unsignedVarint();
    const size = reader.unsignedVarint();
    if (size > reader.remaining)
      throw reader.malformed(`tagged field ${tag} has ${size} bytes, but ${reader.remaining} are left`);
    const end = reader.at + size;
    const known = Object.entries(fields).find(([, field]) => field.tag === tag && isTagged(field, version));
    if (known === undefined) reader.raw(size);
    else value[known[0]] = readValue(reader, schema, version, known[1], true, true);
    if (reader.at !== end) throw reader.malformed(`tagged field ${tag} should end at byte ${end}`);
  }
}

function readValue(
  reader: ByteReader,
  schema: MessageSchema,
  version: number,
  field: Field,
  flexible: boolean,
  tagged = false,
): unknown {
  const { type } = field;
  const nullable = inRange(field.nullableVersions, version);
  if (typeof type !== 'string' && type.kind === 'struct' && nullable) {
    const isNull = tagged ? reader.unsignedVarint() === 0 : reader.int8() < 0;
    if (isNull) return null;
  }
  const value = readTyped(reader, schema, version, type, flexible);
  if (value === null && !nullable) throw reader.malformed('null stands where a value must');
  return value;
}

function readTyped(
  reader: ByteReader,
  schema: MessageSchema,
  version: number,
  type: FieldType,
  flexible: boolean,
): unknown {
  if (typeof type === 'string') return readPrimitive(reader, type, flexible);
  if (type.kind === 'struct') return readStruct(reader, schema, version, type.fields);
  const count = readLength(reader, flexible ? null : 4);
  if (count === null) return null;
  reader.expectElements(count);
  const elements: unknown[] = [];
  for (let index = 0; index < count; index++) {
    const element = readTyped(reader, schema, version, type.element, flexible);
    if (element === null) throw reader.malformed('null stands where an element must');
    elements.push(element);
  }
  return elements;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function readPrimitive(reader: ByteReader, type: PrimitiveType, flexible: boolean): unknown {
  switch (type) {
    case 'bool':
      return reader.int8() !== 0;
    case 'int8':
      return reader.int8();
    case 'int16':
      return reader.int16();
    case 'int32':
      return reader.int32();
    case 'int64':
      return reader.int64();
    case 'uuid':
      return reader.raw(16).slice();
    case 'string': {
      const content = readSized(reader, flexible ? null : 2);
      return content === null ? null : utf8.decode(content);
    }
    case 'bytes':
      return readSized(reader, flexible ? null : 4)?.slice() ?? null;
    case 'records':
      return readSized(reader, flexible ? null : 4);
  }
}

function readSized(reader: ByteReader, lengthBytes: 2 | 4 | null): Uint8Array | null {
  const length = readLength(reader, lengthBytes);
  return length === null ? null : reader.raw(length);
}

/** A length in 2 or 4 bytes, or compact (as a varint, one more than the length); null for null. */
function readLength(reader: ByteReader, lengthBytes: 2 | 4 | null): number | null {
  const length =
    lengthBytes === null ? reader.unsignedVarint() - 1 : lengthBytes === 2 ? reader.int16() : reader.int32();
  if (length < -1) throw reader.malformed(`a length of ${length} is announced`);
  return length === -1 ? null : length;
}
