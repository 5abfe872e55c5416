/**
 * CRC-32C (Castagnoli), the checksum of record batches: an unsigned 32-bit integer over bytes `start`…`end`. `seed` is the checksum of what came before.
 * Slicing by 8: eight tables of 256 entries in one flat array, fed with aligned 32-bit words. Long stretches are taken as three at once, whose steps do not
 * wait for each other, and put together afterwards.
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

/** Words in each of the three stretches that are taken at once: even, so that steps of two words end with them. */
const longStretch = 512;
const shortStretch = 32;

function overBytes(bytes: Uint8Array, start: number, end: number, before: number): number {
  let crc = before;
  for (let at = start; at < end; at++) crc = (tables[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return crc;
}

function overWords(words: Int32Array, before: number): number {
  const count = words.length;
  let crc = before;
  let index = 0;
  if (count >= 3 * shortStretch) {
    shifts ??= { long: buildShift(longStretch * 4), short: buildShift(shortStretch * 4) };
    for (; index + 3 * longStretch <= count; index += 3 * longStretch)
      crc = overThree(words, index, longStretch, crc, shifts.long);
    for (; index + 3 * shortStretch <= count; index += 3 * shortStretch)
      crc = overThree(words, index, shortStretch, crc, shifts.short);
  }
  for (; index < count; index += 2) {
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

/** Three stretches of so many words that follow each other; `shift` moves a remainder on by one of them. */
function overThree(words: Int32Array, from: number, stretch: number, before: number, shift: Int32Array): number {
  let one = before;
  let two = 0;
  let three = 0;
  for (let at = from; at < from + stretch; at += 2) {
    const low1 = (words[at] as number) ^ one;
    const high1 = words[at + 1] as number;
    const low2 = (words[at + stretch] as number) ^ two;
    const high2 = words[at + stretch + 1] as number;
    const low3 = (words[at + 2 * stretch] as number) ^ three;
    const high3 = words[at + 2 * stretch + 1] as number;
    one =
      (tables[1792 + (low1 & 0xff)] as number) ^
      (tables[1536 + ((low1 >>> 8) & 0xff)] as number) ^
      (tables[1280 + ((low1 >>> 16) & 0xff)] as number) ^
      (tables[1024 + (low1 >>> 24)] as number) ^
      (tables[768 + (high1 & 0xff)] as number) ^
      (tables[512 + ((high1 >>> 8) & 0xff)] as number) ^
      (tables[256 + ((high1 >>> 16) & 0xff)] as number) ^
      (tables[high1 >>> 24] as number);
    two =
      (tables[1792 + (low2 & 0xff)] as number) ^
      (tables[1536 + ((low2 >>> 8) & 0xff)] as number) ^
      (tables[1280 + ((low2 >>> 16) & 0xff)] as number) ^
      (tables[1024 + (low2 >>> 24)] as number) ^
      (tables[768 + (high2 & 0xff)] as number) ^
      (tables[512 + ((high2 >>> 8) & 0xff)] as number) ^
      (tables[256 + ((high2 >>> 16) & 0xff)] as number) ^
      (tables[high2 >>> 24] as number);
    three =
      (tables[1792 + (low3 & 0xff)] as number) ^
      (tables[1536 + ((low3 >>> 8) & 0xff)] as number) ^
      (tables[1280 + ((low3 >>> 16) & 0xff)] as number) ^
      (tables[1024 + (low3 >>> 24)] as number) ^
      (tables[768 + (high3 & 0xff)] as number) ^
      (tables[512 + ((high3 >>> 8) & 0xff)] as number) ^
      (tables[256 + ((high3 >>> 16) & 0xff)] as number) ^
      (tables[high3 >>> 24] as number);
  }
  return shifted(shift, shifted(shift, one) ^ two) ^ three;
}

/** The remainder `crc` after as many zero bytes as the table `shift` stands for. */
function shifted(shift: Int32Array, crc: number): number {
  return (
    (shift[crc & 0xff] as number) ^
    (shift[256 + ((crc >>> 8) & 0xff)] as number) ^
    (shift[512 + ((crc >>> 16) & 0xff)] as number) ^
    (shift[768 + (crc >>> 24)] as number)
  );
}

/** Table k holds, at k * 256 + b, the remainder of byte b followed by k zero bytes. */
const tables = buildTables();
/** Made for the first long stretch: it takes milliseconds, which a process that starts does not have. */
let shifts: { readonly long: Int32Array; readonly short: Int32Array } | undefined;

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

/** What `count` zero bytes make of each byte of a remainder, at byte * 256 + value. Remainders add up bit by bit, so 32 of them tell all. */
function buildShift(count: number): Int32Array {
  const ofBit = new Int32Array(32);
  for (let bit = 0; bit < 32; bit++) {
    let crc = 1 << bit;
    for (let byte = 0; byte < count; byte++) crc = (tables[crc & 0xff] as number) ^ (crc >>> 8);
    ofBit[bit] = crc;
  }
  const built = new Int32Array(4 * 256);
  for (let index = 0; index < built.length; index++) {
    const first = (index >>> 8) * 8;
    let sum = 0;
    for (let bit = 0; bit < 8; bit++) if (index & (1 << bit)) sum ^= ofBit[first + bit] as number;
    built[index] = sum;
  }
  return built;
}
