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
    writeValue(content, schema, version, field, value, flexible, true);
    writer.unsignedVarint(field.tag);
    writer.unsignedVarint(content.size);
    writer.raw(content.written());
  }
}

/** Whether this version has compact lengths and tagged fields. */
export function isFlexible({ flexibleFrom }: Pick<MessageSchema, 'flexibleFrom'>, version: number): boolean {
  return flexibleFrom !== null && version >= flexibleFrom;
}

function writeValue(
  writer: ByteWriter,
  schema: MessageSchema,
  version: number,
  field: Field,
  value: unknown,
  flexible: boolean,
  tagged = false,
): void {
  const { type } = field;
  if (typeof type !== 'string' && type.kind === 'struct' && inRange(field.nullableVersions, version)) {
    if (tagged) writer.unsignedVarint(value === null ? 0 : 1);
    else writer.int8(value === null ? -1 : 1);
  }
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
  if (typeof type === 'string') {
    primitiveWriters[type](writer, value as never, flexible);
    return;
  }
  if (type.kind === 'struct') {
    writeStruct(writer, schema, version, type.fields, value as StructValue);
    return;
  }
  const elements = value as readonly unknown[];
  if (flexible) writer.unsignedVarint(elements.length + 1);
  else writer.int32(elements.length);
  for (const element of elements) writeTyped(writer, schema, version, type.element, element, flexible);
}

const utf8 = new TextEncoder();
const longestString = 0x7fff;

type Write = (writer: ByteWriter, value: never, flexible: boolean) => void;

const primitiveWriters: Readonly<Record<PrimitiveType, Write>> = {
  bool: (writer, value: boolean) => {
    writer.int8(value ? 1 : 0);
  },
  int8: (writer, value: number) => {
    writer.int8(value);
  },
  int16: (writer, value: number) => {
    writer.int16(value);
  },
  int32: (writer, value: number) => {
    writer.int32(value);
  },
  int64: (writer, value: bigint) => {
    writer.int64(value);
  },
  uuid: (writer, value: Uint8Array) => {
    writer.raw(value);
  },
  string: writeString,
  bytes: writeBytes,
  records: writeBytes,
};

function writeString(writer: ByteWriter, value: string, flexible: boolean): void {
  const encoded = utf8.encode(value);
  if (encoded.length > longestString) {
    const found = `A string of ${encoded.length} bytes was given`;
    throw new KafkaError('INVALID_REQUEST', `${found}, but ${longestString} is the most. Shorten it.`);
  }
  if (flexible) writer.unsignedVarint(encoded.length + 1);
  else writer.int16(encoded.length);
  writer.raw(encoded);
}

function writeBytes(writer: ByteWriter, value: Uint8Array, flexible: boolean): void {
  if (flexible) writer.unsignedVarint(value.length + 1);
  else writer.int32(value.length);
  writer.raw(value);
}
