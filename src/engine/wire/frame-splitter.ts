/** Why a connection can't go on: what its peer sent is no frame of Kafka's, or too much. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const sizeBytes = 4;
/** What is set aside for a frame before any of it has come. */
const firstBytes = 64 * 1024;

/**
 * Cuts what comes over a connection into Kafka's frames: four bytes of length, then so many bytes. Never sets aside much more than has really come,
 * whatever length is announced.
 */
export class FrameSplitter {
  private readonly prefix = new Uint8Array(sizeBytes);
  private prefixFilled = 0;
  private frameSize = 0;
  private frame = new Uint8Array(0);
  private filled = 0;

  /** `maxBytes` is asked at the beginning of each frame. */
  constructor(
    private readonly maxBytes: () => number,
    private readonly minBytes = 1,
  ) {}

  /** Bytes of the frame that has begun and is not complete; 0 between frames. */
  get partialBytes(): number {
    return this.prefixFilled + this.filled;
  }

  /** The frames that these bytes complete, without their lengths; each has a buffer of its own. Throws a `FrameError` for a length that can't be. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let at = 0;
    while (at < chunk.length) {
      if (this.prefixFilled < sizeBytes) {
        const taken = Math.min(sizeBytes - this.prefixFilled, chunk.length - at);
        this.prefix.set(chunk.subarray(at, at + taken), this.prefixFilled);
        this.prefixFilled += taken;
        at += taken;
        if (this.prefixFilled < sizeBytes) return;
        this.begin();
      }
      const taken = Math.min(this.frameSize - this.filled, chunk.length - at);
      this.take(chunk.subarray(at, at + taken));
      at += taken;
      if (this.filled < this.frameSize) return;
      const { frame } = this;
      this.frame = new Uint8Array(0);
      this.prefixFilled = 0;
      this.filled = 0;
      yield frame;
    }
  }

  private begin(): void {
    const size = new DataView(this.prefix.buffer).getInt32(0);
    const maxBytes = this.maxBytes();
    if (size < this.minBytes || size > maxBytes)
      throw new FrameError(
        `A request of ${size} bytes was announced${speakerOf(this.prefix)}; ${this.minBytes} to ${maxBytes} are allowed.`,
      );
    this.frameSize = size;
    this.frame = new Uint8Array(Math.min(size, firstBytes));
  }

  private take(bytes: Uint8Array): void {
    const end = this.filled + bytes.length;
    if (end > this.frame.length) {
      const larger = new Uint8Array(Math.min(this.frameSize, Math.max(end, this.frame.length * 2)));
      larger.set(this.frame.subarray(0, this.filled));
      this.frame = larger;
    }
    this.frame.set(bytes, this.filled);
    this.filled = end;
  }
}

/** Who speaks another protocol, by the four bytes that Kafka reads as a length. */
function speakerOf(prefix: Uint8Array): string {
  if (prefix[0] === 0x16 && prefix[1] === 0x03) return ' (this looks like TLS, but this port speaks plaintext)';
  const text = String.fromCharCode(...prefix);
  return /^[A-Z]{3,4} ?$/.test(text)
    ? ` ('${text.trim()}' looks like HTTP, but this port speaks Kafka's protocol)`
    : '';
}
