import { SortedKeys } from './sorted-keys.js';

/**
 * A map that is read by key at the price of a hash, and in the order of its keys once somebody has asked for that: only from
 * then on is an order kept.
 */
export class OrderedMap<K extends string | number, V> {
  private readonly values = new Map<K, V>();
  private keys: SortedKeys<K> | null = null;

  get size(): number {
    return this.values.size;
  }

  get(key: K): V | undefined {
    return this.values.get(key);
  }

  set(key: K, value: V): void {
    if (this.keys !== null && !this.values.has(key)) this.keys.add(key);
    this.values.set(key, value);
  }

  delete(key: K): boolean {
    if (!this.values.delete(key)) return false;
    this.keys?.delete(key);
    return true;
  }

  clear(): void {
    this.values.clear();
    this.keys = null;
  }

  firstKey(): K | undefined {
    return this.sorted().first();
  }

  /** The smallest key that is greater, whether this one is there or not. */
  keyAfter(key: K): K | undefined {
    return this.sorted().after(key);
  }

  /** The keys in [from, to] as they are now, ascending; `null` is open. */
  keysBetween(from: K | null, to: K | null): K[] {
    return this.sorted().between(from, to);
  }

  /** Keys and values in [from, to] as they are now, ascending; `null` is open. */
  between(from: K | null, to: K | null): (readonly [K, V])[] {
    return this.keysBetween(from, to).map((key) => [key, this.values.get(key) as V]);
  }

  /** In no order that means anything. */
  unordered(): IterableIterator<[K, V]> {
    return this.values.entries();
  }

  private sorted(): SortedKeys<K> {
    this.keys ??= new SortedKeys(this.values.keys());
    return this.keys;
  }
}
