import type { Millis } from '../environment/environment.js';

/** Headers and contents begin at multiples of it. */
export const tarBlock = 512;

/** A file as the header of an entry tells it (POSIX ustar; pax for names that are too long for it). */
export interface TarFile {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: Millis;
}

/** What a header block says. */
export type TarHeader =
  { readonly kind: 'file' | 'pax'; readonly name: string; readonly size: number } | { readonly kind: 'end' };

const ascii = new TextEncoder();
const latin = new TextDecoder('latin1');

/** The latest time for which a header has room. */
const latestSecond = 0o77777777777;

const nameField = [0, 100] as const;
const sizeField = [124, 136] as const;
const checksumField = [148, 156] as const;
const typeField = 156;
const magicField = [257, 265] as const;
const prefixField = [345, 500] as const;

/** The header blocks of an entry: one, or three if the name is long. Names are ASCII. */
export function encodeTarHeader(file: TarFile): Uint8Array {
  const parts = splitName(file.name);
  if (parts !== undefined) return headerBlock(file, parts, '0');
  const path = paxRecord('path', file.name);
  const header = headerBlock(
    { name: 'pax', size: path.length, modifiedAt: file.modifiedAt },
    { name: 'pax', prefix: '' },
    'x',
  );
  const short = { name: file.name.slice(-nameField[1]), prefix: '' };
  const blocks = new Uint8Array(tarBlock * 2 + padded(path.length));
  blocks.set(header);
  blocks.set(path, tarBlock);
  blocks.set(headerBlock(file, short, '0'), tarBlock + padded(path.length));
  return blocks;
}

/** How many bytes contents of `size` take up, with the zeros behind them. */
export function padded(size: number): number {
  return Math.ceil(size / tarBlock) * tarBlock;
}

/** Two blocks of zeros end an archive. */
export const tarEndBytes = 2 * tarBlock;

/** What the block says; a string says why it is none. */
export function parseTarHeader(block: Uint8Array): TarHeader | string {
  if (block.every((byte) => byte === 0)) return { kind: 'end' };
  if (text(block, magicField) !== 'ustar\u000000') return 'it does not have the mark of a ustar header';
  const told = octal(block, checksumField);
  const found = checksumOf(block);
  if (told !== found) return `its checksum is ${told ?? 'no number'}, but its bytes give ${found}`;
  const size = octal(block, sizeField);
  if (size === undefined) return 'its size is no octal number';
  const prefix = terminated(block, prefixField);
  const name = terminated(block, nameField);
  const type = String.fromCharCode(block[typeField] as number);
  if (type !== '0' && type !== 'x') return `it is of type '${type}', but only plain files (0) may be here`;
  return { kind: type === 'x' ? 'pax' : 'file', name: prefix === '' ? name : `${prefix}/${name}`, size };
}

/** The path that pax records tell; a string in an error says what is wrong with them. */
export function parsePaxPath(records: Uint8Array): { readonly path: string } | string {
  const found = /^(\d{1,6}) path=([^\n\0]*)\n$/.exec(latin.decode(records));
  if (found === null) return 'its pax records are something else than one path';
  const [, length, path] = found;
  return Number(length) === records.length
    ? { path: path as string }
    : `its pax record says ${length} bytes, but has ${records.length}`;
}

function splitName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (name.length <= nameField[1]) return { name, prefix: '' };
  const slash = name.lastIndexOf('/');
  const [prefix, last] = [name.slice(0, slash), name.slice(slash + 1)];
  return slash > 0 && last.length <= nameField[1] && prefix.length <= prefixField[1] - prefixField[0]
    ? { name: last, prefix }
    : undefined;
}

function paxRecord(key: string, value: string): Uint8Array {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  // The number counts its own digits.
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return ascii.encode(`${length}${rest}`);
}

function headerBlock(file: TarFile, parts: { readonly name: string; readonly prefix: string }, type: string) {
  const block = new Uint8Array(tarBlock);
  const put = (value: string, at: number) => block.set(ascii.encode(value), at);
  put(parts.name, nameField[0]);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${file.size.toString(8).padStart(11, '0')}\0`, sizeField[0]);
  const seconds = Math.min(Math.max(Math.floor(file.modifiedAt / 1000), 0), latestSecond);
  put(`${seconds.toString(8).padStart(11, '0')}\0`, 136);
  put(type, typeField);
  put('ustar\u000000', magicField[0]);
  put(parts.prefix, prefixField[0]);
  put(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, checksumField[0]);
  return block;
}

/** The sum of all bytes, as if those of the checksum were spaces. */
function checksumOf(block: Uint8Array): number {
  const [start, end] = checksumField;
  let sum = 32 * (end - start);
  for (let at = 0; at < tarBlock; at++) if (at < start || at >= end) sum += block[at] as number;
  return sum;
}

function text(block: Uint8Array, [start, end]: readonly [number, number]): string {
  return latin.decode(block.subarray(start, end));
}

function terminated(block: Uint8Array, field: readonly [number, number]): string {
  return text(block, field).replace(/\0[^]*$/, '');
}

function octal(block: Uint8Array, field: readonly [number, number]): number | undefined {
  const digits = /^([0-7]+)[ \0]*$/.exec(text(block, field))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
