import { readInt32, writeInt32 } from '../../state/window-keys.js';
import type { SerdeSlot } from '../serde-slot.js';

/** The keys of the store of subscriptions: length of the foreign key (4), foreign key, primary key (Kafka's CombinedKeySchema). */
export class CombinedKeys<K, FK> {
  constructor(
    private readonly foreignKeySerde: SerdeSlot<FK>,
    private readonly foreignKeyTopic: () => string,
    private readonly primaryKeySerde: SerdeSlot<K>,
    private readonly primaryKeyTopic: () => string,
  ) {}

  bytesOf(foreignKey: FK, primaryKey: K): Uint8Array {
    const prefix = this.prefixOf(foreignKey);
    const primary = this.primaryKeySerde.bound.serialize(this.primaryKeyTopic(), primaryKey);
    const bytes = new Uint8Array(prefix.length + primary.length);
    bytes.set(prefix);
    bytes.set(primary, prefix.length);
    return bytes;
  }

  /** What the keys of all subscriptions to one right row begin with. */
  prefixOf(foreignKey: FK): Uint8Array {
    const foreign = this.serializeForeignKey(foreignKey);
    const prefix = new Uint8Array(4 + foreign.length);
    writeInt32(prefix, 0, foreign.length);
    prefix.set(foreign, 4);
    return prefix;
  }

  primaryKeyOf(bytes: Uint8Array): K {
    return this.primaryKeySerde.bound.deserialize(this.primaryKeyTopic(), bytes.subarray(4 + readInt32(bytes, 0)));
  }

  serializeForeignKey(foreignKey: FK): Uint8Array {
    return this.foreignKeySerde.bound.serialize(this.foreignKeyTopic(), foreignKey);
  }
}
