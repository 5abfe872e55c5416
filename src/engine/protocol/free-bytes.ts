/**
 * Gives back the memory of bytes that nobody will look at again; they are empty afterwards. What comes next of about that size gets the same memory, which is far quicker than new one:
 * a browser waits for its garbage collector, has given the memory back to the system by then, and takes other, page by page. Does nothing where the bytes are not all of their buffer,
 * or the platform cannot do it.
 */
export function freeBytes(bytes: Uint8Array): void {
  const buffer: { transfer?(length: number): ArrayBuffer } & ArrayBufferLike = bytes.buffer;
  if (bytes.length === buffer.byteLength) buffer.transfer?.(0);
}
