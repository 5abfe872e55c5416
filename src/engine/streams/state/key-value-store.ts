import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import { bytesOf, endOfPrefix, textOf } from './byte-text.js';
import { heldContext, type CachingStore, type FlushListener } from './caching-store.js';
import type { EncodedKey } from './key-codec.js';
import { LoggedStore } from './logged-store.js';
import { OrderedMap } from './ordered-map.js';
import type { HeldUpdate, HeldUpdates } from './record-cache.js';
import type { ChangelogRecord, KeyValueStore } from './state-store.js';
import type { StoredValue } from './stored-value.js';
import type { StoreOptions } from './store-options.js';
import type { ValueCodec } from './value-codec.js';

/** How the values of a store are written, once its serdes are known. */
export type ValueCodecFactory<V, W> = (store: { readonly topic: string; readonly serde: Serde<V> }) => ValueCodec<W>;

/**
 * Values by key, ordered by the keys' bytes. The map always has the latest values; with a cache only their way to the changelog
 * and downstream is held back. Iterators show the store as it was when they were asked for.
 */
export class BytesKeyValueStore<K, V, W> extends LoggedStore<K, V> implements KeyValueStore<K, W>, CachingStore<K, W> {
  private readonly entries = new OrderedMap<string, StoredValue>();
  private values!: ValueCodec<W>;
  private held: HeldUpdates<StoredValue> | null = null;
  private listener: FlushListener<K, W> | null = null;

  constructor(
    options: StoreOptions<K, V>,
    private readonly codecOf: ValueCodecFactory<V, W>,
  ) {
    super(options);
  }

  override init(context: TaskContext): void {
    super.init(context);
    // It may have been another task's, with a cache of its own.
    this.held?.clear();
    const serde = this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value');
    this.values = this.codecOf({ topic: this.topic, serde });
    this.held =
      this.options.cachingEnabled === true
        ? (context.cache?.open({ letGo: (update) => this.letGo(update) }) ?? null)
        : null;
  }

  setFlushListener(listener: FlushListener<K, W>): boolean {
    if (this.held === null) return false;
    this.listener = listener;
    return true;
  }

  get(key: K): W | null {
    const stored = this.entries.get(this.encodeKey(key).text);
    return stored === undefined ? null : this.values.decode(stored);
  }

  put(key: K, value: W | null): void {
    this.set(this.encodeKey(key), value === null ? null : this.values.encode(value, this.context.current.timestamp));
  }

  putIfAbsent(key: K, value: W): W | null {
    const present = this.get(key);
    if (present === null) this.put(key, value);
    return present;
  }

  delete(key: K): W | null {
    const present = this.get(key);
    this.put(key, null);
    return present;
  }

  range(from: K | null, to: K | null): IterableIterator<readonly [K, W]> {
    return this.decoded(this.between(from, to));
  }

  reverseRange(from: K | null, to: K | null): IterableIterator<readonly [K, W]> {
    return this.decoded(this.between(from, to).reverse());
  }

  all(): IterableIterator<readonly [K, W]> {
    return this.range(null, null);
  }

  reverseAll(): IterableIterator<readonly [K, W]> {
    return this.reverseRange(null, null);
  }

  prefixScan(prefix: Uint8Array): IterableIterator<readonly [K, W]> {
    this.assertOpen();
    const text = textOf(prefix);
    return this.decoded(this.entries.between(text, endOfPrefix(text)));
  }

  approximateNumEntries(): number {
    return this.entries.size;
  }

  flush(): void {
    this.held?.flush();
  }

  override close(): void {
    super.close();
    this.held?.clear();
    this.entries.clear();
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value, timestamp } of records) {
      if (value === null) this.entries.delete(textOf(key));
      else this.entries.set(textOf(key), { bytes: value, timestamp });
    }
  }

  private set(key: EncodedKey, after: StoredValue | null): void {
    this.assertOpen();
    if (this.held !== null) {
      const before = this.entries.get(key.text) ?? null;
      this.write(key.text, after);
      this.held.hold(key.text, key.bytes, before, after, after?.bytes.length ?? 0, heldContext(this.context));
      return;
    }
    this.write(key.text, after);
    this.log(key.bytes, after?.bytes ?? null, after?.timestamp ?? this.context.current.timestamp);
  }

  private write(key: string, after: StoredValue | null): void {
    if (after === null) this.entries.delete(key);
    else this.entries.set(key, after);
  }

  private letGo({ keyBytes, before, after, context }: HeldUpdate<StoredValue>): void {
    // A row that came and went while it was held back never was, for those who listen below.
    if (this.listener !== null && before === null && after === null) return;
    this.context.during(context, () => {
      this.log(keyBytes, after?.bytes ?? null, after?.timestamp ?? context.timestamp);
      this.listener?.(
        this.keys.decodeBytes(keyBytes),
        after === null ? null : this.values.decode(after),
        before === null ? null : this.values.decode(before),
        context.timestamp,
        context.headers,
      );
    });
  }

  private between(from: K | null, to: K | null): (readonly [string, StoredValue])[] {
    this.assertOpen();
    return this.entries.between(
      from === null ? null : this.encodeKey(from).text,
      to === null ? null : this.encodeKey(to).text,
    );
  }

  private *decoded(entries: readonly (readonly [string, StoredValue])[]): IterableIterator<readonly [K, W]> {
    for (const [key, stored] of entries) {
      yield [this.keys.decodeBytes(bytesOf(key)), this.values.decode(stored)];
    }
  }
}
