/** The keys of windows and sessions in changelogs: the key, then numbers, big-endian. */

/** Behind the key. */
export const windowKeyTailBytes = 12;
export const sessionKeyTailBytes = 16;

/** key, start (8), number of the duplicate (4): Kafka's WindowKeySchema. */
export function windowStoreKey(key: Uint8Array, start: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(key.length + windowKeyTailBytes);
  bytes.set(key);
  writeTime(bytes, key.length, start);
  writeInt32(bytes, key.length + 8, sequence);
  return bytes;
}

/** key, end (8), start (8): Kafka's SessionKeySchema. */
export function sessionStoreKey(key: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(key.length + sessionKeyTailBytes);
  bytes.set(key);
  writeTime(bytes, key.length, end);
  writeTime(bytes, key.length + 8, start);
  return bytes;
}

export function readWindowStoreKey(bytes: Uint8Array): { key: Uint8Array; start: number; sequence: number } {
  const end = bytes.length - windowKeyTailBytes;
  return { key: bytes.subarray(0, end), start: readTime(bytes, end), sequence: readInt32(bytes, end + 8) };
}

export function readSessionStoreKey(bytes: Uint8Array): { key: Uint8Array; start: number; end: number } {
  const end = bytes.length - sessionKeyTailBytes;
  return { key: bytes.subarray(0, end), start: readTime(bytes, end + 8), end: readTime(bytes, end) };
}

/** An int64; times are whole numbers that a double holds. */
export function writeTime(bytes: Uint8Array, at: number, time: number): void {
  writeInt32(bytes, at, Math.floor(time / 0x1_0000_0000));
  writeInt32(bytes, at + 4, time % 0x1_0000_0000);
}

export function readTime(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * 0x1_0000_0000 + (readInt32(bytes, at + 4) >>> 0);
}

export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function readInt32(bytes: Uint8Array, at: number): number {
  const [high = 0, second = 0, third = 0, low = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (high << 24) | (second << 16) | (third << 8) | low;
}
