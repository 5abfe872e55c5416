const primes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const round = (lane: number, word: number): number =>
  Math.imul(rotate((lane + Math.imul(word, primes[1])) | 0, 13), primes[0]);

/** The 32-bit xxHash of bytes, seed 0, unsigned: what the frames of lz4 are checked with. */
export function xxhash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: number = primes[4];
  if (bytes.length >= 16) {
    const lanes = [(primes[0] + primes[1]) | 0, primes[1] | 0, 0, -primes[0] | 0];
    for (; at + 16 <= bytes.length; at += 16)
      for (let lane = 0; lane < 4; lane++)
        lanes[lane] = round(lanes[lane] as number, view.getInt32(at + lane * 4, true));
    const [a, b, c, d] = lanes as [number, number, number, number];
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4)
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), primes[2])) | 0, 17), primes[3]);
  for (; at < bytes.length; at++)
    hash = Math.imul(rotate((hash + Math.imul(bytes[at] as number, primes[4])) | 0, 11), primes[0]);
  hash = Math.imul(hash ^ (hash >>> 15), primes[1]);
  hash = Math.imul(hash ^ (hash >>> 13), primes[2]);
  return (hash ^ (hash >>> 16)) >>> 0;
}
