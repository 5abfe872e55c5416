import type { TaskContext } from '../processor/task-context.js';
import { bytesOf, textOf } from './byte-text.js';
import { heldContext, type CachingStore, type FlushListener } from './caching-store.js';
import { CachedRows, segmentIdBytes, type TimedPlace } from './cached-rows.js';
import { ExpiringRows } from './expiring-rows.js';
import { LoggedStore } from './logged-store.js';
import type { HeldUpdate, StoreCache } from './record-cache.js';
import type { ChangelogRecord, SessionStore, Windowed } from './state-store.js';
import type { StoredValue } from './stored-value.js';
import type { SessionStoreOptions } from './store-options.js';
import type { TimedRow } from './timed-rows.js';
import { plainValues, type ValueCodec } from './value-codec.js';
import { readSessionStoreKey, sessionKeyTailBytes, sessionStoreKey } from './window-keys.js';

/** Aggregates by key and session, kept and forgotten by the session's end. */
export class BytesSessionStore<K, V>
  extends LoggedStore<K, V>
  implements SessionStore<K, V>, CachingStore<Windowed<K>, V>
{
  readonly retentionMs: number;
  private readonly rows: ExpiringRows;
  private readonly isByTime: boolean;
  private values!: ValueCodec<V>;
  private cache: StoreCache<TimedPlace> | null = null;
  private cached: CachedRows | null = null;
  private listener: FlushListener<Windowed<K>, V> | null = null;

  constructor(protected override readonly options: SessionStoreOptions<K, V>) {
    super(options);
    this.retentionMs = options.retentionMs;
    this.isByTime = options.inMemory === true;
    this.rows = new ExpiringRows({ retentionMs: options.retentionMs, inMemory: this.isByTime });
  }

  override init(context: TaskContext): void {
    super.init(context);
    // It may have been another task's, with a cache of its own.
    this.cache?.clear();
    this.values = plainValues(this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value'), this.topic);
    const cacheOptions = {
      letGo: (update: HeldUpdate<TimedPlace>) => this.letGo(update),
      keyHeadBytes: segmentIdBytes,
      valueHeadBytes: this.values.headBytes,
    };
    this.cache = this.options.cachingEnabled === true ? (context.cache?.open(cacheOptions) ?? null) : null;
    const { retentionMs } = this;
    this.cached =
      this.cache &&
      new CachedRows(this.rows, this.cache, {
        retentionMs,
        inMemory: this.isByTime,
        isByTime: this.isByTime,
        usesEarlier: false,
      });
  }

  setFlushListener(listener: FlushListener<Windowed<K>, V>): boolean {
    if (this.cached === null) return false;
    this.listener = listener;
    return true;
  }

  put(session: Windowed<K>, aggregate: V | null): void {
    const { start, end } = session.window;
    const key = this.encodeKey(session.key);
    const after = aggregate === null ? null : this.values.encode(aggregate, this.context.current.timestamp);
    this.assertOpen();
    if (this.cached !== null) {
      const place = { key: key.text, keyBytes: key.bytes, time: end, rank: start };
      this.cached.put(place, after, heldContext(this.context), key.bytes.length + sessionKeyTailBytes);
      return;
    }
    if (!this.write(key.text, start, end, after)) this.refused(start, end);
    const storeKey = sessionStoreKey(key.bytes, start, end);
    this.log(storeKey, after?.bytes ?? null, this.context.current.timestamp);
  }

  remove(session: Windowed<K>): void {
    this.put(session, null);
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): IterableIterator<readonly [Windowed<K>, V]> {
    return this.decoded(this.rowsOfKey(key, earliestEnd, latestStart, false));
  }

  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): IterableIterator<readonly [Windowed<K>, V]> {
    return this.decoded(this.rowsOfKey(key, earliestEnd, latestStart, true));
  }

  findSessionsOfKeys(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): IterableIterator<readonly [Windowed<K>, V]> {
    return this.decoded(this.rowsOfKeys(keyFrom, keyTo, earliestEnd, latestStart));
  }

  findSessionsEnding(earliestEnd: number, latestEnd: number): IterableIterator<readonly [Windowed<K>, V]> {
    this.assertOpen();
    // A persistent store lets everything go out that it still has.
    const range = { keyFrom: null, keyTo: null, timeFrom: earliestEnd, timeTo: latestEnd };
    const rows = this.isByTime ? this.rows.between(range, true, false) : this.rows.rows.byTime(range);
    // There sessions that end together are in the order of their starts, in memory in that of their keys.
    if (!this.isByTime) rows.sort((one, other) => one.time - other.time || one.rank - other.rank);
    return this.decoded(rows);
  }

  fetchSession(key: K, start: number, end: number): V | null {
    const { text } = this.encodeKey(key);
    this.assertOpen();
    const stored = this.shown.get(text, end, start);
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
    this.cache?.flush();
  }

  override close(): void {
    super.close();
    this.cache?.clear();
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
    return this.rows.write(key, end, start, after) || after === null;
  }

  private refused(start: number, end: number): void {
    this.context.dropped({
      reason: 'expired-window',
      window: { start, end },
      streamTime: this.rows.streamTime,
    });
  }

  private letGo({ place, value, context }: HeldUpdate<TimedPlace>): void {
    const { key, keyBytes, time: end, rank: start } = place;
    const before = this.rows.get(key, end, start);
    if (this.listener !== null && before === null && value === null) return;
    this.context.during(context, () => {
      if (!this.write(key, start, end, value)) this.refused(start, end);
      this.log(sessionStoreKey(keyBytes, start, end), value?.bytes ?? null, context.timestamp);
      if (this.listener === null) return;
      this.listener(
        { key: this.keys.decodeBytes(keyBytes), window: { start, end } },
        value === null ? null : this.values.decode(value),
        before === null ? null : this.values.decode(before),
        context.timestamp,
        context.headers,
      );
    });
  }

  /** What is read: what is stored, or with a cache what that has before it. */
  private get shown(): ExpiringRows | CachedRows {
    return this.cached ?? this.rows;
  }

  private rowsOfKey(key: K, earliestEnd: number, latestStart: number, isBackward: boolean): Iterable<TimedRow> {
    this.assertOpen();
    const rows = this.shown.ofKey(this.encodeKey(key).text, earliestEnd, Infinity, isBackward);
    return startingBy(latestStart, rows);
  }

  private rowsOfKeys(keyFrom: K | null, keyTo: K | null, earliestEnd: number, latestStart: number): Iterable<TimedRow> {
    this.assertOpen();
    const range = {
      keyFrom: keyFrom === null ? null : this.encodeKey(keyFrom).text,
      keyTo: keyTo === null ? null : this.encodeKey(keyTo).text,
      timeFrom: earliestEnd,
      timeTo: Infinity,
    };
    const rows = this.cached?.between(range, false) ?? this.rows.between(range, this.isByTime, false);
    return startingBy(latestStart, rows);
  }

  private *decoded(rows: Iterable<TimedRow>): IterableIterator<readonly [Windowed<K>, V]> {
    for (const { key, time, rank, stored } of rows) {
      yield [
        { key: this.keys.decodeBytes(bytesOf(key)), window: { start: rank, end: time } },
        this.values.decode(stored),
      ];
    }
  }
}

function* startingBy(latestStart: number, rows: Iterable<TimedRow>): IterableIterator<TimedRow> {
  for (const row of rows) if (row.rank <= latestStart) yield row;
}
