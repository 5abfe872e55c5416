import type { Storage } from '../environment/storage.js';
import { batchesIn, decodeRecords } from '../protocol/record-batch.js';

/** A record as it lies on the disk: read from the segment file itself, past the broker. */
export interface StoredRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  /** Milliseconds since the epoch, on the run's virtual clock. */
  readonly timestamp: number;
  readonly offset: number;
  readonly batchBaseOffset: number;
  /** The size of its batch in the file, header included. */
  readonly batchBytes: number;
  /** The CRC-32C that the batch carries, unsigned. */
  readonly crc: number;
  readonly leaderEpoch: number;
  readonly producerId: number;
  readonly segmentBaseOffset: number;
}

/** Finds a record in the committed files of a partition; undefined if none of them holds it. */
export async function readStoredRecord(
  storage: Storage,
  at: { readonly topic: string; readonly partition: number; readonly offset: number },
): Promise<StoredRecord | undefined> {
  const folder = `${at.topic}-${at.partition}/`;
  const segments = (await storage.files())
    .filter(({ name }) => name.startsWith(folder) && name.endsWith('.log'))
    .map(({ name, size }) => ({ name, size, baseOffset: Number(name.slice(folder.length, -'.log'.length)) }));
  const segment = segments.findLast(({ baseOffset }) => baseOffset <= at.offset);
  if (segment === undefined) return undefined;
  const bytes = await storage.read(segment.name, 0, segment.size);
  for (const { header, start, end } of batchesIn(bytes)) {
    if (at.offset < header.baseOffset || at.offset > header.lastOffset) continue;
    for (const record of decodeRecords(bytes, header)) {
      if (record.offset !== at.offset) continue;
      return {
        key: record.key?.slice() ?? null,
        value: record.value?.slice() ?? null,
        headers: record.headers.map(({ key, value }) => ({ key, value: value?.slice() ?? null })),
        timestamp: record.timestamp,
        offset: record.offset,
        batchBaseOffset: header.baseOffset,
        batchBytes: end - start,
        crc: header.crc,
        leaderEpoch: header.partitionLeaderEpoch,
        producerId: header.producerId,
        segmentBaseOffset: segment.baseOffset,
      };
    }
  }
  return undefined;
}
