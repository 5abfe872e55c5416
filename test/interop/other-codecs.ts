import { compressFrame, decompressFrame } from 'lz4-napi';
import { compressSync, uncompressSync } from 'snappy';

/** Codecs that are not ours, for clients that bring none. */
export async function compress(codec: 'snappy' | 'lz4', bytes: Buffer): Promise<Buffer> {
  return codec === 'snappy' ? compressSync(bytes) : compressFrame(bytes);
}

/** Undoes it. Snappy comes in the frames of Kafka's Java client, too: several blocks behind a header. */
export async function decompress(codec: 'snappy' | 'lz4', bytes: Buffer): Promise<Buffer> {
  return codec === 'snappy' ? Buffer.from(uncompressSync(bytes)) : decompressFrame(bytes);
}
