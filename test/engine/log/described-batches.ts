import { batchCrc } from '../../../src/engine/protocol/batch-header.js';
import { decodeRecords, readBatchHeader, type BatchHeader } from '../../../src/engine/protocol/record-batch.js';

const text = new TextDecoder();

/** The batches of a file as the recordings describe them: sound or not, and whatever follows the last whole one. */
export function describedBatches(file: Uint8Array): Record<string, unknown>[] {
  const list: Record<string, unknown>[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length;) {
    const left = file.length - at;
    const size = left < 12 ? left : 12 + view.getInt32(at + 8);
    if (left < 17 || size < 14 || size > left) {
      list.push({ torn: true, at, bytes: left });
      break;
    }
    list.push(describedBatch(file.slice(at, at + size), at));
    at += size;
  }
  return list;
}

function describedBatch(batch: Uint8Array, at: number): Record<string, unknown> {
  const magic = batch[16] as number;
  if (magic < 2) return { magic, at, sizeInBytes: batch.length };
  batch[16] = 2;
  const header = readBatchHeader(batch, 0);
  const isCorrupt = batchCrc(batch, 0, batch.length) !== header.crc;
  return {
    ...(magic > 2 && { magic }),
    baseOffset: header.baseOffset,
    lastOffset: header.lastOffset,
    partitionLeaderEpoch: header.partitionLeaderEpoch,
    baseTimestamp: header.baseTimestamp,
    maxTimestamp: header.maxTimestamp,
    ...(header.timestampType === 'LogAppendTime' && { timestampType: 'LogAppendTime' }),
    ...(header.deleteHorizonMs !== null && { deleteHorizonMs: header.deleteHorizonMs }),
    ...(header.isControlBatch && { isControl: true }),
    ...(header.isTransactional && { isTransactional: true }),
    ...(header.producerId >= 0 && {
      producerId: header.producerId,
      producerEpoch: header.producerEpoch,
      baseSequence: header.baseSequence,
    }),
    ...(header.compression !== 'none' && { compression: header.compression }),
    sizeInBytes: batch.length,
    crc: header.crc,
    ...(isCorrupt ? { corrupt: true } : { records: describedRecords(batch, header) }),
  };
}

function describedRecords(batch: Uint8Array, header: BatchHeader): Record<string, unknown>[] {
  return [...decodeRecords(batch, header)].map(({ offset, timestamp, key, value, headers }) => {
    const common = { offset, timestamp };
    if (header.isControlBatch) return { ...common, control: (key?.[3] ?? -1) === 0 ? 'ABORT' : 'COMMIT' };
    const shown = headers.map((each) => [each.key, each.value === null ? null : text.decode(each.value)] as const);
    return {
      ...common,
      key: key === null ? null : text.decode(key),
      value: value === null ? null : text.decode(value),
      ...(headers.length > 0 && { headers: Object.fromEntries(shown) }),
    };
  });
}
