import type { PartitionLog } from '../log/partition-log.js';
import { batchesIn, decodeRecords, type DecodedRecord } from '../protocol/record-batch.js';

const chunkBytes = 1024 * 1024;

/** Every durable record of a log of our own, from its start to its high watermark as it was when reading began. */
export async function* readAllRecords(log: PartitionLog): AsyncGenerator<DecodedRecord> {
  const end = log.highWatermark;
  let next = log.logStartOffset;
  while (next < end) {
    const bytes = await log.read(next, chunkBytes, { minOneMessage: true, upTo: end });
    const before = next;
    for (const { header } of batchesIn(bytes)) {
      yield* decodeRecords(bytes, header);
      next = header.lastOffset + 1;
    }
    if (next === before) return;
  }
}
