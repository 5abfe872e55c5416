import { ByteWriter } from './byte-writer.js';
import { KafkaError } from './kafka-error.js';
import { isDefault, isTagged, isWritten, type StructValue } from './message-values.js';
import { inRange, type Field, type Fields, type FieldType, type MessageSchema, type PrimitiveType } from './schema.js';

/** Writes the fields of a struct as one version of the message has them; in flexible versions the tagged fields follow. */
export function writeStruct(
  writer: ByteWriter,
  schema: MessageSchema,
  version: number,
  fields: Fields,
  given: StructValue,
): void {
  const flexible = isFlexible(schema, version);
  const tagged: { readonly field: Field; readonly value: unknown }[] = [];
  for (const name in fields) {
    const field = fields[name] as Field;
    const value = given[name] === undefined ? field.default : given[name];
    if (!isWritten(schema, name, field, version, value)) continue;
    if (!isTagged(field, version)) writeValue(writer, schema, version, field, value, flexible);
    else if (!isDefault(field, value)) tagged.push({ field, value });
  }
  if (!flexible) return;
  writer.unsignedVarint(tagged.length);
  for (const { field, value } of tagged.sort((a, b) => a.field.tag - b.field.tag)) {
    const content = new ByteWriter();
    writeValue(content, schema, version, field, value, flexible);
    writer.unsignedVarint(field.tag);
    writer.unsignedVarint(content.size);
    writer.raw(content.written());
  }
}

/** Whether this version has compact lengths and tagged fields. */
export function isFlexible({ flexibleFrom }: MessageSchema, version: number): boolean {
  return flexibleFrom !== null && version >= flexibleFrom;
}

function writeValue(
  writer: ByteWriter,
  schema: MessageSchema,
  version: number,
  field: Field,
  value: unknown,
  flexible: boolean,
): void {
  const { type } = field;
  if (typeof type !== 'string' && type.kind === 'struct' && inRange(field.nullableVersions, version))
    writer.int8(value === null ? -1 : 1);
  if (value === null) writeNull(writer, type, flexible);
  else writeTyped(writer, schema, version, type, value, flexible);
}

function writeNull(writer: ByteWriter, type: FieldType, flexible: boolean): void {
  if (typeof type !== 'string' && type.kind === 'struct') return;
  if (flexible) writer.unsignedVarint(0);
  else if (type === 'string') writer.int16(-1);
  else writer.int32(-1);
}

function writeTyped(
  writer: ByteWriter,
  schema: MessageSchema,
  version: number,
  type: FieldType,
  value: unknown,
  flexible: boolean,
): void {
  if (typeof type === 'string') return writePrimitive(writer, type, value, flexible);
  if (type.kind === 'struct') return writeStruct(writer, schema, version, type.fields, value as StructValue);
  const elements = value as readonly unknown[];
  if (flexible) writer.unsignedVarint(elements.length + 1);
  else writer.int32(elements.length);
  for (const element of elements) writeTyped(writer, schema, version, type.element, element, flexible);
}

const utf8 = new TextEncoder();
const longestString = 0x7fff;

function writePrimitive(writer: ByteWriter, type: PrimitiveType, value: unknown, flexible: boolean): void {
  switch (type) {
    case 'bool':
      return writer.int8(value === true ? 1 : 0);
    case 'int8':
      return writer.int8(value as number);
    case 'int16':
    case 'uint16':
      return writer.int16(value as number);
    case 'int32':
      return writer.int32(value as number);
    case 'int64':
      return writer.int64(value as bigint);
    case 'float64':
      return writer.float64(value as number);
    case 'uuid':
      return writer.raw(value as Uint8Array);
    case 'string': {
      const encoded = utf8.encode(value as string);
      if (encoded.length > longestString) {
        throw new KafkaError(
          'INVALID_REQUEST',
          `A string of ${encoded.length} bytes was given, but ${longestString} is the most. Shorten it.`,
        );
      }
      if (flexible) writer.unsignedVarint(encoded.length + 1);
      else writer.int16(encoded.length);
      return writer.raw(encoded);
    }
    case 'bytes':
    case 'records': {
      const content = value as Uint8Array;
      if (flexible) writer.unsignedVarint(content.length + 1);
      else writer.int32(content.length);
      return writer.raw(content);
    }
  }
}
