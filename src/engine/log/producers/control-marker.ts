import { decodeRecords, type BatchHeader } from '../../protocol/record-batch.js';

/** The end of a transaction, as its coordinator writes it into every partition of it (`EndTransactionMarker`). */
export interface ControlMarker {
  readonly type: 'ABORT' | 'COMMIT';
  readonly coordinatorEpoch: number;
  readonly timestamp: number;
}

/** The marker in a control batch; undefined if it was cleaned away, or if it is of another kind. */
export function controlMarker(bytes: Uint8Array, header: BatchHeader): ControlMarker | undefined {
  for (const { key, value, timestamp } of decodeRecords(bytes, header)) {
    if (key === null || key.length < 4 || value === null || value.length < 6) return undefined;
    const type = new DataView(key.buffer, key.byteOffset).getInt16(2);
    if (type !== 0 && type !== 1) return undefined;
    const coordinatorEpoch = new DataView(value.buffer, value.byteOffset).getInt32(2);
    return { type: type === 0 ? 'ABORT' : 'COMMIT', coordinatorEpoch, timestamp };
  }
  return undefined;
}
