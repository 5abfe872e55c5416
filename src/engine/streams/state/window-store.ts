import { StreamsError } from '../streams-error.js';
import type { TaskContext } from '../processor/task-context.js';
import { bytesOf, textOf } from './byte-text.js';
import { heldContext, type CachingStore, type FlushListener } from './caching-store.js';
import type { ValueCodecFactory } from './key-value-store.js';
import { CachedRows, segmentIdBytes, type TimedPlace } from './cached-rows.js';
import { ExpiringRows } from './expiring-rows.js';
import { LoggedStore } from './logged-store.js';
import type { HeldUpdate, StoreCache } from './record-cache.js';
import type { ChangelogRecord, Windowed, WindowStore } from './state-store.js';
import type { StoredValue } from './stored-value.js';
import type { WindowStoreOptions } from './store-options.js';
import type { RowRange, TimedRow } from './timed-rows.js';
import type { ValueCodec } from './value-codec.js';
import { readWindowStoreKey, windowKeyTailBytes, windowStoreKey } from './window-keys.js';

/** Values by key and window, forgotten when stream time has left them behind by the retention. */
export class BytesWindowStore<K, V, W>
  extends LoggedStore<K, V>
  implements WindowStore<K, W>, CachingStore<Windowed<K>, W>
{
  readonly windowSizeMs: number;
  readonly retentionMs: number;
  private readonly rows: ExpiringRows;
  private readonly keepsDuplicates: boolean;
  private readonly isByTime: boolean;
  private readonly isByTimeOfKeys: boolean;
  private values!: ValueCodec<W>;
  private cache: StoreCache<TimedPlace> | null = null;
  private cached: CachedRows | null = null;
  private listener: FlushListener<Windowed<K>, W> | null = null;
  /** Tells duplicates apart. */
  private sequence = 0;

  constructor(
    protected override readonly options: WindowStoreOptions<K, V>,
    private readonly codecOf: ValueCodecFactory<V, W>,
  ) {
    super(options);
    this.windowSizeMs = options.windowSizeMs;
    this.retentionMs = options.retentionMs;
    this.keepsDuplicates = options.retainDuplicates === true;
    this.isByTimeOfKeys = options.inMemory === true;
    this.rows = new ExpiringRows({
      retentionMs: options.retentionMs,
      inMemory: this.isByTimeOfKeys,
      showsLast: !this.isByTimeOfKeys && options.timeOrdered === true,
    });
    this.isByTime = this.isByTimeOfKeys || options.timeOrdered === true;
  }

  override init(context: TaskContext): void {
    super.init(context);
    // It may have been another task's, with a cache of its own.
    this.cache?.clear();
    const serde = this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value');
    this.values = this.codecOf({ topic: this.topic, serde });
    const isCaching = this.options.cachingEnabled === true && !this.keepsDuplicates;
    const cacheOptions = {
      letGo: (update: HeldUpdate<TimedPlace>) => this.letGo(update),
      // By time a key has a prefix.
      keyHeadBytes: segmentIdBytes + (this.options.timeOrdered === true && !this.isByTimeOfKeys ? 1 : 0),
      valueHeadBytes: this.values.headBytes,
    };
    this.cache = isCaching ? (context.cache?.open(cacheOptions) ?? null) : null;
    const { retentionMs } = this;
    this.cached =
      this.cache &&
      new CachedRows(this.rows, this.cache, {
        retentionMs,
        inMemory: this.isByTimeOfKeys,
        isByTime: this.isByTime,
        usesEarlier: true,
      });
  }

  setFlushListener(listener: FlushListener<Windowed<K>, W>): boolean {
    if (this.cached === null) return false;
    this.listener = listener;
    return true;
  }

  put(key: K, value: W | null, windowStart: number): void {
    const encoded = this.encodeKey(key);
    const after = value === null ? null : this.values.encode(value, this.context.current.timestamp);
    this.assertOpen();
    if (this.cached !== null) {
      const place = { key: encoded.text, keyBytes: encoded.bytes, time: windowStart, rank: 0 };
      this.cached.put(place, after, heldContext(this.context), encoded.bytes.length + windowKeyTailBytes);
      return;
    }
    if (this.keepsDuplicates) this.sequence = (this.sequence + 1) & 0x7fff_ffff;
    const keyBytes = windowStoreKey(encoded.bytes, windowStart, this.sequence);
    if (!this.write(encoded.text, windowStart, this.sequence, after)) this.refused(windowStart);
    this.log(keyBytes, after?.bytes ?? null, after?.timestamp ?? this.context.current.timestamp);
  }

  fetch(key: K, windowStart: number): W | null {
    const { text } = this.encodeKey(key);
    this.assertOpen();
    const stored = this.shown.get(text, windowStart, this.sequence);
    return stored === null ? null : this.values.decode(stored);
  }

  fetchRange(key: K, from: number, to: number): IterableIterator<readonly [number, W]> {
    return this.timesAndValues(this.rowsOfKey(key, from, to, false));
  }

  backwardFetchRange(key: K, from: number, to: number): IterableIterator<readonly [number, W]> {
    return this.timesAndValues(this.rowsOfKey(key, from, to, true));
  }

  fetchKeys(keyFrom: K | null, keyTo: K | null, from: number, to: number): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsOfKeys(keyFrom, keyTo, from, to, false));
  }

  backwardFetchKeys(
    keyFrom: K | null,
    keyTo: K | null,
    from: number,
    to: number,
  ): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsOfKeys(keyFrom, keyTo, from, to, true));
  }

  fetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsBetween(from, to, false));
  }

  backwardFetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsBetween(from, to, true));
  }

  all(): IterableIterator<readonly [Windowed<K>, W]> {
    return this.fetchAll(0, Infinity);
  }

  backwardAll(): IterableIterator<readonly [Windowed<K>, W]> {
    return this.backwardFetchAll(0, Infinity);
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
      const { key, start, sequence } = readWindowStoreKey(record.key);
      // Those that come later must not take the place of these.
      if (this.keepsDuplicates && sequence > this.sequence) this.sequence = sequence;
      const stored = record.value === null ? null : { bytes: record.value, timestamp: record.timestamp };
      this.write(textOf(key), start, sequence, stored);
    }
  }

  /** @returns false if the window has expired */
  private write(key: string, windowStart: number, sequence: number, after: StoredValue | null): boolean {
    // A deletion of a duplicate deletes nothing, and does not even move the time of a persistent store.
    if (after === null && this.keepsDuplicates && this.persistent) return true;
    return this.rows.write(key, windowStart, sequence, after);
  }

  private refused(start: number): void {
    this.context.dropped({
      reason: 'expired-window',
      window: { start, end: start + this.windowSizeMs },
      streamTime: this.rows.streamTime,
    });
  }

  private letGo({ place, value, context }: HeldUpdate<TimedPlace>): void {
    const { key, keyBytes, time } = place;
    const before = this.rows.get(key, time, 0);
    if (this.listener !== null && before === null && value === null) return;
    this.context.during(context, () => {
      if (!this.write(key, time, 0, value)) this.refused(time);
      const storeKey = windowStoreKey(keyBytes, time, 0);
      this.log(storeKey, value?.bytes ?? null, value?.timestamp ?? context.timestamp);
      if (this.listener === null) return;
      this.listener(
        this.windowed(this.keys.decodeBytes(keyBytes), time),
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

  private rowsOfKey(key: K, from: number, to: number, isBackward: boolean): Iterable<TimedRow> {
    this.assertOpen();
    return this.shown.ofKey(this.encodeKey(key).text, from, to, isBackward);
  }

  private rowsOfKeys(
    keyFrom: K | null,
    keyTo: K | null,
    from: number,
    to: number,
    isBackward: boolean,
  ): Iterable<TimedRow> {
    this.assertOpen();
    const range: RowRange = {
      keyFrom: keyFrom === null ? null : this.encodeKey(keyFrom).text,
      keyTo: keyTo === null ? null : this.encodeKey(keyTo).text,
      timeFrom: from,
      timeTo: to,
    };
    return this.cached?.between(range, isBackward) ?? this.rows.between(range, this.isByTimeOfKeys, isBackward);
  }

  private rowsBetween(from: number, to: number, isBackward: boolean): Iterable<TimedRow> {
    this.assertOpen();
    const range: RowRange = { keyFrom: null, keyTo: null, timeFrom: from, timeTo: to };
    return this.cached?.between(range, isBackward) ?? this.rows.between(range, this.isByTime, isBackward);
  }

  /** A join of what happens at the same time has windows without an extent, which cannot be shown, as in Kafka. */
  private windowed(key: K, start: number): Windowed<K> {
    if (this.windowSizeMs <= 0)
      throw new StreamsError('IllegalArgumentException', 'Window endMs must be greater than window startMs.');
    return { key, window: { start, end: start + this.windowSizeMs } };
  }

  private *timesAndValues(rows: Iterable<TimedRow>): IterableIterator<readonly [number, W]> {
    for (const { time, stored } of rows) yield [time, this.values.decode(stored)];
  }

  private *windowsAndValues(rows: Iterable<TimedRow>): IterableIterator<readonly [Windowed<K>, W]> {
    for (const { key, time, stored } of rows) {
      yield [this.windowed(this.keys.decodeBytes(bytesOf(key)), time), this.values.decode(stored)];
    }
  }
}
