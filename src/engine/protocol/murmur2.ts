/** The hash that spreads keys over partitions: Murmur2 as in Kafka's `Utils.murmur2`, a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const multiplier = 0x5bd1e995;
  const length = bytes.length;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word =
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const left = length - at;
  if (left >= 3) hash ^= byteAt(bytes, at + 2) << 16;
  if (left >= 2) hash ^= byteAt(bytes, at + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ byteAt(bytes, at), multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** The partition, 0…partitions-1, of a record with this key: the same as Kafka's Java producer and KafkaJS choose. */
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
