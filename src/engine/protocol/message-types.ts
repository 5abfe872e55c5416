import type { Fields, FieldType, MessageSchema, PrimitiveType } from './schema.js';

/** An array with more elements is refused: one that is empty but long costs its sender nothing. */
const longestArray = 100_000;

/**
 * What in `value` does not have the type that the message's table gives it, in words; undefined if all of it fits. For what comes from where no compiler has looked. Fields that
 * the message does not have are no misfits: nobody reads them.
 */
export function misfit({ name, fields }: Pick<MessageSchema, 'name' | 'fields'>, value: unknown): string | undefined {
  return structMisfit(name, fields, value);
}

function structMisfit(path: string, fields: Fields, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return isNot(path, 'an object', value);
  const given = value as Readonly<Record<string, unknown>>;
  for (const [name, { type }] of Object.entries(fields)) {
    const field = Object.hasOwn(given, name) ? given[name] : undefined;
    // What is left out has its default; whether null is allowed depends on the version, and is looked at when that is.
    if (field === undefined || field === null) continue;
    const found = typeMisfit(`${path}.${name}`, type, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

function typeMisfit(path: string, type: FieldType, value: unknown): string | undefined {
  if (typeof type === 'string') {
    const { expected, fits } = primitives[type];
    return fits(value) ? undefined : isNot(path, expected, value);
  }
  if (type.kind === 'struct') return structMisfit(path, type.fields, value);
  if (!Array.isArray(value)) return isNot(path, 'an array', value);
  if (value.length > longestArray) return `${path} has ${value.length} elements; at most ${longestArray} are taken`;
  for (let index = 0; index < value.length; index++) {
    const found = typeMisfit(`${path}[${index}]`, type.element, value[index]);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Primitive {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const primitives: Readonly<Record<PrimitiveType, Primitive>> = {
  bool: { expected: 'a boolean', fits: (value) => typeof value === 'boolean' },
  int8: integer(8),
  int16: integer(16),
  int32: integer(32),
  int64: {
    expected: 'a bigint of 64 bits',
    fits: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  },
  string: { expected: 'a string', fits: (value) => typeof value === 'string' },
  uuid: { expected: '16 bytes', fits: (value) => isBytes(value) && value.length === 16 },
  bytes: { expected: 'bytes', fits: isBytes },
  records: { expected: 'bytes', fits: isBytes },
};

function integer(bits: number): Primitive {
  const limit = 2 ** (bits - 1);
  return {
    expected: `an integer of ${bits} bits`,
    fits: (value) => Number.isInteger(value) && (value as number) >= -limit && (value as number) < limit,
  };
}

/** Bytes that only their holder can change: what lies in shared memory could still become something else. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
}

function isNot(path: string, expected: string, value: unknown): string {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  return `${path} is ${found}, but should be ${expected}`;
}
