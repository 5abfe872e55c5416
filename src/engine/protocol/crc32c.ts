/**
 * CRC-32C (Castagnoli), the checksum of record batches: an unsigned 32-bit integer over bytes `start`…`end`. `seed` is the checksum of what came before.
 * Slicing by 8: eight tables of 256 entries in one flat array, fed with aligned 32-bit words.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let crc = ~seed;
  let at = start;
  const misaligned = (bytes.byteOffset + start) & 3;
  const wordsFrom = misaligned === 0 ? start : Math.min(end, start + 4 - misaligned);
  for (; at < wordsFrom; at++) crc = byteStep(crc, bytes[at] as number);
  const pairs = ((end - at) >>> 3) * 2;
  const words = pairs === 0 ? noWords : new Int32Array(bytes.buffer, bytes.byteOffset + at, pairs);
  for (let index = 0; index < pairs; index += 2) {
    const low = littleEndian(words[index] as number) ^ crc;
    const high = littleEndian(words[index + 1] as number);
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
  for (at += pairs * 4; at < end; at++) crc = byteStep(crc, bytes[at] as number);
  return ~crc >>> 0;
}

const noWords = new Int32Array(0);

function byteStep(crc: number, byte: number): number {
  return (tables[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
}

const isLittleEndian = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

function littleEndian(word: number): number {
  if (isLittleEndian) return word;
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
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
