import { StreamsError } from '../streams-error.js';
import type { TaskContext } from '../processor/task-context.js';
import { bytesOf, textOf } from './byte-text.js';
import { heldContext, type CachingStore, type FlushListener } from './caching-store.js';
import type { ValueCodecFactory } from './key-value-store.js';
import { ExpiringRows } from './expiring-rows.js';
import { LoggedStore } from './logged-store.js';
import type { HeldUpdate, HeldUpdates } from './record-cache.js';
import type { ChangelogRecord, Windowed, WindowStore } from './state-store.js';
import type { StoredValue } from './stored-value.js';
import type { WindowStoreOptions } from './store-options.js';
import type { RowRange, TimedRow, TimedRows } from './timed-rows.js';
import type { ValueCodec } from './value-codec.js';
import { readWindowStoreKey, windowStoreKey } from './window-keys.js';

/** In Kafka's cache the number of the segment stands before the key. */
const segmentIdBytes = 8;

/** Values by key and window, forgotten when stream time has left them behind by the retention. */
export class BytesWindowStore<K, V, W>
  extends LoggedStore<K, V>
  implements WindowStore<K, W>, CachingStore<Windowed<K>, W>
{
  readonly windowSizeMs: number;
  readonly retentionMs: number;
  private readonly expiring: ExpiringRows;
  private readonly rows: TimedRows;
  private readonly keepsDuplicates: boolean;
  private readonly isByTime: boolean;
  private readonly isByTimeOfKeys: boolean;
  private values!: ValueCodec<W>;
  private held: HeldUpdates<StoredValue> | null = null;
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
    this.expiring = new ExpiringRows({
      retentionMs: options.retentionMs,
      inMemory: this.isByTimeOfKeys,
      showsLast: !this.isByTimeOfKeys && options.timeOrdered === true,
      cacheKeyOf: (key, time) => textOf(windowStoreKey(bytesOf(key), time, 0)),
    });
    this.rows = this.expiring.rows;
    this.isByTime = this.isByTimeOfKeys || options.timeOrdered === true;
  }

  override init(context: TaskContext): void {
    super.init(context);
    // It may have been another task's, with a cache of its own.
    this.held?.clear();
    const serde = this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value');
    this.values = this.codecOf({ topic: this.topic, serde });
    const isCaching = this.options.cachingEnabled === true && !this.keepsDuplicates;
    const listener = {
      letGo: (update: HeldUpdate<StoredValue>) => this.letGo(update),
      evicted: (keyBytes: Uint8Array) => this.evicted(keyBytes),
    };
    this.held = isCaching ? (context.cache?.open(listener) ?? null) : null;
    this.expiring.showCached(this.held);
  }

  setFlushListener(listener: FlushListener<Windowed<K>, W>): boolean {
    if (this.held === null) return false;
    this.listener = listener;
    return true;
  }

  put(key: K, value: W | null, windowStart: number): void {
    const encoded = this.encodeKey(key);
    const after = value === null ? null : this.values.encode(value, this.context.current.timestamp);
    this.assertOpen();
    if (this.keepsDuplicates) this.sequence = (this.sequence + 1) & 0x7fff_ffff;
    const keyBytes = windowStoreKey(encoded.bytes, windowStart, this.sequence);
    if (this.held !== null) {
      const before = this.expiring.isLive(windowStart) ? this.rows.get(encoded.text, windowStart, 0) : null;
      this.expiring.put(encoded.text, windowStart, 0, after);
      const bytes = segmentIdBytes + (after?.bytes.length ?? 0);
      this.held.hold(textOf(keyBytes), keyBytes, before, after, bytes, heldContext(this.context));
      return;
    }
    if (!this.write(encoded.text, windowStart, this.sequence, after)) this.refused(windowStart);
    this.log(keyBytes, after?.bytes ?? null, after?.timestamp ?? this.context.current.timestamp);
  }

  fetch(key: K, windowStart: number): W | null {
    const { text } = this.encodeKey(key);
    this.assertOpen();
    const stored = this.rows.get(text, windowStart, this.sequence);
    if (!this.expiring.isShown(text, windowStart, this.sequence)) return null;
    return stored === null ? null : this.values.decode(stored);
  }

  fetchRange(key: K, from: number, to: number): IterableIterator<readonly [number, W]> {
    return this.timesAndValues(this.rowsOfKey(key, from, to));
  }

  backwardFetchRange(key: K, from: number, to: number): IterableIterator<readonly [number, W]> {
    return this.timesAndValues(this.rowsOfKey(key, from, to).reverse());
  }

  fetchKeys(keyFrom: K | null, keyTo: K | null, from: number, to: number): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsOfKeys(keyFrom, keyTo, from, to));
  }

  backwardFetchKeys(
    keyFrom: K | null,
    keyTo: K | null,
    from: number,
    to: number,
  ): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsOfKeys(keyFrom, keyTo, from, to).reverse());
  }

  fetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsBetween(from, to));
  }

  backwardFetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, W]> {
    return this.windowsAndValues(this.rowsBetween(from, to).reverse());
  }

  all(): IterableIterator<readonly [Windowed<K>, W]> {
    return this.fetchAll(0, Infinity);
  }

  backwardAll(): IterableIterator<readonly [Windowed<K>, W]> {
    return this.backwardFetchAll(0, Infinity);
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
    return this.expiring.write(key, windowStart, sequence, after);
  }

  private refused(start: number): void {
    this.context.dropped({
      reason: 'expired-window',
      window: { start, end: start + this.windowSizeMs },
      streamTime: this.expiring.streamTime,
    });
  }

  private letGo({ keyBytes, before, after, context }: HeldUpdate<StoredValue>): void {
    if (this.listener !== null && before === null && after === null) return;
    const { key, start } = readWindowStoreKey(keyBytes);
    this.context.during(context, () => {
      if (!this.expiring.passTime(start)) this.refused(start);
      this.log(keyBytes, after?.bytes ?? null, after?.timestamp ?? context.timestamp);
      if (this.listener === null) return;
      this.listener(
        this.windowed(this.keys.decodeBytes(key), start),
        after === null ? null : this.values.decode(after),
        before === null ? null : this.values.decode(before),
        context.timestamp,
        context.headers,
      );
    });
  }

  private evicted(keyBytes: Uint8Array): void {
    const { key, start } = readWindowStoreKey(keyBytes);
    this.expiring.evicted(textOf(key), start, 0);
  }

  private rowsOfKey(key: K, from: number, to: number): TimedRow[] {
    this.assertOpen();
    return this.expiring.shown(this.rows.ofKey(this.encodeKey(key).text, Math.max(from, this.expiring.firstRead), to));
  }

  private rowsOfKeys(keyFrom: K | null, keyTo: K | null, from: number, to: number): TimedRow[] {
    this.assertOpen();
    const range: RowRange = {
      keyFrom: keyFrom === null ? null : this.encodeKey(keyFrom).text,
      keyTo: keyTo === null ? null : this.encodeKey(keyTo).text,
      timeFrom: Math.max(from, this.expiring.firstRead),
      timeTo: to,
    };
    return this.expiring.shown(this.isByTimeOfKeys ? this.rows.byTime(range) : this.rows.byKey(range));
  }

  private rowsBetween(from: number, to: number): TimedRow[] {
    this.assertOpen();
    const timeFrom = Math.max(from, this.expiring.firstRead);
    const range: RowRange = { keyFrom: null, keyTo: null, timeFrom, timeTo: to };
    return this.expiring.shown(this.isByTime ? this.rows.byTime(range) : this.rows.byKey(range));
  }

  /** A join of what happens at the same time has windows without an extent, which cannot be shown, as in Kafka. */
  private windowed(key: K, start: number): Windowed<K> {
    if (this.windowSizeMs <= 0)
      throw new StreamsError('IllegalArgumentException', 'Window endMs must be greater than window startMs.');
    return { key, window: { start, end: start + this.windowSizeMs } };
  }

  private *timesAndValues(rows: readonly TimedRow[]): IterableIterator<readonly [number, W]> {
    for (const { time, stored } of rows) yield [time, this.values.decode(stored)];
  }

  private *windowsAndValues(rows: readonly TimedRow[]): IterableIterator<readonly [Windowed<K>, W]> {
    for (const { key, time, stored } of rows) {
      yield [this.windowed(this.keys.decodeBytes(bytesOf(key)), time), this.values.decode(stored)];
    }
  }
}
