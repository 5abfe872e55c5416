/** Bytes that come in pieces of any size, taken in pieces of another. Holds one piece of what it was given. */
export class ByteSource {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private piece: Uint8Array = new Uint8Array(0);
  private at = 0;
  private taken = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.iterator = pieces[Symbol.asyncIterator]();
  }

  /** How many bytes were taken. */
  get position(): number {
    return this.taken;
  }

  /** At least one byte, at most `most` (1 or more), good until the next are asked for; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.at === this.piece.length) {
      const next = await this.iterator.next();
      if (next.done === true) return undefined;
      this.piece = next.value;
      this.at = 0;
    }
    const bytes = this.piece.subarray(this.at, this.at + most);
    this.at += bytes.length;
    this.taken += bytes.length;
    return bytes;
  }

  /** Exactly `count` bytes, the first of which may be at hand already, or fewer at the end; a copy. Nothing is set aside for bytes that do not come. */
  async exactly(count: number, before: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
    let bytes = new Uint8Array(Math.min(count, Math.max(4096, before.length)));
    bytes.set(before);
    let length = before.length;
    while (length < count) {
      const part = await this.some(count - length);
      if (part === undefined) return bytes.slice(0, length);
      if (length + part.length > bytes.length) {
        const larger = new Uint8Array(Math.min(count, Math.max(length + part.length, bytes.length * 2)));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(part, length);
      length += part.length;
    }
    return bytes;
  }

  /** Asks for no more. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
