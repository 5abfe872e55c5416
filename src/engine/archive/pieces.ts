/** Bytes are handed out in pieces of this size. */
export const pieceBytes = 512 * 1024;

/** Puts bytes together into pieces of `size`, the last one shorter; each is a copy that belongs to whoever takes it. */
export async function* inPieces(
  parts: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(size);
  let length = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + size - length);
      piece.set(taken, length);
      length += taken.length;
      at += taken.length;
      if (length < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      length = 0;
    }
  }
  if (length > 0) yield piece.slice(0, length);
}
