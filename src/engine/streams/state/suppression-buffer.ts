import type { Change } from '../processors/change.js';
import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import { StreamsError } from '../streams-error.js';
import type { BufferStore } from './buffer-store.js';
import { deserializeChange, serializeChange, sizeOfChange, type BufferedChange } from './buffered-change.js';
import { bytesOf, textOf } from './byte-text.js';
import { LoggedStore } from './logged-store.js';
import { OrderedMap } from './ordered-map.js';
import type { ChangelogRecord } from './state-store.js';

/** The format of the changelog's values, in a header (Kafka's version 3). */
const formatHeaders = [['v', Uint8Array.of(3)]] as const;

/**
 * The changes that a `suppress` holds back, one for each key, by time and then key (Kafka's
 * InMemoryTimeOrderedKeyValueChangeBuffer). A key keeps the place of its first change. The changelog is written with the flush.
 */
export class SuppressionBuffer<K, V> extends LoggedStore<K, V> implements BufferStore {
  readonly holdsBack = true;
  numRecords = 0;
  bufferBytes = 0;
  private readonly keysOfTimes = new OrderedMap<number, OrderedMap<string, BufferedChange>>();
  private readonly timeOfKeys = new Map<string, number>();
  private readonly unlogged = new Set<string>();
  private valueSerde!: Serde<V>;

  override init(context: TaskContext): void {
    super.init(context);
    this.valueSerde = this.serdeOf(this.options.valueSerde, context.defaultValueSerde, 'value');
  }

  get minTimestamp(): number | null {
    return this.keysOfTimes.firstKey() ?? null;
  }

  put(time: number, { key, value, timestamp, headers }: StreamRecord<K, Change<V>>): void {
    const { text } = this.encodeKey(key);
    const oldValue = this.serialize(value.oldValue);
    const buffered = this.bufferedAt(text);
    this.place(text, this.timeOfKeys.get(text) ?? time, {
      priorValue: buffered === undefined ? oldValue : buffered.priorValue,
      oldValue,
      newValue: this.serialize(value.newValue),
      context: { timestamp, headers, origin: this.context.current.origin },
    });
    this.unlogged.add(text);
  }

  /** Lets go of the first change as long as `condition` holds. */
  evictWhile(condition: () => boolean, letGo: (key: K, change: Change<V>, context: BufferedChange['context']) => void) {
    for (let text = this.firstKey(); text !== undefined && condition(); text = this.firstKey()) {
      const { newValue, oldValue, context } = this.bufferedAt(text) as BufferedChange;
      letGo(
        this.keys.decode(text),
        { newValue: this.deserialize(newValue), oldValue: this.deserialize(oldValue), isLatest: true },
        context,
      );
      this.remove(text);
      this.unlogged.add(text);
    }
  }

  /** What those below know of a key whose change is held back; `undefined` if none is. */
  priorValue(key: K): V | null | undefined {
    const buffered = this.bufferedAt(this.encodeKey(key).text);
    return buffered === undefined ? undefined : this.deserialize(buffered.priorValue);
  }

  flush(): void {
    for (const text of this.unlogged) {
      const buffered = this.bufferedAt(text);
      const time = this.timeOfKeys.get(text);
      if (buffered === undefined || time === undefined) this.log(bytesOf(text), null, null);
      else this.log(bytesOf(text), serializeChange(buffered, time), null, formatHeaders);
    }
    this.unlogged.clear();
  }

  override close(): void {
    super.close();
    this.keysOfTimes.clear();
    this.timeOfKeys.clear();
    this.unlogged.clear();
    this.numRecords = 0;
    this.bufferBytes = 0;
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value, headers } of records) {
      const text = textOf(key);
      if (value === null) {
        this.remove(text);
        continue;
      }
      if (!headers.some(([name, bytes]) => name === 'v' && bytes?.[0] === 3)) {
        throw new StreamsError(
          'StreamsException',
          `The changelog of ${this.name} holds a record of another format than 3. Let the application that wrote it empty its buffers first.`,
        );
      }
      const { change, bufferTime } = deserializeChange(value);
      this.place(text, this.timeOfKeys.get(text) ?? bufferTime, change);
    }
  }

  private firstKey(): string | undefined {
    const time = this.keysOfTimes.firstKey();
    return time === undefined ? undefined : this.keysOfTimes.get(time)?.firstKey();
  }

  private bufferedAt(text: string): BufferedChange | undefined {
    const time = this.timeOfKeys.get(text);
    return time === undefined ? undefined : this.keysOfTimes.get(time)?.get(text);
  }

  private place(text: string, time: number, change: BufferedChange): void {
    let keys = this.keysOfTimes.get(time);
    if (keys === undefined) {
      keys = new OrderedMap();
      this.keysOfTimes.set(time, keys);
    }
    const replaced = keys.get(text);
    if (replaced === undefined) this.numRecords++;
    else this.bufferBytes -= sizeOf(text, replaced);
    this.bufferBytes += sizeOf(text, change);
    keys.set(text, change);
    this.timeOfKeys.set(text, time);
  }

  private remove(text: string): void {
    const time = this.timeOfKeys.get(text);
    const keys = time === undefined ? undefined : this.keysOfTimes.get(time);
    const removed = keys?.get(text);
    if (time === undefined || keys === undefined || removed === undefined) return;
    keys.delete(text);
    if (keys.size === 0) this.keysOfTimes.delete(time);
    this.timeOfKeys.delete(text);
    this.numRecords--;
    this.bufferBytes -= sizeOf(text, removed);
  }

  private serialize(value: V | null): Uint8Array | null {
    return value === null ? null : this.valueSerde.serialize(this.topic, value);
  }

  private deserialize(bytes: Uint8Array | null): V | null {
    return bytes === null ? null : this.valueSerde.deserialize(this.topic, bytes);
  }
}

function sizeOf(text: string, change: BufferedChange): number {
  return 8 + text.length + sizeOfChange(change);
}
