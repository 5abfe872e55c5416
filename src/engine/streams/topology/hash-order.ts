/**
 * The order in which a `java.util.HashMap` of so many strings gives them: `describe()` lists stores and children in it, so
 * that what it prints is Kafka's to the letter.
 * @param names in the order they were put in
 * @param filledBy one after the other, or all at once as a copy (which makes room for more)
 */
export function hashOrder(names: Iterable<string>, filledBy: 'growth' | 'copy' = 'growth'): string[] {
  const distinct = [...new Set(names)];
  const buckets = filledBy === 'growth' ? grownTo(distinct.length) : roomFor(distinct.length);
  return distinct
    .map((name) => ({ name, bucket: spread(hashCode(name)) & (buckets - 1) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ name }) => name);
}

const smallest = 16;
const loadFactor = 0.75;

function grownTo(count: number): number {
  let buckets = smallest;
  while (count > buckets * loadFactor) buckets *= 2;
  return buckets;
}

function roomFor(count: number): number {
  const wanted = Math.max(Math.floor(count / loadFactor) + 1, smallest);
  let buckets = smallest;
  while (buckets < wanted) buckets *= 2;
  return buckets;
}

function hashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

function spread(hash: number): number {
  return hash ^ (hash >>> 16);
}
