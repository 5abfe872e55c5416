import { BitWriter, FiniteStateTable } from './finite-state-encoder.js';
import { matchesIn } from './match-finder.js';
import { joined } from './output.js';

/** How a length is written: a code that has a table entry, and so many plain bits. */
interface LengthCode {
  readonly base: number;
  readonly bits: number;
}

const codes = (firstBase: number, plain: number, bits: readonly number[]): LengthCode[] => {
  const list: LengthCode[] = Array.from({ length: plain }, (_, index) => ({ base: firstBase + index, bits: 0 }));
  let base = firstBase + plain;
  for (const each of bits) {
    list.push({ base, bits: each });
    base += 2 ** each;
  }
  return list;
};

/** RFC 8878, section 3.1.1.3.2.1.1: lengths of literals and of matches. */
const literalCodes = codes(0, 16, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const matchCodes = codes(3, 32, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

const ones = (count: number): number[] => new Array<number>(count).fill(1);
const rare = (count: number): number[] => new Array<number>(count).fill(-1);

/** Section 3.1.1.3.2.2: the distributions that every reader knows. Put into tables by who first compresses: they take longer than a program has to start. */
const knownTables = () => ({
  literal: new FiniteStateTable(
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, ...rare(4)],
    6,
  ),
  match: new FiniteStateTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...ones(37), ...rare(7)], 6),
  offset: new FiniteStateTable([...ones(6), 2, 2, 2, ...ones(15), ...rare(5)], 5),
});
let tables: ReturnType<typeof knownTables> | undefined;

const largestBlock = 128 * 1024;

interface Sequence {
  readonly literals: number;
  readonly match: number;
  readonly offset: number;
}

/**
 * Compresses into one frame of zstd: repetitions are found as lz4 finds them, and written by the distributions of the format itself; literals stay as they are.
 * Levels are not told apart.
 */
export function compressZstd(bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(9);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  // One segment: the window is the whole, whose length follows in four bytes.
  header[4] = 0xa0;
  view.setUint32(5, bytes.length, true);
  const parts: Uint8Array[] = [header];
  for (let from = 0; from === 0 || from < bytes.length; from += largestBlock) {
    const to = Math.min(from + largestBlock, bytes.length);
    const isLast = to === bytes.length;
    const block = compressedBlock(bytes, from, to);
    const isSmaller = block !== undefined && block.length < to - from;
    parts.push(
      blockHeader(isLast, isSmaller ? 2 : 0, isSmaller ? block.length : to - from),
      isSmaller ? block : bytes.subarray(from, to),
    );
  }
  return joined(parts);
}

function blockHeader(isLast: boolean, type: number, size: number): Uint8Array {
  const value = (size << 3) | (type << 1) | (isLast ? 1 : 0);
  return new Uint8Array([value & 0xff, (value >> 8) & 0xff, value >> 16]);
}

/** Undefined where nothing repeats. */
function compressedBlock(bytes: Uint8Array, from: number, to: number): Uint8Array | undefined {
  const sequences: Sequence[] = [];
  const literals: Uint8Array[] = [];
  let written = from;
  for (const { position, distance, length } of matchesIn(bytes, { window: largestBlock, margin: 0, from, to })) {
    literals.push(bytes.subarray(written, position));
    sequences.push({ literals: position - written, match: length, offset: distance });
    written = position + length;
  }
  if (sequences.length === 0) return undefined;
  const plain = joined([...literals, bytes.subarray(written, to)]);
  return joined([literalsHeader(plain.length), plain, sequenceCount(sequences.length), encoded(sequences)]);
}

function literalsHeader(size: number): Uint8Array {
  if (size < 32) return new Uint8Array([size << 3]);
  if (size < 4096) return new Uint8Array([((size & 15) << 4) | 4, size >> 4]);
  return new Uint8Array([((size & 15) << 4) | 12, (size >> 4) & 0xff, size >> 12]);
}

/** The number of sequences, and the mode of their tables: 0, the known distributions. */
function sequenceCount(count: number): Uint8Array {
  if (count < 128) return new Uint8Array([count, 0]);
  if (count < 0x7f00) return new Uint8Array([(count >> 8) + 128, count & 0xff, 0]);
  return new Uint8Array([255, (count - 0x7f00) & 0xff, (count - 0x7f00) >> 8, 0]);
}

/** Written from the last to the first: a reader begins at the end. */
function encoded(sequences: readonly Sequence[]): Uint8Array {
  tables ??= knownTables();
  const { literal: literalTable, match: matchTable, offset: offsetTable } = tables;
  const writer = new BitWriter();
  let states: { literal: number; match: number; offset: number } | undefined;
  for (const { literals, match, offset } of [...sequences].reverse()) {
    const literal = codeOf(literalCodes, literals);
    const repeated = codeOf(matchCodes, match);
    // The first three values stand for offsets that were used before.
    const value = offset + 3;
    const offsetCode = 31 - Math.clz32(value);
    if (states === undefined) {
      states = {
        literal: literalTable.begin(literal),
        match: matchTable.begin(repeated),
        offset: offsetTable.begin(offsetCode),
      };
    } else {
      states.offset = offsetTable.step(states.offset, offsetCode, writer);
      states.match = matchTable.step(states.match, repeated, writer);
      states.literal = literalTable.step(states.literal, literal, writer);
    }
    writeRest(writer, literalCodes, literal, literals);
    writeRest(writer, matchCodes, repeated, match);
    writer.write(value, offsetCode);
  }
  if (states !== undefined) {
    writer.write(states.match, matchTable.accuracy);
    writer.write(states.offset, offsetTable.accuracy);
    writer.write(states.literal, literalTable.accuracy);
  }
  return writer.finish();
}

function codeOf(list: readonly LengthCode[], length: number): number {
  return list.findLastIndex(({ base }) => base <= length);
}

function writeRest(writer: BitWriter, list: readonly LengthCode[], code: number, length: number): void {
  const { base, bits } = list[code] as LengthCode;
  writer.write(length - base, bits);
}
