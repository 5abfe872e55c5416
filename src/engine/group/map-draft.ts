/** What becomes of the entries of a map: their new values, or undefined for those that go. */
export type MapChanges<Value> = ReadonlyMap<string, Value | undefined>;

/**
 * A map as it is about to be: reads see the changes, the map below is not touched until they are applied to it. So a decision about one of a thousand
 * members costs what that one costs. undefined is no value.
 */
export class MapDraft<Value> implements ReadonlyMap<string, Value> {
  private readonly changed = new Map<string, Value | undefined>();
  private count: number;

  constructor(private readonly base: ReadonlyMap<string, Value>) {
    this.count = base.size;
  }

  get size(): number {
    return this.count;
  }

  get changes(): MapChanges<Value> {
    return this.changed;
  }

  get(key: string): Value | undefined {
    return this.changed.has(key) ? this.changed.get(key) : this.base.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    if (!this.has(key)) this.count += 1;
    this.changed.set(key, value);
  }

  /** Tells whether there was such an entry. */
  delete(key: string): boolean {
    if (!this.has(key)) return false;
    this.count -= 1;
    if (this.base.has(key)) this.changed.set(key, undefined);
    else this.changed.delete(key);
    return true;
  }

  /** In the order of the map below, then those that are new. Entries may be changed and deleted meanwhile. */
  *entries(): MapIterator<[string, Value]> {
    for (const key of this.base.keys()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
    for (const [key, value] of this.changed) if (value !== undefined && !this.base.has(key)) yield [key, value];
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(callback: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }
}

/** Puts changes in force. */
export function applyMapChanges<Value>(map: Map<string, Value>, changes: MapChanges<Value>): void {
  for (const [key, value] of changes) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
}
