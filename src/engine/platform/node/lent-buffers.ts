/** What is kept for the next reads, in bytes. */
const mostKept = 16 * 1024 * 1024;
/** Less than this is not worth keeping. */
const smallest = 64 * 1024;

/**
 * Memory for reads. It comes back when what was read has left by a socket, and is used again: allocated anew for each read it keeps the collector busy. What never comes back is
 * collected like any other.
 */
export class LentBuffers {
  private static readonly lenders = new WeakMap<ArrayBufferLike, LentBuffers>();
  private readonly free: ArrayBuffer[] = [];
  private kept = 0;

  /** Bytes of that size, with anything in them. Nobody else has them until they are given back. */
  take(size: number): Uint8Array {
    const at = this.free.findIndex(({ byteLength }) => byteLength >= size && byteLength <= 2 * size);
    const [known] = at < 0 ? [] : this.free.splice(at, 1);
    if (known !== undefined) this.kept -= known.byteLength;
    const buffer = known ?? allocated(size);
    if (buffer.byteLength >= smallest) LentBuffers.lenders.set(buffer, this);
    return new Uint8Array(buffer, 0, size);
  }

  /** Whether these bytes are lent, so that it makes a difference to give them back. */
  static isLent({ buffer }: Uint8Array): boolean {
    return LentBuffers.lenders.has(buffer);
  }

  /** The buffer of these bytes is not looked at any more. */
  static giveBack({ buffer }: Uint8Array): void {
    const lender = LentBuffers.lenders.get(buffer);
    if (lender === undefined) return;
    LentBuffers.lenders.delete(buffer);
    if (lender.kept + buffer.byteLength > mostKept) return;
    lender.kept += buffer.byteLength;
    lender.free.push(buffer as ArrayBuffer);
  }
}

/** Not cleared, and of a round size, so that it fits more often. */
function allocated(size: number): ArrayBuffer {
  const rounded = size < smallest ? size : Math.ceil(size / smallest) * smallest;
  return Buffer.allocUnsafeSlow(rounded).buffer;
}
