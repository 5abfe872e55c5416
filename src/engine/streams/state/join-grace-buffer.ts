import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import type { BufferStore } from './buffer-store.js';
import { deserializeChange, serializeChange, sizeOfChange, type BufferedChange } from './buffered-change.js';
import { bytesOf, textOf } from './byte-text.js';
import { OrderedMap } from './ordered-map.js';
import type { ChangelogRecord } from './state-store.js';
import type { JoinGraceBufferOptions } from './store-options.js';
import { WaitingStore } from './waiting-store.js';
import { readTime, writeInt32, writeTime } from './window-keys.js';

/**
 * The records of a stream that wait until stream time is a grace past them, by time, key and arrival (Kafka's
 * RocksDBTimeOrderedKeyValueBuffer).
 */
export class JoinGraceBuffer<K, V> extends WaitingStore<K, V> implements BufferStore {
  bufferBytes = 0;
  /** By the keys of the changelog, whose order is the order of leaving. */
  private readonly entries = new OrderedMap<string, BufferedChange>();
  private valueSerde!: Serde<V>;
  private sequence = 0;
  private streamTime = -1;

  constructor(protected override readonly options: JoinGraceBufferOptions<K, V>) {
    super(options);
  }

  override init(context: TaskContext): void {
    super.init(context);
    this.valueSerde = this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value');
  }

  get numRecords(): number {
    return this.entries.size;
  }

  get minTimestamp(): number | null {
    return this.entries.size === 0 ? null : this.streamTime - this.options.graceMs + 1;
  }

  /** @returns false if the record's time is past already, and it has to be joined at once */
  put({ key, value, timestamp, headers }: StreamRecord<K, V>): boolean {
    if (timestamp < this.firstToWait) return false;
    this.sequence = (this.sequence + 1) & 0x7fff_ffff;
    const bytes = bufferKey(this.encodeKey(key).bytes, timestamp, this.sequence);
    const change: BufferedChange = {
      priorValue: null,
      oldValue: null,
      newValue: this.valueSerde.serialize(this.topic, value),
      context: { timestamp, headers, origin: this.context.current.origin },
    };
    this.place(textOf(bytes), timestamp, change);
    this.logArrival(bytes, serializeChange(change, 0), null);
    return true;
  }

  /** Lets go of the records that have waited for the grace. */
  evict(letGo: (key: K, value: V, context: BufferedChange['context']) => void): void {
    for (let text = this.entries.firstKey(); text !== undefined; text = this.entries.firstKey()) {
      const bytes = bytesOf(text);
      if (readTime(bytes, 1) > this.firstToWait) return;
      const { newValue, context } = this.entries.get(text) as BufferedChange;
      const value = this.valueSerde.deserialize(this.topic, newValue as Uint8Array);
      letGo(this.keys.decodeBytes(bytes.subarray(9, bytes.length - 4)), value, context);
      this.remove(text);
      this.logDeparture(bytes, null);
    }
  }

  override close(): void {
    super.close();
    this.entries.clear();
    this.bufferBytes = 0;
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value } of records) {
      const text = textOf(key);
      const time = readTime(key, 1);
      if (time > this.streamTime) this.streamTime = time;
      if (value === null) this.remove(text);
      else this.place(text, time, deserializeChange(value).change);
      // Those that come later must not take the place of these.
      this.sequence = Math.max(this.sequence, sequenceOf(key));
    }
  }

  private get firstToWait(): number {
    return this.streamTime - this.options.graceMs;
  }

  private place(text: string, time: number, change: BufferedChange): void {
    if (time > this.streamTime) this.streamTime = time;
    this.remove(text);
    this.entries.set(text, change);
    this.bufferBytes += text.length + sizeOfChange(change);
  }

  private remove(text: string): void {
    const removed = this.entries.get(text);
    if (removed === undefined) return;
    this.entries.delete(text);
    this.bufferBytes -= text.length + sizeOfChange(removed);
  }
}

/** 0, time (8), key, number (4): Kafka's TimeFirstWindowKeySchema. */
function bufferKey(key: Uint8Array, timestamp: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(1 + 8 + key.length + 4);
  writeTime(bytes, 1, timestamp);
  bytes.set(key, 9);
  writeInt32(bytes, 9 + key.length, sequence);
  return bytes;
}

function sequenceOf(key: Uint8Array): number {
  return readTime(key, key.length - 8) % 0x1_0000_0000;
}
