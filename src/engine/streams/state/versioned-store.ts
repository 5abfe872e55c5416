import type { TaskContext } from '../processor/task-context.js';
import { textOf } from './byte-text.js';
import { LoggedStore } from './logged-store.js';
import type { ChangelogRecord, VersionedKeyValueStore, VersionedRecord } from './state-store.js';
import type { VersionedStoreOptions } from './store-options.js';
import { plainValues, type ValueCodec } from './value-codec.js';

/** A version of a row; without bytes it says that the row was deleted then. */
interface Version {
  readonly timestamp: number;
  readonly bytes: Uint8Array | null;
}

/**
 * Rows with their history (KIP-889). A version is valid until the next one; those that were followed by another one longer ago
 * than the history are forgotten. The time that counts is that of all keys together.
 */
export class BytesVersionedStore<K, V> extends LoggedStore<K, V> implements VersionedKeyValueStore<K, V> {
  readonly historyRetentionMs: number;
  /** Of each key, ascending. */
  private readonly histories = new Map<string, Version[]>();
  private values!: ValueCodec<V>;
  private streamTime = -1;

  constructor(protected override readonly options: VersionedStoreOptions<K, V>) {
    super(options);
    this.historyRetentionMs = options.historyRetentionMs;
  }

  override init(context: TaskContext): void {
    super.init(context);
    this.values = plainValues(this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value'), this.topic);
  }

  put(key: K, value: V | null, timestamp: number): number | 'latest' | 'rejected' {
    const { text, bytes: keyBytes } = this.encodeKey(key);
    const bytes = value === null ? null : this.values.encode(value, timestamp).bytes;
    this.assertOpen();
    const validTo = this.write(text, { timestamp, bytes });
    if (validTo === 'rejected') this.context.dropped({ reason: 'expired-window', streamTime: this.streamTime });
    this.log(keyBytes, bytes, timestamp);
    return validTo;
  }

  delete(key: K, timestamp: number): VersionedRecord<V> | null {
    const isKept = timestamp >= this.firstKept;
    const present = isKept ? this.get(key, timestamp) : null;
    this.put(key, null, timestamp);
    return present;
  }

  /** As Kafka's, it leaves out until when a version is valid; `versions` tells. */
  get(key: K, asOfTimestamp?: number): VersionedRecord<V> | null {
    this.assertOpen();
    const history = this.histories.get(this.encodeKey(key).text);
    if (history === undefined) return null;
    const index = asOfTimestamp === undefined ? history.length - 1 : lastNotAfter(history, asOfTimestamp);
    const version = history[index];
    if (version?.bytes == null) return null;
    // The latest version never expires.
    const isExpired = asOfTimestamp !== undefined && asOfTimestamp < this.firstKept && index < history.length - 1;
    return isExpired ? null : this.decoded(version.bytes, version.timestamp, null);
  }

  *versions(
    key: K,
    from: number,
    to: number,
    order: 'ascending' | 'descending' = 'descending',
  ): IterableIterator<VersionedRecord<V>> {
    this.assertOpen();
    const history = this.histories.get(this.encodeKey(key).text) ?? [];
    const found: VersionedRecord<V>[] = [];
    for (const [index, version] of history.entries()) {
      const validTo = history[index + 1]?.timestamp ?? null;
      if (version.bytes === null || version.timestamp > to || (validTo !== null && validTo <= from)) continue;
      if (validTo !== null && to < this.firstKept) continue;
      found.push(this.decoded(version.bytes, version.timestamp, validTo));
    }
    yield* order === 'ascending' ? found : found.reverse();
  }

  flush(): void {
    // Nothing is held back.
  }

  override close(): void {
    super.close();
    this.histories.clear();
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value, timestamp } of records) this.write(textOf(key), { timestamp, bytes: value });
  }

  private get firstKept(): number {
    return this.streamTime - this.historyRetentionMs;
  }

  private write(key: string, version: Version): number | 'latest' | 'rejected' {
    if (version.timestamp < this.firstKept) return 'rejected';
    if (version.timestamp > this.streamTime) this.streamTime = version.timestamp;
    let history = this.histories.get(key);
    if (history === undefined) {
      history = [];
      this.histories.set(key, history);
    }
    const before = lastNotAfter(history, version.timestamp);
    const replaces = history[before]?.timestamp === version.timestamp;
    history.splice(replaces ? before : before + 1, replaces ? 1 : 0, version);
    const next = history[replaces ? before + 1 : before + 2];
    this.forget(key, history);
    return next === undefined ? 'latest' : next.timestamp;
  }

  private forget(key: string, history: Version[]): void {
    const { firstKept } = this;
    let expired = 0;
    for (let next = history[1]; next !== undefined && next.timestamp <= firstKept; next = history[expired + 1])
      expired++;
    const first = history[expired];
    // A deletion at the beginning tells no more than nothing does, once no earlier version can come any more.
    if (first?.bytes === null && first.timestamp < firstKept) expired++;
    if (expired === 0) return;
    history.splice(0, expired);
    if (history.length === 0) this.histories.delete(key);
  }

  private decoded(bytes: Uint8Array, timestamp: number, validTo: number | null): VersionedRecord<V> {
    return { value: this.values.decode({ bytes, timestamp }), timestamp, validTo };
  }
}

/** The index of the version that was valid at that time, or -1. */
function lastNotAfter(history: readonly Version[], timestamp: number): number {
  return history.findLastIndex((version) => version.timestamp <= timestamp);
}
