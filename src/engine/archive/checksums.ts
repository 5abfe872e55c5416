import { ArchiveError } from './archive-error.js';

/** The name of its entry, which is the last. */
export const checksumsName = 'checksums.crc32c';

/** The CRC-32C of every entry before it, a line each, as `sha256sum` and its like write theirs. Batches have checksums of their own; these cover what lies between. */
export class Checksums {
  private readonly lines: string[] = [];
  private length = 0;

  add(name: string, crc: number): void {
    const line = `${crc.toString(16).padStart(8, '0')}  ${name}\n`;
    this.lines.push(line);
    this.length += line.length;
  }

  /** How many bytes they are. */
  get size(): number {
    return this.length;
  }

  encode(): Uint8Array {
    return new TextEncoder().encode(this.lines.join(''));
  }

  /** Throws an `ArchiveError` naming the first entry whose checksum is another one in `bytes`, of which there are as many as there should be. */
  check(bytes: Uint8Array): void {
    const found = new TextDecoder().decode(bytes);
    let at = 0;
    for (const line of this.lines) {
      const told = found.slice(at, at + line.length);
      if (told !== line)
        throw new ArchiveError('DAMAGED', `its bytes give the checksum line '${line.trim()}', but another is told.`, {
          entry: line.slice(10, -1),
        });
      at += line.length;
    }
  }
}
