import { crc32c } from '../protocol/crc32c.js';
import type { RebuiltProducer } from './rebuilt-producers.js';

/** What the checkpoint of a log tells, as far as it can be checked. */
export interface RawCheckpoint {
  readonly logStartOffset: number;
  readonly cleanedTo: number;
  readonly snapshots: readonly number[];
  readonly active: RawSegmentNote | undefined;
  readonly sealed: readonly RawSegmentNote[];
  readonly cleaning: { readonly replaced: readonly number[]; readonly by: RawSegmentNote } | undefined;
}

export interface RawSegmentNote {
  readonly baseOffset: number;
  readonly size: number;
  readonly nextOffset: number;
  /** Checksum of the indexes; undefined if none is told. */
  readonly indexes: number | undefined;
}

/** Reads a log's checkpoint; undefined if it is none. */
export function parseCheckpoint(bytes: Uint8Array): RawCheckpoint | undefined {
  try {
    const found = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (found['version'] !== 2) return undefined;
    const active = found['active'];
    const cleaning = found['cleaning'] as Record<string, unknown> | undefined;
    return {
      logStartOffset: whole(found['logStartOffset']),
      cleanedTo: found['cleanedTo'] === undefined ? 0 : whole(found['cleanedTo']),
      snapshots: list(found['snapshots']).map(whole),
      active: active === undefined ? undefined : note(active),
      sealed: list(found['sealed']).map(note),
      cleaning: cleaning && { replaced: list(cleaning['replaced']).map(whole), by: note(cleaning['by']) },
    };
  } catch {
    return undefined;
  }
}

function note(value: unknown): RawSegmentNote {
  const found = value as Record<string, unknown>;
  const indexes = found['indexes'];
  return {
    baseOffset: whole(found['baseOffset']),
    size: whole(found['size']),
    nextOffset: whole(found['nextOffset']),
    indexes: indexes === undefined ? undefined : whole(indexes),
  };
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value;
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new TypeError('no whole number');
  return value;
}

/** A leader epoch and where it begins. */
export type RawEpoch = readonly [epoch: number, startOffset: number];

/** Reads a `leader-epoch-checkpoint`; undefined if it is none: a version, the number of lines, and rising epochs with rising offsets. */
export function parseEpochs(bytes: Uint8Array): RawEpoch[] | undefined {
  const lines = new TextDecoder().decode(bytes).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines[0] !== '0' || Number(lines[1]) !== lines.length - 2) return undefined;
  const epochs: [number, number][] = [];
  for (const line of lines.slice(2)) {
    const [epoch, start, ...more] = line.split(' ').map(Number);
    const before = epochs.at(-1);
    if (epoch === undefined || start === undefined || more.length > 0) return undefined;
    if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(start)) return undefined;
    if (before !== undefined && (epoch <= before[0] || start <= before[1])) return undefined;
    epochs.push([epoch, start]);
  }
  return epochs;
}

/** Entries of a time index, with offsets counted from 0; undefined if the bytes are no such index. */
export interface TimeEntry {
  readonly timestamp: number;
  readonly offset: number;
}

/** An entry of the transaction index. */
export interface AbortEntry {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** `[last offset, position]` of each entry of an offset index. */
export function parseOffsetIndex(bytes: Uint8Array, baseOffset: number): (readonly [number, number])[] | undefined {
  if (bytes.length % 8 !== 0) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, index) => [
    baseOffset + data.getInt32(index * 8),
    data.getInt32(index * 8 + 4),
  ]);
}

export function parseTimeIndex(bytes: Uint8Array, baseOffset: number): TimeEntry[] | undefined {
  if (bytes.length % 12 !== 0) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 12 }, (_, index) => ({
    timestamp: Number(data.getBigInt64(index * 12)),
    offset: baseOffset + data.getInt32(index * 12 + 8),
  }));
}

export function parseTransactionIndex(bytes: Uint8Array): AbortEntry[] | undefined {
  if (bytes.length % 34 !== 0) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 34 }, (_, index) => ({
    producerId: Number(data.getBigInt64(index * 34 + 2)),
    firstOffset: Number(data.getBigInt64(index * 34 + 10)),
    lastOffset: Number(data.getBigInt64(index * 34 + 18)),
  }));
}

/** Reads a snapshot of producers; undefined if its checksum or its length is wrong. */
export function parseSnapshot(bytes: Uint8Array): Map<number, RebuiltProducer> | undefined {
  if (bytes.length < 10) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = data.getInt32(6);
  if (data.getInt16(0) !== 1 || bytes.length !== 10 + 46 * count) return undefined;
  if (data.getUint32(2) !== crc32c(bytes, 6, bytes.length)) return undefined;
  const producers = new Map<number, RebuiltProducer>();
  for (let at = 10; at < bytes.length; at += 46) {
    producers.set(Number(data.getBigInt64(at)), {
      epoch: data.getInt16(at + 8),
      lastSequence: data.getInt32(at + 10),
      lastOffset: Number(data.getBigInt64(at + 14)),
      offsetDelta: data.getInt32(at + 22),
      timestamp: Number(data.getBigInt64(at + 26)),
      coordinatorEpoch: data.getInt32(at + 34),
      transactionFrom: Number(data.getBigInt64(at + 38)),
    });
  }
  return producers;
}

/** The checksum of a segment's indexes as a checkpoint tells it: of the length of each, and its bytes. */
export function indexChecksum(contents: readonly (Uint8Array | undefined)[]): number {
  let checksum = 0;
  for (const bytes of contents) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes?.length ?? 0);
    checksum = crc32c(length, 0, 4, checksum);
    if (bytes !== undefined) checksum = crc32c(bytes, 0, bytes.length, checksum);
  }
  return checksum;
}
