import { matchesIn } from './match-finder.js';
import { corruptCompression, joined, Output } from './output.js';

/** What the stream format of snappy-java begins with, which Kafka's Java client writes: a magic, and twice a version. */
const javaHeader = new Uint8Array([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const javaBlockBytes = 32 * 1024;

/** Compresses as Kafka's Java client does: blocks of 32 KiB behind the header of snappy-java. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [javaHeader];
  for (let from = 0; from < bytes.length; from += javaBlockBytes) {
    const block = compressBlock(bytes.subarray(from, from + javaBlockBytes));
    const size = new Uint8Array(4);
    new DataView(size.buffer).setInt32(0, block.length);
    parts.push(size, block);
  }
  return joined(parts);
}

/** Decompresses what snappy-java wrote, or one raw block, as clients in other languages send it. */
export function decompressSnappy(bytes: Uint8Array, limit: number): Uint8Array {
  const output = new Output(limit, bytes.length * 3);
  const isJava = javaHeader.subarray(0, 8).every((byte, at) => bytes[at] === byte);
  if (!isJava) {
    decompressBlock(bytes, output);
    return output.take();
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = javaHeader.length; at < bytes.length;) {
    if (at + 4 > bytes.length) throw corruptCompression('it ends inside the length of a snappy block');
    const size = view.getInt32(at);
    at += 4;
    if (size < 0 || at + size > bytes.length)
      throw corruptCompression(`a snappy block of ${size} bytes begins where ${bytes.length - at} are left`);
    decompressBlock(bytes.subarray(at, at + size), output);
    at += size;
  }
  return output.take();
}

function compressBlock(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [varint(bytes.length)];
  let written = 0;
  for (const { position, distance, length } of matchesIn(bytes, { window: 65_535, margin: 0 })) {
    if (position > written) parts.push(...literal(bytes.subarray(written, position)));
    for (let left = length; left > 0;) {
      // No copy may be shorter than it takes to say so; at most 64 bytes each.
      const taken = left > 64 && left < 68 ? 60 : Math.min(left, 64);
      parts.push(new Uint8Array([((taken - 1) << 2) | 2, distance & 0xff, distance >> 8]));
      left -= taken;
    }
    written = position + length;
  }
  if (written < bytes.length) parts.push(...literal(bytes.subarray(written)));
  return joined(parts);
}

function literal(bytes: Uint8Array): Uint8Array[] {
  const count = bytes.length - 1;
  if (count < 60) return [new Uint8Array([count << 2]), bytes];
  if (count < 256) return [new Uint8Array([60 << 2, count]), bytes];
  return [new Uint8Array([61 << 2, count & 0xff, count >> 8]), bytes];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return new Uint8Array([...bytes, value]);
}

function decompressBlock(bytes: Uint8Array, output: Output): void {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw corruptCompression('a snappy block ends too early');
    return byte;
  };
  let told = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = next();
    told += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
    if (shift > 28) throw corruptCompression('the length of a snappy block has more than five bytes');
  }
  const begin = output.length;
  while (at < bytes.length) {
    const tag = next();
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const extra = length - 59;
        length = 0;
        for (let byte = 0; byte < extra; byte++) length += next() * 2 ** (8 * byte);
      }
      length += 1;
      if (at + length > bytes.length)
        throw corruptCompression(`${length} literal bytes are told where ${bytes.length - at} are left`);
      output.push(bytes.subarray(at, at + length));
      at += length;
    } else if (kind === 1) {
      output.repeat(((tag >> 5) << 8) | next(), ((tag >> 2) & 7) + 4, begin);
    } else {
      const distance =
        kind === 2 ? next() + next() * 256 : next() + next() * 256 + next() * 65_536 + next() * 16_777_216;
      output.repeat(distance, (tag >> 2) + 1, begin);
    }
  }
  if (output.length - begin !== told)
    throw corruptCompression(`a snappy block gives ${output.length - begin} bytes where it tells ${told}`);
}
