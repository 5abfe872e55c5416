/**
 * Bytes as a string of characters 0–255: a key of a Map, and compared with `<` in the order of the bytes (as unsigned numbers),
 * which is the order of Kafka's stores.
 */
export function textOf(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > pieceLength) return longTextOf(bytes);
  let text = '';
  for (let at = 0; at < length; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

export function bytesOf(text: string): Uint8Array {
  const { length } = text;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Greater than every text of bytes that begins with `prefix`, and less than the next that does not. */
export function endOfPrefix(prefix: string): string {
  return `${prefix}\uffff`;
}

const pieceLength = 24;

function longTextOf(bytes: Uint8Array): string {
  // Arguments have a limit, so long keys are made of pieces.
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}
