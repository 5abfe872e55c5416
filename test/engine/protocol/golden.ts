import { readFileSync } from 'node:fs';
import type { FieldType, Fields } from '../../../src/engine/protocol/schema.js';
import type { StructValue } from '../../../src/engine/protocol/message-values.js';

/** The lines of a golden file, which a real Kafka wrote. Integers of 16 digits and more come as strings: a double can't hold them all. */
export function goldenLines<Line>(file: string): Line[] {
  const text = readFileSync(new URL(`../../golden/${file}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(
      (line) => JSON.parse(line.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, quotedIfLong)) as Line,
    );
}

function quotedIfLong(token: string): string {
  return /^-?\d{16,}$/.test(token) ? `"${token}"` : token;
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A message that Kafka wrote as JSON, as we hold it in memory. What the JSON does not have stays away. */
export function fromKafkaJson(fields: Fields, json: StructValue): StructValue {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = fields[name];
      if (field === undefined) throw new Error(`The table has no field ${name}, but Kafka wrote one.`);
      return [name, valueOf(field.type, value)];
    }),
  );
}

function valueOf(type: FieldType, value: unknown): unknown {
  if (value === null) return null;
  if (type === 'int64') return BigInt(value as string | number);
  if (type === 'uuid') return new Uint8Array(Buffer.from(value as string, 'base64url'));
  if (type === 'bytes' || type === 'records') return new Uint8Array(Buffer.from(value as string, 'base64'));
  if (typeof type === 'string') return value;
  if (type.kind === 'struct') return fromKafkaJson(type.fields, value as StructValue);
  return (value as readonly unknown[]).map((each) => valueOf(type.element, each));
}
