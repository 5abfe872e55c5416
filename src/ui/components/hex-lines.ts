/** Bytes as lines of two hexadecimal digits each, `perLine` to a line. */
export function hexLines(bytes: Uint8Array, perLine = 8): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    lines.push(Array.from(bytes.subarray(at, at + perLine), (byte) => byte.toString(16).padStart(2, '0')).join(' '));
  }
  return lines;
}
