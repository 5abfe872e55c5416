import { crc32c } from '../../protocol/crc32c.js';
import type { ProducerEntry } from './producer-entry.js';

/** Version, checksum and the number of entries stand before them. */
const headerBytes = 10;
const entryBytes = 46;
const version = 1;

/** The bytes of a snapshot, in the layout of Kafka's `.snapshot` files (`ProducerStateManager.writeSnapshot`): of each producer's batches the last. */
export function encodeSnapshot(entries: Iterable<ProducerEntry>): Uint8Array {
  const all = [...entries];
  const bytes = new Uint8Array(headerBytes + all.length * entryBytes);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, version);
  view.setInt32(6, all.length);
  all.forEach((entry, index) => writeEntry(view, headerBytes + index * entryBytes, entry));
  view.setUint32(2, crc32c(bytes, 6, bytes.length));
  return bytes;
}

/** The entries of a snapshot; undefined if it is damaged. */
export function decodeSnapshot(bytes: Uint8Array): ProducerEntry[] | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getInt32(6);
  if (view.getInt16(0) !== version || bytes.length !== headerBytes + count * entryBytes) return undefined;
  if (view.getUint32(2) !== crc32c(bytes, 6, bytes.length)) return undefined;
  return Array.from({ length: count }, (_, index) => readEntry(view, headerBytes + index * entryBytes));
}

function writeEntry(view: DataView, at: number, entry: ProducerEntry): void {
  const last = entry.batches.at(-1);
  view.setBigInt64(at, BigInt(entry.producerId));
  view.setInt16(at + 8, entry.epoch);
  view.setInt32(at + 10, last?.lastSequence ?? -1);
  view.setBigInt64(at + 14, BigInt(last?.lastOffset ?? -1));
  view.setInt32(at + 22, last?.offsetDelta ?? 0);
  view.setBigInt64(at + 26, BigInt(entry.lastTimestamp));
  view.setInt32(at + 34, entry.coordinatorEpoch);
  view.setBigInt64(at + 38, BigInt(entry.currentTransactionFirstOffset ?? -1));
}

function readEntry(view: DataView, at: number): ProducerEntry {
  const lastSequence = view.getInt32(at + 10);
  const lastTimestamp = Number(view.getBigInt64(at + 26));
  const firstOffset = Number(view.getBigInt64(at + 38));
  const lastOffset = Number(view.getBigInt64(at + 14));
  const batch = { lastSequence, lastOffset, offsetDelta: view.getInt32(at + 22), timestamp: lastTimestamp };
  return {
    producerId: Number(view.getBigInt64(at)),
    epoch: view.getInt16(at + 8),
    coordinatorEpoch: view.getInt32(at + 34),
    lastTimestamp,
    currentTransactionFirstOffset: firstOffset < 0 ? undefined : firstOffset,
    batches: lastOffset < 0 ? [] : [batch],
  };
}
