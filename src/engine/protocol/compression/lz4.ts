import { matchesIn } from './match-finder.js';
import { corruptCompression, joined, Output } from './output.js';
import { xxhash32 } from './xxhash32.js';

const magic = 0x184d2204;
const blockBytes = 64 * 1024;
/** Version 1, blocks that stand alone, no checksums; blocks of at most 64 KiB. As Kafka's Java client writes it. */
const descriptor = new Uint8Array([0x60, 0x40]);

/** Compresses into a frame of lz4, with the header that Kafka expects. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(7);
  new DataView(header.buffer).setUint32(0, magic, true);
  header.set(descriptor, 4);
  header[6] = (xxhash32(descriptor) >> 8) & 0xff;
  const parts: Uint8Array[] = [header];
  for (let from = 0; from < bytes.length; from += blockBytes) {
    const plain = bytes.subarray(from, from + blockBytes);
    const block = compressBlock(plain);
    const isSmaller = block.length < plain.length;
    parts.push(uint32(isSmaller ? block.length : (plain.length | 0x8000_0000) >>> 0), isSmaller ? block : plain);
  }
  return joined([...parts, uint32(0)]);
}

/** Decompresses a frame of lz4. */
export function decompressLz4(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (count: number): void => {
    if (at + count > bytes.length)
      throw corruptCompression(`an lz4 frame ends at byte ${bytes.length}, inside a field`);
  };
  let at = 0;
  need(7);
  if (view.getUint32(0, true) !== magic) throw corruptCompression('it does not begin as an lz4 frame does');
  const flags = bytes[4] as number;
  if (flags >> 6 !== 1) throw corruptCompression(`its lz4 version is ${flags >> 6}; 1 is expected`);
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const headerEnd = 6 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  at = headerEnd;
  need(1);
  if (((xxhash32(bytes.subarray(4, headerEnd)) >> 8) & 0xff) !== bytes[headerEnd])
    throw corruptCompression('the header of its lz4 frame does not have its checksum');
  at += 1;
  const output = new Output(limit, bytes.length * 3);
  for (;;) {
    need(4);
    const told = view.getUint32(at, true);
    at += 4;
    if (told === 0) return output.take();
    const size = told & 0x7fff_ffff;
    need(size);
    const block = bytes.subarray(at, at + size);
    if (told >= 0x8000_0000) output.push(block);
    else decompressBlock(block, output, (flags & 0x20) === 0 ? 0 : output.length);
    at += size + (hasBlockChecksum ? 4 : 0);
  }
}

function compressBlock(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let written = 0;
  const emit = (literals: Uint8Array, length: number, distance: number): void => {
    const head = [(Math.min(literals.length, 15) << 4) | (length === 0 ? 0 : Math.min(length - 4, 15))];
    if (literals.length >= 15) head.push(...rest(literals.length - 15));
    parts.push(new Uint8Array(head), literals);
    if (length === 0) return;
    const tail = [distance & 0xff, distance >> 8];
    if (length - 4 >= 15) tail.push(...rest(length - 4 - 15));
    parts.push(new Uint8Array(tail));
  };
  // The last five bytes are literals, and no match begins in the last twelve.
  for (const { position, distance, length } of matchesIn(bytes, { window: 65_535, margin: 5 })) {
    if (position > bytes.length - 12) break;
    emit(bytes.subarray(written, position), length, distance);
    written = position + length;
  }
  emit(bytes.subarray(written), 0, 0);
  return joined(parts);
}

function* rest(count: number): Generator<number> {
  for (; count >= 255; count -= 255) yield 255;
  yield count;
}

function decompressBlock(bytes: Uint8Array, output: Output, notBefore: number): void {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw corruptCompression('an lz4 block ends too early');
    return byte;
  };
  const extended = (length: number): number => {
    if (length < 15) return length;
    for (;;) {
      const byte = next();
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (at < bytes.length) {
    const token = next();
    const literals = extended(token >> 4);
    if (at + literals > bytes.length)
      throw corruptCompression(`${literals} literal bytes are told where ${bytes.length - at} are left`);
    output.push(bytes.subarray(at, at + literals));
    at += literals;
    if (at === bytes.length) return;
    const distance = next() + next() * 256;
    output.repeat(distance, extended(token & 15) + 4, notBefore);
  }
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
