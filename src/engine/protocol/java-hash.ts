/** Java's `String.hashCode`: Kafka places groups by it, and walks over its hash maps in an order that follows from it. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/**
 * Keys in the order in which a `java.util.HashMap` yields them that they were put into one by one, or, `copied`, all at once. Some of Kafka's assignors
 * depend on it; walking as they do gives their assignment also where another one would be as good. (Buckets that Java turns into trees are left out of account.)
 */
export function inHashMapOrder<Key>(keys: Iterable<Key>, hashOf: (key: Key) => number, copied = false): Key[] {
  const all = [...keys];
  // A map that grows doubles when it is more than three quarters full, one that is copied gets a little more room at once.
  const wanted = copied ? Math.floor(all.length / 0.75) + 1 : all.length / 0.75;
  let capacity = 16;
  while (capacity < wanted) capacity *= 2;
  const bucketOf = (key: Key): number => {
    const hash = hashOf(key);
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return all
    .map((key) => ({ key, bucket: bucketOf(key) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ key }) => key);
}
