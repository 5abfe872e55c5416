/** How many keys a chunk holds before it is split in two. */
const chunkLimit = 512;

/** Keys in ascending order, in chunks, so that one more costs a short move and not a long one. */
export class SortedKeys<K extends string | number> {
  private readonly chunks: K[][] = [];

  /** @param keys any order, each once */
  constructor(keys: Iterable<K>) {
    const sorted = [...keys].sort(ascending);
    for (let at = 0; at < sorted.length; at += chunkLimit / 2) this.chunks.push(sorted.slice(at, at + chunkLimit / 2));
  }

  /** The key must not be there yet. */
  add(key: K): void {
    const index = this.chunkOf(key);
    const chunk = this.chunks[index];
    if (chunk === undefined) {
      this.chunks.push([key]);
      return;
    }
    const last = chunk[chunk.length - 1];
    if (last !== undefined && last < key) chunk.push(key);
    else chunk.splice(firstNotBelow(chunk, key), 0, key);
    if (chunk.length > chunkLimit) this.chunks.splice(index + 1, 0, chunk.splice(chunkLimit / 2));
  }

  /** The key must be there. */
  delete(key: K): void {
    const index = this.chunkOf(key);
    const chunk = this.chunks[index];
    if (chunk === undefined) return;
    const at = firstNotBelow(chunk, key);
    if (chunk[at] !== key) return;
    chunk.splice(at, 1);
    if (chunk.length === 0) this.chunks.splice(index, 1);
  }

  first(): K | undefined {
    return this.chunks[0]?.[0];
  }

  /** The smallest key that is greater, whether this one is there or not. */
  after(key: K): K | undefined {
    const index = this.chunkOf(key);
    const chunk = this.chunks[index];
    if (chunk === undefined) return undefined;
    let at = firstNotBelow(chunk, key);
    if (chunk[at] === key) at++;
    return at < chunk.length ? chunk[at] : this.chunks[index + 1]?.[0];
  }

  /** All keys in [from, to], ascending, as they are now; `null` is open. */
  between(from: K | null, to: K | null): K[] {
    const found: K[] = [];
    for (let index = from === null ? 0 : this.chunkOf(from); index < this.chunks.length; index++) {
      const chunk = this.chunks[index] as K[];
      for (let at = from === null ? 0 : firstNotBelow(chunk, from); at < chunk.length; at++) {
        const key = chunk[at] as K;
        if (to !== null && key > to) return found;
        found.push(key);
      }
    }
    return found;
  }

  /** The chunk that holds the key or would: the last one that begins at or below it. */
  private chunkOf(key: K): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.chunks[middle]?.[0] as K) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function firstNotBelow<K extends string | number>(keys: readonly K[], key: K): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as K) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ascending<K extends string | number>(one: K, other: K): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
