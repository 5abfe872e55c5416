import type { CompressionType } from '../batch-header.js';
import { compressGzip, decompressGzip } from './gzip.js';
import { compressLz4, decompressLz4 } from './lz4.js';
import { Output } from './output.js';
import { compressSnappy, decompressSnappy } from './snappy.js';
import { compressZstd, decompressZstd } from './zstd.js';

/** Compresses the records of a batch; `level` matters to gzip alone. */
export function compress(codec: CompressionType, bytes: Uint8Array, level?: number): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return compressGzip(bytes, level);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes);
    case 'zstd':
      return compressZstd(bytes);
  }
}

/**
 * Decompresses the records of a batch into at most `limit` bytes. Throws MESSAGE_TOO_LARGE as soon as there would be more, having held little more than the limit, and
 * CORRUPT_MESSAGE for what the codec can't read.
 */
export function decompress(codec: CompressionType, bytes: Uint8Array, limit: number): Uint8Array {
  switch (codec) {
    case 'none': {
      const output = new Output(limit, bytes.length);
      output.push(bytes);
      return output.take();
    }
    case 'gzip':
      return decompressGzip(bytes, limit);
    case 'snappy':
      return decompressSnappy(bytes, limit);
    case 'lz4':
      return decompressLz4(bytes, limit);
    case 'zstd':
      return decompressZstd(bytes, limit);
  }
}
