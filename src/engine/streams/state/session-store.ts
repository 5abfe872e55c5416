import type { TaskContext } from '../processor/task-context.js';
import { bytesOf, textOf } from './byte-text.js';
import { heldContext, type CachingStore, type FlushListener } from './caching-store.js';
import { ExpiringRows } from './expiring-rows.js';
import { LoggedStore } from './logged-store.js';
import type { HeldUpdate, HeldUpdates } from './record-cache.js';
import type { ChangelogRecord, SessionStore, Windowed } from './state-store.js';
import type { StoredValue } from './stored-value.js';
import type { SessionStoreOptions } from './store-options.js';
import type { TimedRow, TimedRows } from './timed-rows.js';
import { plainValues, type ValueCodec } from './value-codec.js';
import { readSessionStoreKey, sessionStoreKey } from './window-keys.js';

/** Aggregates by key and session, kept and forgotten by the session's end. */
export class BytesSessionStore<K, V>
  extends LoggedStore<K, V>
  implements SessionStore<K, V>, CachingStore<Windowed<K>, V>
{
  readonly retentionMs: number;
  private readonly expiring: ExpiringRows;
  private readonly rows: TimedRows;
  private readonly isByTime: boolean;
  private values!: ValueCodec<V>;
  private held: HeldUpdates<StoredValue> | null = null;
  private listener: FlushListener<Windowed<K>, V> | null = null;

  constructor(protected override readonly options: SessionStoreOptions<K, V>) {
    super(options);
    this.retentionMs = options.retentionMs;
    this.isByTime = options.inMemory === true;
    this.expiring = new ExpiringRows({
      retentionMs: options.retentionMs,
      inMemory: this.isByTime,
      cacheKeyOf: (key, time, rank) => textOf(sessionStoreKey(bytesOf(key), rank, time)),
    });
    this.rows = this.expiring.rows;
  }

  override init(context: TaskContext): void {
    super.init(context);
    // It may have been another task's, with a cache of its own.
    this.held?.clear();
    this.values = plainValues(this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value'), this.topic);
    const listener = {
      letGo: (update: HeldUpdate<StoredValue>) => this.letGo(update),
      evicted: (keyBytes: Uint8Array) => this.evicted(keyBytes),
    };
    this.held = this.options.cachingEnabled === true ? (context.cache?.open(listener) ?? null) : null;
    this.expiring.showCached(this.held);
  }

  setFlushListener(listener: FlushListener<Windowed<K>, V>): boolean {
    if (this.held === null) return false;
    this.listener = listener;
    return true;
  }

  put(session: Windowed<K>, aggregate: V | null): void {
    const { start, end } = session.window;
    const key = this.encodeKey(session.key);
    const after = aggregate === null ? null : this.values.encode(aggregate, this.context.current.timestamp);
    this.assertOpen();
    const keyBytes = sessionStoreKey(key.bytes, start, end);
    if (this.held !== null) {
      const before = this.expiring.isLive(end) ? this.rows.get(key.text, end, start) : null;
      this.expiring.put(key.text, end, start, after);
      const bytes = after?.bytes.length ?? 0;
      this.held.hold(textOf(keyBytes), keyBytes, before, after, bytes, heldContext(this.context));
      return;
    }
    if (!this.write(key.text, start, end, after)) this.refused(start, end);
    this.log(keyBytes, after?.bytes ?? null, this.context.current.timestamp);
  }

  remove(session: Windowed<K>): void {
    this.put(session, null);
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): IterableIterator<readonly [Windowed<K>, V]> {
    return this.decoded(this.rowsOfKey(key, earliestEnd, latestStart));
  }

  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): IterableIterator<readonly [Windowed<K>, V]> {
    return this.decoded(this.rowsOfKey(key, earliestEnd, latestStart).reverse());
  }

  findSessionsOfKeys(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): IterableIterator<readonly [Windowed<K>, V]> {
    return this.decoded(this.rowsOfKeys(keyFrom, keyTo, earliestEnd).filter(({ rank }) => rank <= latestStart));
  }

  findSessionsEnding(earliestEnd: number, latestEnd: number): IterableIterator<readonly [Windowed<K>, V]> {
    this.assertOpen();
    // A persistent store lets everything go out that it still has.
    const timeFrom = this.isByTime ? Math.max(earliestEnd, this.expiring.firstRead) : earliestEnd;
    const found = this.rows.byTime({ keyFrom: null, keyTo: null, timeFrom, timeTo: latestEnd });
    const rows = this.isByTime ? this.expiring.shown(found) : found;
    // There sessions that end together are in the order of their starts, in memory in that of their keys.
    if (!this.isByTime) rows.sort((one, other) => one.time - other.time || one.rank - other.rank);
    return this.decoded(rows);
  }

  fetchSession(key: K, start: number, end: number): V | null {
    const { text } = this.encodeKey(key);
    this.assertOpen();
    const stored = this.rows.get(text, end, start);
    if (!this.expiring.isShown(text, end, start)) return null;
    return stored === null ? null : this.values.decode(stored);
  }

  fetch(key: K): IterableIterator<readonly [Windowed<K>, V]> {
    return this.findSessions(key, 0, Infinity);
  }

  backwardFetch(key: K): IterableIterator<readonly [Windowed<K>, V]> {
    return this.backwardFindSessions(key, 0, Infinity);
  }

  fetchKeys(keyFrom: K | null, keyTo: K | null): IterableIterator<readonly [Windowed<K>, V]> {
    return this.findSessionsOfKeys(keyFrom, keyTo, 0, Infinity);
  }

  all(): IterableIterator<readonly [Windowed<K>, V]> {
    return this.fetchKeys(null, null);
  }

  flush(): void {
    this.held?.flush();
  }

  override close(): void {
    super.close();
    this.held?.clear();
    this.rows.clear();
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const record of records) {
      const { key, start, end } = readSessionStoreKey(record.key);
      const stored = record.value === null ? null : { bytes: record.value, timestamp: record.timestamp };
      this.write(textOf(key), start, end, stored);
    }
  }

  /** @returns false if the session has expired */
  private write(key: string, start: number, end: number, after: StoredValue | null): boolean {
    return this.expiring.write(key, end, start, after) || after === null;
  }

  private refused(start: number, end: number): void {
    this.context.dropped({
      reason: 'expired-window',
      window: { start, end },
      streamTime: this.expiring.streamTime,
    });
  }

  private letGo({ keyBytes, before, after, context }: HeldUpdate<StoredValue>): void {
    if (this.listener !== null && before === null && after === null) return;
    const { key, start, end } = readSessionStoreKey(keyBytes);
    this.context.during(context, () => {
      if (!this.expiring.passTime(end) && after !== null) this.refused(start, end);
      this.log(keyBytes, after?.bytes ?? null, context.timestamp);
      if (this.listener === null) return;
      this.listener(
        { key: this.keys.decodeBytes(key), window: { start, end } },
        after === null ? null : this.values.decode(after),
        before === null ? null : this.values.decode(before),
        context.timestamp,
        context.headers,
      );
    });
  }

  private evicted(keyBytes: Uint8Array): void {
    const { key, start, end } = readSessionStoreKey(keyBytes);
    this.expiring.evicted(textOf(key), end, start);
  }

  private rowsOfKey(key: K, earliestEnd: number, latestStart: number): TimedRow[] {
    this.assertOpen();
    return this.expiring
      .shown(this.rows.ofKey(this.encodeKey(key).text, Math.max(earliestEnd, this.expiring.firstRead), Infinity))
      .filter(({ rank }) => rank <= latestStart);
  }

  private rowsOfKeys(keyFrom: K | null, keyTo: K | null, earliestEnd: number): TimedRow[] {
    this.assertOpen();
    const range = {
      keyFrom: keyFrom === null ? null : this.encodeKey(keyFrom).text,
      keyTo: keyTo === null ? null : this.encodeKey(keyTo).text,
      timeFrom: Math.max(earliestEnd, this.expiring.firstRead),
      timeTo: Infinity,
    };
    return this.expiring.shown(this.isByTime ? this.rows.byTime(range) : this.rows.byKey(range));
  }

  private *decoded(rows: readonly TimedRow[]): IterableIterator<readonly [Windowed<K>, V]> {
    for (const { key, time, rank, stored } of rows) {
      yield [
        { key: this.keys.decodeBytes(bytesOf(key)), window: { start: rank, end: time } },
        this.values.decode(stored),
      ];
    }
  }
}
