import { crc32c } from '../protocol/crc32c.js';
import { ArchiveError, shownName } from './archive-error.js';
import type { ByteSource } from './byte-source.js';
import { padded, parsePaxPath, parseTarHeader, tarBlock, tarEndBytes, type TarHeader } from './tar-header.js';

/** Longer pax records are read by nobody. */
const longestPax = 4096;

/** Nothing else is at the beginning of files that are taken for an export by mistake. */
const mistaken: readonly { readonly marks: readonly number[]; readonly is: string; readonly instead: string }[] = [
  { marks: [0x1f, 0x8b], is: 'gzip', instead: 'Unpack it with gunzip first.' },
  { marks: [0x50, 0x4b], is: 'zip', instead: 'Unpack it and choose the .tar file in it.' },
  { marks: [0x28, 0xb5, 0x2f, 0xfd], is: 'zstd', instead: 'Unpack it with unzstd first.' },
];

/** The file that is being read: its content is taken with `some`, and `finish` goes on behind it. */
export interface OpenEntry {
  readonly name: string;
  readonly size: number;
}

/** Reads a tar whose entries are known beforehand: each is asked for by its name, and anything else is refused. */
export class TarReader {
  private entry: OpenEntry | undefined;
  private left = 0;
  private crc = 0;

  constructor(private readonly source: ByteSource) {}

  /** How many bytes of the archive were read. */
  get position(): number {
    return this.source.position;
  }

  /** Goes on to the next entry, which must be the file of this name and at most `largest` bytes long, or exactly `size`. */
  async open(name: string, limits: { readonly largest?: number; readonly size?: number }): Promise<OpenEntry> {
    const at = this.source.position;
    let header = await this.header(name);
    if (header.kind === 'pax') header = await this.withPaxPath(header, name, at);
    if (header.kind === 'end')
      throw new ArchiveError('DAMAGED', `the export ends here, but the entry ${shownName(name)} should follow.`, {
        byte: at,
      });
    if (header.name !== name)
      throw new ArchiveError(
        'DAMAGED',
        `an entry named '${shownName(header.name)}' was found where '${shownName(name)}' was expected. Only an export as it was written can be read.`,
        { byte: at },
      );
    const { size } = header;
    if (limits.size !== undefined && size !== limits.size)
      throw new ArchiveError('DAMAGED', `its size is ${size} bytes, but the manifest says ${limits.size}.`, {
        entry: name,
      });
    if (limits.largest !== undefined && size > limits.largest)
      throw new ArchiveError('TOO_LARGE', `its size is ${size} bytes, but at most ${limits.largest} are read.`, {
        entry: name,
      });
    this.entry = { name, size };
    this.left = size;
    this.crc = 0;
    return this.entry;
  }

  /** Some of what is left of the entry, at most `most` bytes, good until the next are asked for; undefined at its end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    if (this.left === 0) return undefined;
    const bytes = await this.source.some(Math.min(most, this.left));
    if (bytes === undefined) throw this.endsEarly();
    this.left -= bytes.length;
    this.crc = crc32c(bytes, 0, bytes.length, this.crc);
    return bytes;
  }

  /** The next `count` bytes of the entry, which has as many, behind those that are `before` them; a copy. */
  async exactly(count: number, before?: Uint8Array): Promise<Uint8Array> {
    const bytes = await this.source.exactly(count, before);
    const start = before?.length ?? 0;
    if (bytes.length < count) throw this.endsEarly();
    this.left -= count - start;
    this.crc = crc32c(bytes, start, bytes.length, this.crc);
    return bytes;
  }

  /** All that is left of the entry. */
  whole(): Promise<Uint8Array> {
    return this.exactly(this.left);
  }

  /** The entry has been read to its end. Answers its checksum. */
  async finish(): Promise<number> {
    const entry = this.entry;
    if (entry === undefined || this.left > 0)
      throw new Error('An entry must be read to its end before it is finished.');
    this.entry = undefined;
    const padding = await this.source.exactly(padded(entry.size) - entry.size);
    if (padding.length < padded(entry.size) - entry.size) throw this.endsEarly(entry);
    if (padding.some((byte) => byte !== 0))
      throw new ArchiveError('DAMAGED', 'zeros should follow its content up to the next block of 512 bytes.', {
        entry: entry.name,
        byte: entry.size,
      });
    return this.crc;
  }

  /** The archive must end here. */
  async end(): Promise<void> {
    const at = this.source.position;
    const blocks = await this.source.exactly(tarEndBytes);
    if (blocks.length < tarEndBytes || blocks.some((byte) => byte !== 0))
      throw new ArchiveError('DAMAGED', `two blocks of zeros should end the export here.`, { byte: at });
    if ((await this.source.some(1)) !== undefined)
      throw new ArchiveError('DAMAGED', 'the export ends here, but more bytes follow.', { byte: at + tarEndBytes });
  }

  private async header(name: string): Promise<TarHeader> {
    const at = this.source.position;
    const block = await this.source.exactly(tarBlock);
    const header = block.length < tarBlock ? 'it is not all there' : parseTarHeader(block);
    if (typeof header !== 'string') return header;
    if (at > 0)
      throw new ArchiveError(
        'DAMAGED',
        `no header of the entry ${shownName(name)} can be read: ${header}. ${block.length < tarBlock ? `The file ends after ${at + block.length} bytes.` : ''}`.trimEnd(),
        { byte: at },
      );
    const other = mistaken.find(({ marks }) => marks.every((mark, index) => block[index] === mark));
    throw new ArchiveError(
      'NOT_AN_EXPORT',
      other === undefined
        ? `This is no export: a tar that begins with ${shownName(name)} was expected, but ${header}.`
        : `This is no export but a file in ${other.is} format. ${other.instead}`,
    );
  }

  private async withPaxPath(pax: { readonly size: number }, name: string, at: number): Promise<TarHeader> {
    const place = { byte: at };
    if (pax.size > longestPax)
      throw new ArchiveError('TOO_LARGE', `pax records of ${pax.size} bytes; at most ${longestPax} are read.`, place);
    const records = await this.source.exactly(padded(pax.size));
    const found = parsePaxPath(records.subarray(0, pax.size));
    if (typeof found === 'string')
      throw new ArchiveError('DAMAGED', `no header of the entry ${shownName(name)} can be read: ${found}.`, place);
    const header = await this.header(name);
    if (header.kind !== 'file')
      throw new ArchiveError('DAMAGED', 'a file should follow pax records, but another header does.', place);
    return { ...header, name: found.path };
  }

  private endsEarly(entry = this.entry): ArchiveError {
    const { position } = this.source;
    return new ArchiveError(
      'DAMAGED',
      `the file ends after ${position} bytes, in the middle of this entry of ${entry?.size ?? 0} bytes. It was cut off.`,
      entry === undefined ? {} : { entry: entry.name },
    );
  }
}
