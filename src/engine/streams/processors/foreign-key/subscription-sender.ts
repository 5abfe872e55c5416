import type { ProcessorSupplier } from '../../processor/processor.js';
import type { StreamRecord } from '../../processor/record.js';
import type { TaskContext } from '../../processor/task-context.js';
import type { Change } from '../change.js';
import type { TableView } from '../table.js';
import type { CombinedKeys } from './combined-key.js';
import type { Instruction, Subscription } from './subscription.js';

export interface SubscriptionSenderOptions<K, V, FK> {
  readonly kind: 'inner' | 'left';
  readonly left: TableView<K, V>;
  readonly foreignKey: (key: K, value: V) => FK | null;
  readonly keys: CombinedKeys<K, FK>;
  readonly hash: (value: V) => Uint8Array;
  readonly bind: (context: TaskContext) => void;
}

/** Below the left table: subscribes its rows to those of the right table that they name (SubscriptionSendProcessorSupplier). */
export function subscriptionSender<K, V, FK>(
  options: SubscriptionSenderOptions<K, V, FK>,
): ProcessorSupplier<K, Change<V>, FK | null, Subscription<K>> {
  return {
    get: () => {
      let sender: SubscriptionSender<K, V, FK>;
      return {
        init(given) {
          options.bind(given as TaskContext);
          sender = new SubscriptionSender(given as TaskContext<FK | null, Subscription<K>>, options);
        },
        process: (record) => sender.process(record),
      };
    },
  };
}

class SubscriptionSender<K, V, FK> {
  constructor(
    private readonly context: TaskContext<FK | null, Subscription<K>>,
    private readonly options: SubscriptionSenderOptions<K, V, FK>,
  ) {}

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value: change } = record;
    if (this.options.left.isVersioned && !change.isLatest) {
      this.context.dropped({ reason: 'late-record', record });
      return;
    }
    const { oldValue, newValue } = change;
    if (oldValue === null && newValue === null) return;
    const before = oldValue === null ? null : this.options.foreignKey(key, oldValue);
    const after = newValue === null ? null : this.options.foreignKey(key, newValue);
    if (this.options.kind === 'left') this.sendLeft(record, before, after);
    else this.sendInner(record, before, after);
  }

  /** A left row has a result even if it names no right row, so a subscription without a foreign key is sent as well. */
  private sendLeft(record: StreamRecord<K, Change<V>>, before: FK | null, after: FK | null): void {
    if (before !== null && !this.areSame(before, after)) this.send(record, before, 'delete');
    this.send(record, after, 'answer-always');
  }

  private sendInner(record: StreamRecord<K, Change<V>>, before: FK | null, after: FK | null): void {
    if (after === null) {
      if (record.value.newValue !== null) this.context.dropped({ reason: 'null-foreign-key', record });
      if (before !== null) this.send(record, before, 'delete-and-answer');
    } else if (before === null || this.areSame(before, after)) {
      this.send(record, after, 'answer-if-found');
    } else {
      this.send(record, before, 'delete');
      // Whatever was joined before has to be taken back if there is nothing to join now.
      this.send(record, after, 'answer-always');
    }
  }

  private send(
    { key, value: { newValue }, timestamp, headers }: StreamRecord<K, Change<V>>,
    foreignKey: FK | null,
    instruction: Instruction,
  ): void {
    const hash = newValue === null ? null : this.options.hash(newValue);
    const primaryPartition = this.context.current.origin?.partition ?? 0;
    const value = { instruction, hash, primaryKey: key, primaryPartition };
    this.context.forward({ key: foreignKey, value, timestamp, headers });
  }

  private areSame(one: FK, other: FK | null): boolean {
    if (other === null) return false;
    const bytes = this.options.keys.serializeForeignKey(one);
    const otherBytes = this.options.keys.serializeForeignKey(other);
    return bytes.length === otherBytes.length && bytes.every((byte, at) => byte === otherBytes[at]);
  }
}
