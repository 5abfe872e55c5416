import type { RecordHeaders, RecordOrigin } from '../processor/record.js';

/** When and where a held back update was made. */
export interface HeldContext {
  readonly timestamp: number;
  readonly headers: RecordHeaders;
  readonly origin: RecordOrigin | null;
}

/** An update that has not gone out yet. */
export interface HeldUpdate<E> {
  readonly keyBytes: Uint8Array;
  /** What the store held before the first of the updates that are coalesced in this one. */
  readonly before: E | null;
  readonly after: E | null;
  readonly context: HeldContext;
}

/**
 * How many bytes the caching stores of a thread may keep in their caches together (`statestore.cache.max.bytes`, Kafka's
 * ThreadCache). The store whose update does not fit any more gives up of its own what was put longest ago.
 */
export class RecordCache {
  private bytes = 0;

  constructor(readonly maxBytes: number) {}

  /** The cache of one store. */
  open<E>(listener: CacheListener<E>): HeldUpdates<E> {
    return new HeldUpdates(listener, (change) => {
      this.bytes += change;
      return this.bytes > this.maxBytes;
    });
  }
}

export interface CacheListener<E> {
  /** Logs and forwards an update. */
  letGo(update: HeldUpdate<E>): void;
  /** What was put under this key is in the cache no more. */
  evicted?(keyBytes: Uint8Array): void;
}

/** The cache of one store: updates that it holds back, one for each key, in the order in which they were last made; and what has gone out since but is still in the cache. */
export class HeldUpdates<E> {
  private readonly updates = new Map<string, HeldUpdate<E>>();
  /** All that is in the cache, the longest ago put first. */
  private readonly cached = new Map<string, Cached>();
  /** Goes on where it was: from the beginning, a map would have to pass by all that it has given up. */
  private oldest = this.cached.entries();

  constructor(
    private readonly listener: CacheListener<E>,
    /** Books a change of the size; says whether the cache is too full now. */
    private readonly resize: (change: number) => boolean,
  ) {}

  /** Whether what was put under this key last is in the cache. */
  has(key: string): boolean {
    return this.cached.has(key);
  }

  hold(
    key: string,
    keyBytes: Uint8Array,
    before: E | null,
    after: E | null,
    valueBytes: number,
    context: HeldContext,
  ): void {
    const earlier = this.updates.get(key);
    // Deleted first, so that the key moves to the end.
    if (earlier !== undefined) this.updates.delete(key);
    this.updates.set(key, { keyBytes, before: earlier === undefined ? before : earlier.before, after, context });
    const bytes = sizeOf(keyBytes, valueBytes, context);
    const known = this.cached.get(key);
    if (known !== undefined) this.cached.delete(key);
    this.cached.set(key, { keyBytes, bytes });
    if (this.resize(bytes - (known?.bytes ?? 0))) this.makeRoom();
  }

  flush(): void {
    if (this.updates.size === 0) return;
    const held = [...this.updates.values()];
    // Emptied first: what is forwarded may come back to this store.
    this.updates.clear();
    for (const update of held) this.listener.letGo(update);
  }

  clear(): void {
    let bytes = 0;
    for (const entry of this.cached.values()) bytes += entry.bytes;
    this.updates.clear();
    this.cached.clear();
    this.oldest = this.cached.entries();
    this.resize(-bytes);
  }

  private makeRoom(): void {
    for (let oldest = this.nextOldest(); oldest !== null; oldest = this.nextOldest()) {
      const [key, entry] = oldest;
      if (this.updates.has(key)) this.flush();
      // What was forwarded may have put it again: then its turn comes later.
      if (this.cached.get(key) !== entry || this.updates.has(key)) continue;
      this.cached.delete(key);
      this.listener.evicted?.(entry.keyBytes);
      if (!this.resize(-entry.bytes)) return;
    }
  }

  private nextOldest(): readonly [string, Cached] | null {
    const next = this.oldest.next();
    if (next.done !== true) return next.value;
    this.oldest = this.cached.entries();
    const first = this.oldest.next();
    return first.done === true ? null : first.value;
  }
}

interface Cached {
  readonly keyBytes: Uint8Array;
  readonly bytes: number;
}

/** As Kafka estimates it: a node of a list, 8 bytes for the timestamp of the value (of a session's value, which has none, for its segment), the dirty flag, and the context of the record. */
function sizeOf(keyBytes: Uint8Array, valueBytes: number, { headers, origin }: HeldContext): number {
  let bytes = keyBytes.length + 4 * 8 + 1 + valueBytes + 8 + 8 + (origin?.topic.length ?? 0) + 4;
  for (const [name, value] of headers) bytes += name.length + (value?.length ?? 0);
  return bytes;
}
