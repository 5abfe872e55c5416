import { Decompress } from 'fzstd';
import { KafkaError } from '../kafka-error.js';
import { corruptCompression, Output } from './output.js';

export { compressZstd } from './zstd-encoder.js';

const magic = 0xfd2fb528;
const stepBytes = 4096;
/** Kafka's own clients never ask for more. */
const largestWindowBytes = 8 * 1024 * 1024;

/** Decompresses a frame of zstd, in steps. A frame that wants a window larger than 8 MiB, or than the limit, is refused before anything is allocated. */
export function decompressZstd(bytes: Uint8Array, limit: number): Uint8Array {
  checkWindow(bytes, limit);
  const output = new Output(limit, bytes.length * 3);
  const seen = { end: false };
  const stream = new Decompress((part, final) => {
    output.push(part);
    seen.end ||= final === true;
  });
  try {
    for (let at = 0; at < bytes.length; at += stepBytes)
      stream.push(bytes.subarray(at, at + stepBytes), at + stepBytes >= bytes.length);
  } catch (error) {
    if (error instanceof KafkaError) throw error;
    throw corruptCompression(`zstd says '${error instanceof Error ? error.message : String(error)}'`);
  }
  if (!seen.end) throw corruptCompression('it ends before zstd does');
  return output.take();
}

function checkWindow(bytes: Uint8Array, limit: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 9 || view.getUint32(0, true) !== magic)
    throw corruptCompression('it does not begin as a zstd frame does');
  const flags = bytes[4] as number;
  const isSingleSegment = (flags & 0x20) !== 0;
  if (isSingleSegment) {
    const size = contentSize(view, flags);
    if (size > limit)
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `Compressed records say that they are ${size} bytes, more than the limit of ${limit}. Send smaller batches.`,
      );
    return;
  }
  const descriptor = bytes[5] as number;
  const window = 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);
  if (window > largestWindowBytes) throw corruptCompression(`its zstd frame asks for a window of ${window} bytes`);
}

function contentSize(view: DataView, flags: number): number {
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
  const at = 5 + dictionaryBytes;
  const sizeBytes = [1, 2, 4, 8][flags >> 6] as number;
  if (at + sizeBytes > view.byteLength) throw corruptCompression('it ends inside the header of its zstd frame');
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  return sizeBytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
