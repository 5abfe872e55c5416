/** Why a connection can't go on: what its peer sent is no frame of Kafka's, or too much. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const sizeBytes = 4;
/** What is set aside for a frame, or the rest of one, before it has come. */
const setAsideBytes = 64 * 1024;
/** From this size on what comes of a large frame is kept as it is, until the frame is complete. Less is put together: each piece costs memory of its own. */
const keptFromBytes = 16 * 1024;

/**
 * Cuts what comes over a connection into Kafka's frames: four bytes of length, then so many bytes. Never sets aside much more than has really come,
 * whatever length is announced.
 */
export class FrameSplitter {
  private readonly prefix = new Uint8Array(sizeBytes);
  private prefixFilled = 0;
  private frameSize = 0;
  private filled = 0;
  /** What has come of the frame; the last of them may have room. */
  private parts: Uint8Array[] = [];
  private room = 0;

  /** `maxBytes` is asked at the beginning of each frame. */
  constructor(
    private readonly maxBytes: () => number,
    private readonly minBytes = 1,
  ) {}

  /** Bytes of the frame that has begun and is not complete; 0 between frames. */
  get partialBytes(): number {
    return this.prefixFilled + this.filled;
  }

  /** The frames that these bytes complete, without their lengths; each has a buffer of its own. The bytes must stay as they are. Throws a `FrameError` for a length that can't be. */
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
      yield this.complete();
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
  }

  private take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const left = bytes.length - at;
      if (this.room === 0 && this.frameSize > setAsideBytes && left >= keptFromBytes) {
        this.parts.push(bytes.subarray(at));
        this.filled += left;
        return;
      }
      if (this.room === 0) {
        this.room = Math.min(setAsideBytes, this.frameSize - this.filled);
        this.parts.push(new Uint8Array(this.room));
      }
      const last = this.parts.at(-1) as Uint8Array;
      const taken = Math.min(this.room, left);
      last.set(bytes.subarray(at, at + taken), last.length - this.room);
      this.room -= taken;
      this.filled += taken;
      at += taken;
    }
  }

  private complete(): Uint8Array {
    const { parts, frameSize } = this;
    this.parts = [];
    this.prefixFilled = 0;
    this.filled = 0;
    const [only] = parts;
    // What is as large as this was set aside for it, and is nobody else's.
    if (only !== undefined && frameSize <= setAsideBytes) return only;
    const frame = new Uint8Array(frameSize);
    let at = 0;
    for (const part of parts) {
      frame.set(part, at);
      at += part.length;
    }
    return frame;
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
