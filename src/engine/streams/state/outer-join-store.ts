import { ByteReader } from '../../protocol/byte-reader.js';
import { ByteWriter } from '../../protocol/byte-writer.js';
import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import { bytesOf, textOf } from './byte-text.js';
import { OrderedMap } from './ordered-map.js';
import type { ChangelogRecord } from './state-store.js';
import type { OuterJoinStoreOptions } from './store-options.js';
import { WaitingStore } from './waiting-store.js';
import { readTime, writeTime } from './window-keys.js';

export type JoinSide = 'left' | 'right';

/** A record that has found no partner yet: which one it is. */
export interface UnmatchedKey<K> {
  readonly timestamp: number;
  readonly side: JoinSide;
  readonly key: K;
}

/** The values of one key, side and time, in the order in which they came. */
export interface Unmatched<K, L, R> extends UnmatchedKey<K> {
  readonly values: readonly (L | R)[];
}

/**
 * The records of both sides of a left or outer join of streams that have found no partner yet, by time, right before left, key
 * (Kafka's ListValueStore of TimestampedKeyAndJoinSide).
 */
export class OuterJoinStore<K, L, R> extends WaitingStore<K, never> {
  private readonly entries = new OrderedMap<string, readonly Uint8Array[]>();
  private leftSerde!: Serde<L>;
  private rightSerde!: Serde<R>;

  constructor(private readonly outerOptions: OuterJoinStoreOptions<K, L, R>) {
    super({ ...outerOptions, valueSerde: null });
  }

  override init(context: TaskContext): void {
    super.init(context);
    this.leftSerde = this.serdeOf(this.outerOptions.leftSerde, context.defaultValueSerde, 'value');
    this.rightSerde = this.serdeOf(this.outerOptions.rightSerde, context.defaultValueSerde, 'value');
  }

  add(unmatched: UnmatchedKey<K>, value: L | R): void {
    const keyBytes = this.bytesOfKey(unmatched);
    const text = textOf(keyBytes);
    const values = [...(this.entries.get(text) ?? []), this.serialize(unmatched.side, value)];
    this.entries.set(text, values);
    this.logArrival(keyBytes, serializeList(values), this.context.current.timestamp);
  }

  /** Removes it if it is there. A deletion of what is not there is not logged. */
  removeIfPresent(unmatched: UnmatchedKey<K>): void {
    const keyBytes = this.bytesOfKey(unmatched);
    if (this.entries.delete(textOf(keyBytes))) this.logDeparture(keyBytes, this.context.current.timestamp);
  }

  remove(unmatched: UnmatchedKey<K>): void {
    const keyBytes = this.bytesOfKey(unmatched);
    this.entries.delete(textOf(keyBytes));
    this.logDeparture(keyBytes, this.context.current.timestamp);
  }

  /** In order; what was passed already may be removed on the way. */
  *all(): IterableIterator<Unmatched<K, L, R>> {
    for (let text = this.entries.firstKey(); text !== undefined; text = this.entries.keyAfter(text)) {
      const bytes = bytesOf(text);
      const side = bytes[8] === 1 ? 'left' : 'right';
      yield {
        timestamp: readTime(bytes, 0),
        side,
        key: this.keys.decodeBytes(bytes.subarray(9)),
        values: (this.entries.get(text) ?? []).map((value) => this.deserialize(side, value)),
      };
    }
  }

  /** What has waited longest. */
  first(): UnmatchedKey<K> | undefined {
    return this.entries.size === 0 ? undefined : (this.all().next().value as UnmatchedKey<K> | undefined);
  }

  override close(): void {
    super.close();
    this.entries.clear();
  }

  restore(records: readonly ChangelogRecord[]): void {
    for (const { key, value } of records) {
      if (value === null) this.entries.delete(textOf(key));
      else this.entries.set(textOf(key), deserializeList(value));
    }
  }

  /** time (8), 1 for the left side and 0 for the right, key */
  private bytesOfKey({ timestamp, side, key }: UnmatchedKey<K>): Uint8Array {
    const keyBytes = this.encodeKey(key).bytes;
    const bytes = new Uint8Array(9 + keyBytes.length);
    writeTime(bytes, 0, timestamp);
    bytes[8] = side === 'left' ? 1 : 0;
    bytes.set(keyBytes, 9);
    return bytes;
  }

  /** 1 for a left value and 0 for a right one, value */
  private serialize(side: JoinSide, value: L | R): Uint8Array {
    const bytes =
      side === 'left'
        ? this.leftSerde.serialize(this.topic, value as L)
        : this.rightSerde.serialize(this.topic, value as R);
    const marked = new Uint8Array(1 + bytes.length);
    marked[0] = side === 'left' ? 1 : 0;
    marked.set(bytes, 1);
    return marked;
  }

  private deserialize(side: JoinSide, bytes: Uint8Array): L | R {
    return (side === 'left' ? this.leftSerde : this.rightSerde).deserialize(this.topic, bytes.subarray(1));
  }
}

/** Kafka's serde of a list of byte arrays: 1 for elements with lengths of their own, how many, then each with its length. */
function serializeList(values: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter();
  writer.int8(1);
  writer.int32(values.length);
  for (const value of values) {
    writer.int32(value.length);
    writer.raw(value);
  }
  return writer.written();
}

function deserializeList(bytes: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(bytes, 'the values of an outer join');
  reader.int8();
  return Array.from({ length: reader.int32() }, () => reader.raw(reader.int32()));
}
