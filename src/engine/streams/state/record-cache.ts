import type { RecordHeaders, RecordOrigin } from '../processor/record.js';
import { OrderedMap } from './ordered-map.js';
import type { StoredValue } from './stored-value.js';

/** When and where a held back update was made. */
export interface HeldContext {
  readonly timestamp: number;
  readonly headers: RecordHeaders;
  readonly origin: RecordOrigin | null;
}

/** What a cache has of a row of its store; without a value the row has been deleted. */
export interface CachedRow<Place> {
  readonly place: Place;
  readonly value: StoredValue | null;
}

/** An update that has not gone out yet. */
export interface HeldUpdate<Place> extends CachedRow<Place> {
  readonly context: HeldContext;
}

/**
 * How many bytes the caching stores of a thread may keep in their caches together (`statestore.cache.max.bytes`, Kafka's
 * ThreadCache). The store whose row does not fit any more gives up of its own what was used longest ago.
 */
export class RecordCache {
  private bytes = 0;

  constructor(readonly maxBytes: number) {}

  /** The cache of one store. */
  open<Place>(options: StoreCacheOptions<Place>): StoreCache<Place> {
    return new StoreCache(options, (change) => {
      this.bytes += change;
      return this.bytes > this.maxBytes;
    });
  }
}

export interface StoreCacheOptions<Place> {
  /** Stores, logs and forwards an update. */
  letGo(update: HeldUpdate<Place>): void;
  /** What a key and a value take in Kafka's cache beyond the bytes that are given here. */
  readonly keyHeadBytes: number;
  readonly valueHeadBytes: number;
}

/**
 * The cache of one store (Kafka's NamedCache): updates that it holds back, one for each key, and what has gone out since or
 * was only read but is still at hand. Whoever reads looks here first.
 */
export class StoreCache<Place> {
  private readonly rows = new OrderedMap<string, Row<Place>>();
  /** What has not gone out yet, in the order in which it was last put. */
  private readonly held = new Map<string, Row<Place>>();
  /** The two ends of all rows by when they were used last. */
  private latest: Row<Place> | null = null;
  private eldest: Row<Place> | null = null;

  constructor(
    private readonly options: StoreCacheOptions<Place>,
    /** Books a change of the size; says whether the caches are too full now. */
    private readonly resize: (change: number) => boolean,
  ) {}

  /** What is cached of a row, which counts as a use of it; `undefined`: nothing. */
  get(key: string): StoredValue | null | undefined {
    const row = this.rows.get(key);
    if (row === undefined) return undefined;
    this.use(row);
    return row.value;
  }

  /** Holds an update back. */
  put(key: string, place: Place, value: StoredValue | null, context: HeldContext, keyBytes: number): void {
    const row = this.rowOf(key, place);
    this.held.delete(key);
    this.held.set(key, row);
    this.fill(row, value, context, keyBytes);
  }

  /** Keeps what the store was asked for and the cache did not have. */
  keep(key: string, place: Place, value: StoredValue, keyBytes: number): void {
    this.fill(this.rowOf(key, place), value, nothingHeld, keyBytes);
  }

  /**
   * The rows with keys in [from, to] in the order of their keys, or the other way round; `null` is open. Each is looked at, and used, when it is come to:
   * those that have gone by then are left out.
   */
  between(from: string | null, to: string | null, isBackward = false): IterableIterator<CachedRow<Place>> {
    const keys = this.rows.keysBetween(from, to);
    return this.found(isBackward ? keys.reverse() : keys);
  }

  /** The smallest key that is greater, whether this one is there or not. */
  keyAfter(key: string): string | undefined {
    return this.rows.keyAfter(key);
  }

  flush(): void {
    this.letGoBeginningWith(null);
  }

  clear(): void {
    let bytes = 0;
    for (const [, row] of this.rows.unordered()) bytes += row.bytes;
    this.held.clear();
    this.rows.clear();
    this.latest = null;
    this.eldest = null;
    this.resize(-bytes);
  }

  private *found(keys: readonly string[]): IterableIterator<CachedRow<Place>> {
    for (const key of keys) {
      const row = this.rows.get(key);
      if (row === undefined) continue;
      this.use(row);
      yield { place: row.place, value: row.value };
    }
  }

  private rowOf(key: string, place: Place): Row<Place> {
    const known = this.rows.get(key);
    if (known !== undefined) {
      this.use(known);
      return known;
    }
    const row: Row<Place> = { key, place, value: null, context: nothingHeld, bytes: 0, older: null, newer: null };
    this.rows.set(key, row);
    this.link(row);
    return row;
  }

  private fill(row: Row<Place>, value: StoredValue | null, context: HeldContext, keyBytes: number): void {
    const { keyHeadBytes, valueHeadBytes } = this.options;
    const valueBytes = value === null ? 0 : valueHeadBytes + value.bytes.length;
    const bytes = keyHeadBytes + keyBytes + valueBytes + overheadOf(context);
    const change = bytes - row.bytes;
    row.value = value;
    row.context = context;
    row.bytes = bytes;
    if (this.resize(change)) this.makeRoom();
  }

  private makeRoom(): void {
    for (let row = this.eldest; row !== null; row = this.eldest) {
      this.remove(row);
      if (this.held.has(row.key)) this.letGoBeginningWith(row);
      // Only now: what is forwarded finds the caches as full as they were.
      if (!this.resize(-row.bytes)) return;
    }
  }

  /** All that is held back goes out, before the rest what has just been given up. */
  private letGoBeginningWith(first: Row<Place> | null): void {
    if (this.held.size === 0) return;
    if (first !== null) this.held.delete(first.key);
    const rows = [...(first === null ? [] : [first]), ...this.held.values()];
    // As they are now, and emptied first: what is forwarded may come back to this store.
    const updates = rows.map(({ place, value, context }) => ({ place, value, context }));
    this.held.clear();
    for (const update of updates) this.options.letGo(update);
    for (const row of rows) {
      const isGone = row.value === null && this.rows.get(row.key) === row && !this.held.has(row.key);
      if (!isGone) continue;
      this.remove(row);
      this.resize(-row.bytes);
    }
  }

  private remove(row: Row<Place>): void {
    this.rows.delete(row.key);
    this.unlink(row);
  }

  private use(row: Row<Place>): void {
    if (row === this.latest) return;
    this.unlink(row);
    this.link(row);
  }

  private link(row: Row<Place>): void {
    row.older = this.latest;
    row.newer = null;
    if (this.latest === null) this.eldest = row;
    else this.latest.newer = row;
    this.latest = row;
  }

  private unlink({ older, newer }: Row<Place>): void {
    if (older === null) this.eldest = newer;
    else older.newer = newer;
    if (newer === null) this.latest = older;
    else newer.older = older;
  }
}

/** A row of the cache between the one that was used before it and the one that was used after it. */
interface Row<Place> {
  readonly key: string;
  readonly place: Place;
  value: StoredValue | null;
  context: HeldContext;
  bytes: number;
  older: Row<Place> | null;
  newer: Row<Place> | null;
}

const nothingHeld: HeldContext = { timestamp: -1, headers: [], origin: null };

/** As Kafka estimates it: a node of a list, whether it is held back, and the context of the record. */
function overheadOf({ headers, origin }: HeldContext): number {
  let bytes = 3 * 8 + 1 + 8 + 8 + (origin?.topic.length ?? 0) + 4;
  for (const [name, value] of headers) bytes += name.length + (value?.length ?? 0);
  return bytes;
}

/**
 * What a store has and what its cache has, which goes first (Kafka's AbstractMergedSortedCacheStoreIterator).
 *
 * @param order how what is cached lies to what is stored, in the order that both have: negative before it
 */
export function* merged<Place, Stored>(
  stored: Iterable<Stored>,
  cached: Iterable<CachedRow<Place>>,
  order: (cached: Place, stored: Stored) => number,
  storedOf: (place: Place, value: StoredValue) => Stored,
): IterableIterator<Stored> {
  const rest = stored[Symbol.iterator]();
  let next: IteratorResult<Stored, unknown> | null = null;
  for (const { place, value } of cached) {
    for (next ??= rest.next(); next.done !== true; next = rest.next()) {
      const difference = order(place, next.value);
      if (difference === 0) next = null;
      if (next === null || difference < 0) break;
      yield next.value;
    }
    if (value !== null) yield storedOf(place, value);
  }
  for (next ??= rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
