import { isDeepStrictEqual } from 'node:util';
import { apis, type ApiName } from '../../../src/engine/protocol/apis.js';
import { crc32c } from '../../../src/engine/protocol/crc32c.js';
import { isDefault, isTagged, type StructValue } from '../../../src/engine/protocol/message-values.js';
import { batchesIn, decodeRecords, verifyCrc } from '../../../src/engine/protocol/record-batch.js';
import { inRange, type Field, type Fields, type FieldType } from '../../../src/engine/protocol/schema.js';

/** A script of requests and answers, as a real Kafka gave them. */
export interface Transcript {
  readonly name: string;
  readonly about: string;
  readonly needs: Readonly<Record<string, string>>;
  /** Alone on a broker of its own, which has no topic yet. */
  readonly fresh?: boolean;
  readonly steps: readonly TranscriptStep[];
}

export interface TranscriptStep {
  readonly client?: string;
  /** `encodedAs`: the version of the body, if another. */
  readonly send?: {
    readonly api: string;
    readonly version: number;
    readonly encodedAs?: number;
    readonly request: Json;
  };
  readonly as?: string;
  readonly receive?: string;
  readonly response?: Json;
  readonly sorted?: boolean;
  /** The version that it is answered in, if another. */
  readonly decodedAs?: number;
  /** Instead of an answer the connection is closed. */
  readonly closed?: string;
  readonly serverError?: boolean;
  readonly pending?: string;
  readonly unanswered?: string;
  readonly afterMs?: number;
  readonly wait?: number;
  readonly disconnect?: string;
  /** Wait until this is there. */
  readonly ready?: 'group coordinator';
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** Values that differ from run to run: bound where they first appear in an answer, put in where a request names them. */
export class Bindings {
  private values = new Map<string, Json>();

  get(name: string): Json {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`${name} has no value yet`);
    return value;
  }

  /** Whether `actual` is what Kafka answered, up to placeholders; binds those that are new. On a mismatch nothing is bound. */
  matches(expected: Json, actual: Json, asSets: boolean): boolean {
    const before = new Map(this.values);
    if (this.match(expected, actual, asSets)) return true;
    this.values = before;
    return false;
  }

  private match(expected: Json, actual: Json, asSets: boolean): boolean {
    if (typeof expected === 'string' && expected.includes('$')) return this.matchText(expected, actual);
    if (Array.isArray(expected))
      return Array.isArray(actual) && this.matchArray(expected, actual as readonly Json[], asSets);
    if (typeof expected !== 'object' || expected === null) return expected === actual;
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
    const [left, right] = [expected as Record<string, Json>, actual as Record<string, Json>];
    return (
      isDeepStrictEqual(Object.keys(left).sort(), Object.keys(right).sort()) &&
      Object.entries(left).every(([field, value]) => this.match(value, right[field] as Json, asSets))
    );
  }

  private matchArray(expected: readonly Json[], actual: readonly Json[], asSets: boolean): boolean {
    if (expected.length !== actual.length) return false;
    if (!asSets) return expected.every((value, index) => this.match(value, actual[index] as Json, asSets));
    const left = [...actual];
    return expected.every((value) => {
      const found = left.findIndex((candidate) => this.matches(value, candidate, asSets));
      if (found >= 0) left.splice(found, 1);
      return found >= 0;
    });
  }

  private matchText(expected: string, actual: Json): boolean {
    if (/^\$[a-zA-Z]+$/.test(expected)) return actual !== null;
    if (/^\$[a-zA-Z]+\d+$/.test(expected)) {
      const known = this.values.get(expected);
      if (known !== undefined) return known === actual;
      if (
        [...this.values].some(
          ([name, value]) => value === actual && name.replace(/\d+$/, '') === expected.replace(/\d+$/, ''),
        )
      )
        return false;
      this.values.set(expected, actual);
      return true;
    }
    const pattern = expected.split(/(\$[a-zA-Z]+\d*)/).map((part) => {
      if (!part.startsWith('$')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return /\d$/.test(part) ? JSON.stringify(this.get(part)).replaceAll('"', '') : '-?\\d+';
    });
    return typeof actual === 'string' && new RegExp(`^${pattern.join('')}$`).test(actual);
  }
}

/** A request of a transcript as we hold it in memory, with the values of its placeholders. */
export function requestFrom(api: ApiName, json: Json, bindings: Bindings): StructValue {
  return structFrom(apis[api].request.fields, json as Record<string, Json>, bindings);
}

function structFrom(fields: Fields, json: Record<string, Json>, bindings: Bindings): StructValue {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = fields[name];
      if (field === undefined) throw new Error(`The table has no field ${name}, but Kafka was sent one.`);
      return [name, valueFrom(field.type, value, bindings)];
    }),
  );
}

function valueFrom(type: FieldType, given: Json, bindings: Bindings): unknown {
  if (type === 'records') return given === null ? null : recordsFrom(given as Record<string, Json>, bindings);
  const value = typeof given === 'string' && given.startsWith('$') ? bindings.get(given) : given;
  if (value === null) return null;
  if (type === 'int64') return BigInt(value as string | number);
  if (type === 'uuid') return new Uint8Array(Buffer.from(value as string, 'base64url'));
  if (type === 'bytes') return new Uint8Array(Buffer.from(value as string, 'base64'));
  if (typeof type === 'string') return value;
  if (type.kind === 'struct') return structFrom(type.fields, value as Record<string, Json>, bindings);
  return (value as readonly Json[]).map((each) => valueFrom(type.element, each, bindings));
}

/** The bytes that were sent; where a batch's producer id is a placeholder, the id and the checksum are put in. */
function recordsFrom(json: Record<string, Json>, bindings: Bindings): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(json['hex'] as string, 'hex'));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const batch of (json['batches'] ?? []) as readonly Record<string, Json>[]) {
    const size = batch['sizeInBytes'] as number;
    const producerId = batch['producerId'];
    if (typeof producerId === 'string' && producerId.startsWith('$')) {
      view.setBigInt64(at + 43, BigInt(bindings.get(producerId) as number));
      view.setUint32(at + 17, crc32c(bytes, at + 21, at + size));
    }
    at += size;
  }
  return bytes;
}

/** One of our answers, as Kafka writes it down in a version. */
export function responseJson(api: ApiName, version: number, response: StructValue): Json {
  return structJson(apis[api].response.fields, version, response);
}

function structJson(fields: Fields, version: number, value: StructValue): Json {
  const json: Record<string, Json> = {};
  for (const [name, field] of Object.entries(fields) as [string, Field][]) {
    if (!inRange(field.versions, version)) continue;
    if (isTagged(field, version) && isDefault(field, value[name])) continue;
    json[name] = valueJson(field.type, version, value[name]);
  }
  return json;
}

function valueJson(type: FieldType, version: number, value: unknown): Json {
  if (type === 'records') return value === null ? null : recordsJson(value as Uint8Array);
  if (value === null) return null;
  if (type === 'int64') return numberJson(value as bigint);
  if (type === 'uuid') return Buffer.from(value as Uint8Array).toString('base64url');
  if (type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  if (typeof type === 'string') return value as Json;
  if (type.kind === 'struct') return structJson(type.fields, version, value as StructValue);
  return (value as readonly unknown[]).map((each) => valueJson(type.element, version, each));
}

/** As `goldenLines` reads integers. */
function numberJson(value: bigint): Json {
  const text = String(value);
  return /^-?\d{16,}$/.test(text) ? text : Number(value);
}

function recordsJson(bytes: Uint8Array): Json {
  let end = 0;
  const batches = [...batchesIn(bytes)].map(({ header, end: after }): Json => {
    end = after;
    return {
      baseOffset: header.baseOffset,
      lastOffset: header.lastOffset,
      partitionLeaderEpoch: header.partitionLeaderEpoch,
      magic: 2,
      attributes: header.attributes,
      compression: header.compression,
      timestampType: header.timestampType,
      transactional: header.isTransactional,
      control: header.isControlBatch,
      baseTimestamp: header.baseTimestamp,
      maxTimestamp: header.maxTimestamp,
      producerId: header.producerId,
      producerEpoch: header.producerEpoch,
      baseSequence: header.baseSequence,
      count: header.recordCount,
      sizeInBytes: header.sizeInBytes,
      ...(verifyCrc(bytes, header) ? {} : { crcOk: false }),
      records: [...decodeRecords(bytes, header)].map((record) => ({
        offsetDelta: record.offset - header.baseOffset,
        timestampDelta:
          record.timestamp - (header.timestampType === 'LogAppendTime' ? header.maxTimestamp : header.baseTimestamp),
        key: textJson(record.key),
        value: textJson(record.value),
        headers: record.headers.map(({ key, value }) => ({ key, value: textJson(value) })),
      })),
    };
  });
  const trailing = bytes.length - end;
  return { sizeInBytes: bytes.length, ...(trailing > 0 ? { trailingBytes: trailing } : {}), batches };
}

function textJson(bytes: Uint8Array | null): Json {
  if (bytes === null) return null;
  const isPrintable = bytes.every((byte) => byte >= 32 && byte < 127);
  return isPrintable ? Buffer.from(bytes).toString() : `hex:${Buffer.from(bytes).toString('hex')}`;
}
