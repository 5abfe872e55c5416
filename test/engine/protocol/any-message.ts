import fc from 'fast-check';
import type { StructValue } from '../../../src/engine/protocol/message-values.js';
import {
  inRange,
  type Field,
  type Fields,
  type FieldType,
  type MessageSchema,
} from '../../../src/engine/protocol/schema.js';

/** A version of the message, and a value in which just the fields of that version are given. */
export function anyMessage(schema: MessageSchema): fc.Arbitrary<{ version: number; value: StructValue }> {
  const { min, max } = schema.validVersions;
  return fc
    .integer({ min, max })
    .chain((version) => fc.record({ version: fc.constant(version), value: anyStruct(schema.fields, version) }));
}

function anyStruct(fields: Fields, version: number): fc.Arbitrary<StructValue> {
  const here = Object.entries(fields).filter(([, field]) => inRange(field.versions, version));
  return fc.record(Object.fromEntries(here.map(([name, field]) => [name, anyFieldValue(field, version)])));
}

function anyFieldValue(field: Field, version: number): fc.Arbitrary<unknown> {
  const value = anyValue(field.type, version);
  return inRange(field.nullableVersions, version) ? fc.option(value, { freq: 4 }) : value;
}

function anyValue(type: FieldType, version: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'int32':
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    case 'int64':
      return fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 20 });
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 });
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 20 });
    default:
      return type.kind === 'struct'
        ? anyStruct(type.fields, version)
        : fc.array(anyValue(type.element, version), { maxLength: 3 });
  }
}
