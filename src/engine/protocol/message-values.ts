import { KafkaError } from './kafka-error.js';
import { inRange, type Field, type Fields, type FieldType, type MessageSchema } from './schema.js';

/** A message or struct in memory, when its fields are known only from a table. */
export type StructValue = Readonly<Record<string, unknown>>;

/** The struct with every field: what was left out has its default. What is complete already is given back as it is; bytes are shared with `given`. */
export function completed(fields: Fields, given: StructValue): StructValue {
  let complete: Record<string, unknown> | undefined;
  for (const [name, field] of entriesOf(fields).all) {
    const value = given[name];
    const whole = value === undefined ? field.default : completedValue(field.type, value);
    if (whole !== value) (complete ??= { ...given })[name] = whole;
  }
  return complete ?? given;
}

function completedValue(type: FieldType, value: unknown): unknown {
  if (typeof type === 'string' || value === null) return value;
  if (type.kind === 'struct') return completed(type.fields, value as StructValue);
  const { element } = type;
  if (typeof element === 'string') return value;
  const given = value as readonly unknown[];
  let complete: unknown[] | undefined;
  for (let at = 0; at < given.length; at++) {
    const whole = completedValue(element, given[at]);
    if (whole !== given[at]) (complete ??= [...given])[at] = whole;
  }
  return complete ?? given;
}

/** What is asked of a struct's table again and again. */
interface FieldEntries {
  readonly all: readonly (readonly [name: string, field: Field])[];
  /** A struct of which nothing was given: copying it is much quicker than adding one field after the other. */
  readonly defaults: StructValue;
}

const entriesByFields = new WeakMap<Fields, FieldEntries>();

function entriesOf(fields: Fields): FieldEntries {
  const known = entriesByFields.get(fields);
  if (known !== undefined) return known;
  const all = Object.entries(fields);
  const entries = { all, defaults: Object.fromEntries(all.map(([name, field]) => [name, field.default])) };
  entriesByFields.set(fields, entries);
  return entries;
}

/**
 * What the other end would read if the message were written as `version` and read back: a complete copy that shares no bytes with `given`, in which fields
 * that the version lacks have their defaults. Throws what writing would throw.
 */
export function carried(schema: MessageSchema, version: number, given: StructValue): StructValue {
  checkVersion(schema, version);
  return carriedStruct(schema, schema.fields, version, given);
}

function carriedStruct(schema: MessageSchema, fields: Fields, version: number, given: StructValue): StructValue {
  const { all, defaults } = entriesOf(fields);
  const copy: Record<string, unknown> = { ...defaults };
  for (const [name, field] of all) {
    const value = given[name];
    if (value !== undefined && isWritten(schema, name, field, version, value))
      copy[name] = carriedValue(schema, field.type, version, value);
  }
  return copy;
}

function carriedValue(schema: MessageSchema, type: FieldType, version: number, value: unknown): unknown {
  if (value === null) return null;
  if (typeof type === 'string') return value instanceof Uint8Array ? value.slice() : value;
  if (type.kind === 'struct') return carriedStruct(schema, type.fields, version, value as StructValue);
  return (value as readonly unknown[]).map((each) => carriedValue(schema, type.element, version, each));
}

/** Refuses a version that the message does not have. */
export function checkVersion(schema: MessageSchema, version: number): void {
  if (inRange(schema.validVersions, version)) return;
  const { min, max } = schema.validVersions;
  throw new KafkaError('UNSUPPORTED_VERSION', `${schema.name} has no version ${version}. Use one of ${min} to ${max}.`);
}

/**
 * Whether a value is written in this version. Refuses what can't be written: null where null isn't allowed, and a value in a version without
 * the field, unless it is the default or may be ignored.
 */
export function isWritten(schema: MessageSchema, name: string, field: Field, version: number, value: unknown): boolean {
  if (!inRange(field.versions, version)) {
    if (field.ignorable || isDefault(field, value)) return false;
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `${schema.name} version ${version} has no field ${name}, but it was given a value. Leave it out, or use version ${versionsText(field)}.`,
    );
  }
  if (
    value === null &&
    !inRange(field.nullableVersions, version) &&
    !(isTagged(field, version) && field.default === null)
  ) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `${name} of ${schema.name} version ${version} is null, which is not allowed. Give it a value.`,
    );
  }
  return true;
}

function versionsText({ versions }: Field): string {
  return versions.max === 0x7fff ? `${versions.min} or later` : `${versions.min} to ${versions.max}`;
}

/** Whether the field is written as a tagged field in this version. */
export function isTagged(field: Field, version: number): boolean {
  return inRange(field.taggedVersions, version);
}

/** Whether the value is the field's default: a tagged field is then not written at all. */
export function isDefault(field: Field, value: unknown): boolean {
  return equalValues(field.type, value, field.default);
}

/** Whether two complete or partly given values mean the same. */
function equalValues(type: FieldType, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  if (typeof type === 'string') return false;
  if (type.kind === 'array') {
    const [left, right] = [a as readonly unknown[], b as readonly unknown[]];
    return left.length === right.length && left.every((each, index) => equalValues(type.element, each, right[index]));
  }
  const [left, right] = [a as StructValue, b as StructValue];
  return Object.entries(type.fields).every(([name, field]) =>
    equalValues(field.type, left[name] ?? field.default, right[name] ?? field.default),
  );
}
