import { ByteReader } from '../../protocol/byte-reader.js';
import { ByteWriter } from '../../protocol/byte-writer.js';
import type { RecordHeaders } from '../processor/record.js';
import type { HeldContext } from './record-cache.js';

/** A change that waits in a buffer, as bytes, with the context of its record (Kafka's BufferValue). */
export interface BufferedChange {
  /** What the table held before the first of the changes that were put together here. */
  readonly priorValue: Uint8Array | null;
  readonly oldValue: Uint8Array | null;
  readonly newValue: Uint8Array | null;
  readonly context: HeldContext;
}

const none = -1;
const sameAsPrior = -2;

/** The bytes that a change counts for, as Kafka estimates them. */
export function sizeOfChange({ priorValue, oldValue, newValue, context }: BufferedChange): number {
  let bytes = (priorValue?.length ?? 0) + (newValue?.length ?? 0);
  if (!sameBytes(priorValue, oldValue)) bytes += oldValue?.length ?? 0;
  bytes += 8 + 8 + (context.origin?.topic.length ?? 0) + 4;
  for (const [name, value] of context.headers) bytes += name.length + (value?.length ?? 0);
  return bytes;
}

/** Context, prior, old and new value, then the time by which it is buffered: what the changelog of a buffer holds. */
export function serializeChange(change: BufferedChange, bufferTime: number): Uint8Array {
  const { priorValue, oldValue, newValue, context } = change;
  const writer = new ByteWriter();
  const { timestamp, headers, origin } = context;
  writer.int64(BigInt(timestamp));
  writer.int64(BigInt(origin?.offset ?? none));
  writeBytes(writer, utf8.encode(origin?.topic ?? ''));
  writer.int32(origin?.partition ?? none);
  writer.int32(headers.length);
  for (const [name, value] of headers) {
    writeBytes(writer, utf8.encode(name));
    writeBytes(writer, value);
  }
  writeBytes(writer, priorValue);
  if (oldValue !== null && sameBytes(priorValue, oldValue)) writer.int32(sameAsPrior);
  else writeBytes(writer, oldValue);
  writeBytes(writer, newValue);
  writer.int64(BigInt(bufferTime));
  return writer.written();
}

export function deserializeChange(bytes: Uint8Array): { change: BufferedChange; bufferTime: number } {
  const reader = new ByteReader(bytes, 'a change of a buffer');
  const timestamp = Number(reader.int64());
  const offset = Number(reader.int64());
  const topic = text.decode(readBytes(reader) ?? new Uint8Array());
  const partition = reader.int32();
  const headers: RecordHeaders[number][] = [];
  for (let left = reader.int32(); left > 0; left--) {
    headers.push([text.decode(readBytes(reader) ?? new Uint8Array()), readBytes(reader)]);
  }
  const priorValue = readBytes(reader);
  const oldLength = reader.int32();
  const oldValue = oldLength === sameAsPrior ? priorValue : oldLength === none ? null : reader.raw(oldLength);
  const newValue = readBytes(reader);
  const origin = partition === none ? null : { topic, partition, offset };
  return {
    change: { priorValue, oldValue, newValue, context: { timestamp, headers, origin } },
    bufferTime: Number(reader.int64()),
  };
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

function writeBytes(writer: ByteWriter, bytes: Uint8Array | null): void {
  writer.int32(bytes?.length ?? none);
  if (bytes !== null) writer.raw(bytes);
}

function readBytes(reader: ByteReader): Uint8Array | null {
  const length = reader.int32();
  return length === none ? null : reader.raw(length);
}

function sameBytes(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
