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
  readonly bytes: number;
}

/**
 * How many bytes of updates the caching stores of a thread may hold back together (`statestore.cache.max.bytes`, Kafka's
 * ThreadCache). The store whose update does not fit any more lets go of all of its own.
 */
export class RecordCache {
  private bytes = 0;

  constructor(readonly maxBytes: number) {}

  /** What one store holds back; `letGo` logs and forwards an update. */
  open<E>(letGo: (update: HeldUpdate<E>) => void): HeldUpdates<E> {
    return new HeldUpdates(letGo, (change) => {
      this.bytes += change;
      return this.bytes > this.maxBytes;
    });
  }
}

/** The updates that one store holds back: one for each key, in the order in which they were last made. */
export class HeldUpdates<E> {
  private readonly updates = new Map<string, HeldUpdate<E>>();

  constructor(
    private readonly letGo: (update: HeldUpdate<E>) => void,
    /** Books a change of the size; says whether the cache is too full now. */
    private readonly resize: (change: number) => boolean,
  ) {}

  hold(
    key: string,
    keyBytes: Uint8Array,
    before: E | null,
    after: E | null,
    valueBytes: number,
    context: HeldContext,
  ): void {
    const earlier = this.updates.get(key);
    const bytes = sizeOf(keyBytes, valueBytes, context);
    // Deleted first, so that the key moves to the end.
    if (earlier !== undefined) this.updates.delete(key);
    this.updates.set(key, {
      keyBytes,
      before: earlier === undefined ? before : earlier.before,
      after,
      context,
      bytes,
    });
    if (this.resize(bytes - (earlier?.bytes ?? 0))) this.flush();
  }

  flush(): void {
    if (this.updates.size === 0) return;
    const held = [...this.updates.values()];
    // Emptied first: what is forwarded may come back to this store.
    this.clear();
    for (const update of held) this.letGo(update);
  }

  clear(): void {
    let bytes = 0;
    for (const update of this.updates.values()) bytes += update.bytes;
    this.updates.clear();
    this.resize(-bytes);
  }
}

/** As Kafka estimates it: a node of a list, the dirty flag, and the context of the record. */
function sizeOf(keyBytes: Uint8Array, valueBytes: number, { headers, origin }: HeldContext): number {
  let bytes = keyBytes.length + 4 * 8 + 1 + valueBytes + 8 + 8 + (origin?.topic.length ?? 0) + 4;
  for (const [name, value] of headers) bytes += name.length + (value?.length ?? 0);
  return bytes;
}
