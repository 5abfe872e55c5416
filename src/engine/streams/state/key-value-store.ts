import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import { bytesOf, endOfPrefix, textOf } from './byte-text.js';
import { heldContext, type CachingStore, type FlushListener } from './caching-store.js';
import type { EncodedKey } from './key-codec.js';
import { LoggedStore } from './logged-store.js';
import { OrderedMap } from './ordered-map.js';
import { merged, type HeldUpdate, type StoreCache } from './record-cache.js';
import type { ChangelogRecord, KeyValueStore } from './state-store.js';
import type { StoredValue } from './stored-value.js';
import type { StoreOptions } from './store-options.js';
import type { ValueCodec } from './value-codec.js';

/** How the values of a store are written, once its serdes are known. */
export type ValueCodecFactory<V, W> = (store: { readonly topic: string; readonly serde: Serde<V> }) => ValueCodec<W>;

/** Values by key, ordered by the keys' bytes; with a cache, what is held back is there and not yet among the entries. */
export class BytesKeyValueStore<K, V, W> extends LoggedStore<K, V> implements KeyValueStore<K, W>, CachingStore<K, W> {
  private readonly entries = new OrderedMap<string, StoredValue>();
  private values!: ValueCodec<W>;
  private cache: StoreCache<EncodedKey> | null = null;
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
    this.cache?.clear();
    const serde = this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value');
    this.values = this.codecOf({ topic: this.topic, serde });
    const cacheOptions = {
      letGo: (update: HeldUpdate<EncodedKey>) => this.letGo(update),
      keyHeadBytes: 0,
      valueHeadBytes: this.values.headBytes,
    };
    this.cache = this.options.cachingEnabled === true ? (context.cache?.open(cacheOptions) ?? null) : null;
  }

  setFlushListener(listener: FlushListener<K, W>): boolean {
    if (this.cache === null) return false;
    this.listener = listener;
    return true;
  }

  get(key: K): W | null {
    const stored = this.read(this.encodeKey(key));
    return stored === null ? null : this.values.decode(stored);
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
    return this.between(from, to, false);
  }

  reverseRange(from: K | null, to: K | null): IterableIterator<readonly [K, W]> {
    return this.between(from, to, true);
  }

  all(): IterableIterator<readonly [K, W]> {
    return this.range(null, null);
  }

  reverseAll(): IterableIterator<readonly [K, W]> {
    return this.reverseRange(null, null);
  }

  prefixScan(prefix: Uint8Array): IterableIterator<readonly [K, W]> {
    const text = textOf(prefix);
    return this.rows(text, endOfPrefix(text), false);
  }

  approximateNumEntries(): number {
    return this.entries.size;
  }

  flush(): void {
    this.cache?.flush();
  }

  override close(): void {
    super.close();
    this.cache?.clear();
    this.entries.clear();
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value, timestamp } of records) {
      if (value === null) this.entries.delete(textOf(key));
      else this.entries.set(textOf(key), { bytes: value, timestamp });
    }
  }

  private read(key: EncodedKey): StoredValue | null {
    const cached = this.cache?.get(key.text);
    if (cached !== undefined) return cached;
    const stored = this.entries.get(key.text) ?? null;
    // Who reads from outside must not make others go out.
    if (stored !== null && this.context.isProcessing) this.cache?.keep(key.text, key, stored, key.bytes.length);
    return stored;
  }

  private set(key: EncodedKey, after: StoredValue | null): void {
    this.assertOpen();
    if (this.cache !== null) {
      this.cache.put(key.text, key, after, heldContext(this.context), key.bytes.length);
      return;
    }
    this.write(key.text, after);
    this.log(key.bytes, after?.bytes ?? null, after?.timestamp ?? this.context.current.timestamp);
  }

  private write(key: string, after: StoredValue | null): void {
    if (after === null) this.entries.delete(key);
    else this.entries.set(key, after);
  }

  private letGo({ place: { text, bytes }, value, context }: HeldUpdate<EncodedKey>): void {
    const before = this.entries.get(text) ?? null;
    // A row that came and went while it was held back never was, for those who listen below.
    if (this.listener !== null && before === null && value === null) return;
    this.context.during(context, () => {
      this.write(text, value);
      this.log(bytes, value?.bytes ?? null, value?.timestamp ?? context.timestamp);
      this.listener?.(
        this.keys.decodeBytes(bytes),
        value === null ? null : this.values.decode(value),
        before === null ? null : this.values.decode(before),
        context.timestamp,
        context.headers,
      );
    });
  }

  private between(from: K | null, to: K | null, isBackward: boolean): IterableIterator<readonly [K, W]> {
    return this.rows(
      from === null ? null : this.encodeKey(from).text,
      to === null ? null : this.encodeKey(to).text,
      isBackward,
    );
  }

  private rows(from: string | null, to: string | null, isBackward: boolean): IterableIterator<readonly [K, W]> {
    this.assertOpen();
    const entries = this.entries.between(from, to);
    if (isBackward) entries.reverse();
    if (this.cache === null) return this.decoded(entries);
    const cached = this.cache.between(from, to, isBackward);
    return this.decoded(merged(entries, cached, isBackward ? descending : ascending, entryOf));
  }

  private *decoded(entries: Iterable<Entry>): IterableIterator<readonly [K, W]> {
    for (const [key, stored] of entries) {
      yield [this.keys.decodeBytes(bytesOf(key)), this.values.decode(stored)];
    }
  }
}

type Entry = readonly [key: string, value: StoredValue];

const entryOf = ({ text }: EncodedKey, value: StoredValue): Entry => [text, value];
const ascending = ({ text }: EncodedKey, [key]: Entry): number => (text < key ? -1 : text > key ? 1 : 0);
const descending = (cached: EncodedKey, stored: Entry): number => -ascending(cached, stored);
