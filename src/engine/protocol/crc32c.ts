/**
 * CRC-32C (Castagnoli), the checksum of record batches: an unsigned 32-bit integer over bytes `start`…`end`. `seed` is the checksum of what came before.
 * Slicing by 8: eight tables of 256 entries in one flat array, fed with aligned 32-bit words.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  const alignedStart = Math.min(end, start + (-(bytes.byteOffset + start) & 3));
  const pairs = isLittleEndian ? (end - alignedStart) >>> 3 : 0;
  let crc = overBytes(bytes, start, alignedStart, ~seed);
  if (pairs > 0) crc = overWords(new Int32Array(bytes.buffer, bytes.byteOffset + alignedStart, pairs * 2), crc);
  return ~overBytes(bytes, alignedStart + pairs * 8, end, crc) >>> 0;
}

/** Words are read in the order of the machine; where that is not the low byte first, all goes byte by byte. */
const isLittleEndian = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

function overBytes(bytes: Uint8Array, start: number, end: number, before: number): number {
  let crc = before;
  for (let at = start; at < end; at++) crc = (tables[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return crc;
}

function overWords(words: Int32Array, before: number): number {
  const count = words.length;
  let crc = before;
  for (let index = 0; index < count; index += 2) {
    const low = (words[index] as number) ^ crc;
    const high = words[index + 1] as number;
    crc =
      (tables[1792 + (low & 0xff)] as number) ^
      (tables[1536 + ((low >>> 8) & 0xff)] as number) ^
      (tables[1280 + ((low >>> 16) & 0xff)] as number) ^
      (tables[1024 + (low >>> 24)] as number) ^
      (tables[768 + (high & 0xff)] as number) ^
      (tables[512 + ((high >>> 8) & 0xff)] as number) ^
      (tables[256 + ((high >>> 16) & 0xff)] as number) ^
      (tables[high >>> 24] as number);
  }
  return crc;
}

/** Table k holds, at k * 256 + b, the remainder of byte b followed by k zero bytes. */
const tables = buildTables();

function buildTables(): Int32Array {
  const reflectedPolynomial = 0x82f63b78;
  const built = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ reflectedPolynomial : remainder >>> 1;
    built[byte] = remainder;
  }
  for (let index = 256; index < built.length; index++) {
    const shorter = built[index - 256] as number;
    built[index] = (shorter >>> 8) ^ (built[shorter & 0xff] as number);
  }
  return built;
}
