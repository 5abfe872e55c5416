import { Gunzip, gzipSync, type GzipOptions } from 'fflate';
import { KafkaError } from '../kafka-error.js';
import { corruptCompression, Output } from './output.js';

/** How much compressed input is looked at before the limit of the output is looked at again. */
const stepBytes = 4096;

/** Compresses into the gzip format; `level` 1 to 9, -1 for the codec's own choice. */
export function compressGzip(bytes: Uint8Array, level = -1): Uint8Array {
  return gzipSync(bytes, { level: (level < 0 ? 6 : level) as NonNullable<GzipOptions['level']>, mtime: 0 });
}

/** Decompresses gzip, in steps, so that a small input which becomes huge is noticed early. */
export function decompressGzip(bytes: Uint8Array, limit: number): Uint8Array {
  const output = new Output(limit, bytes.length * 3);
  const seen = { end: false };
  const stream = new Gunzip((part, final) => {
    output.push(part);
    seen.end ||= final;
  });
  try {
    for (let at = 0; at < bytes.length; at += stepBytes)
      stream.push(bytes.subarray(at, at + stepBytes), at + stepBytes >= bytes.length);
  } catch (error) {
    if (error instanceof KafkaError) throw error;
    throw corruptCompression(`gzip says '${error instanceof Error ? error.message : String(error)}'`);
  }
  if (!seen.end) throw corruptCompression('it ends before gzip does');
  return output.take();
}
