import { compressFrame, decompressFrame } from 'lz4-napi';
import { compressSync, uncompressSync } from 'snappy';

/** Codecs that are not ours, for clients that bring none. */
export async function compress(codec: 'snappy' | 'lz4', bytes: Buffer): Promise<Buffer> {
  return codec === 'snappy' ? compressSync(bytes) : compressFrame(bytes);
}

/** Undoes it. Snappy comes in the frames of Kafka's Java client, too: several blocks, each with its size, behind a header. */
export async function decompress(codec: 'snappy' | 'lz4', bytes: Buffer): Promise<Buffer> {
  if (codec === 'lz4') return decompressFrame(bytes);
  if (!bytes.subarray(0, magic.length).equals(magic)) return Buffer.from(uncompressSync(bytes));
  const blocks: Buffer[] = [];
  for (let at = headerSize; at < bytes.length;) {
    const size = bytes.readInt32BE(at);
    blocks.push(Buffer.from(uncompressSync(bytes.subarray(at + 4, at + 4 + size))));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}

const magic = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic, a version and the least version that can be read. */
const headerSize = 16;
