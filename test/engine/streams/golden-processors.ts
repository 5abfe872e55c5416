import type { Cancellable, Processor, ProcessorContext } from '../../../src/engine/streams/processor/processor.js';
import type { StreamRecord } from '../../../src/engine/streams/processor/record.js';
import type { KeyValueStore } from '../../../src/engine/streams/state/state-store.js';
import type { Operator } from './golden-case.js';
import { storeCommand } from './golden-commands.js';
import { number } from './golden-functions.js';

type AnyRecord = StreamRecord<unknown, unknown>;

/** The types of what a processor forwards, by the types of what it is given. */
export function processorTypes({ fn }: Operator, key: string, value: string): readonly [string, string] {
  switch (fn) {
    case 'countPerKey':
    case 'tick':
    case 'tick only':
      return [key, 'long'];
    case 'flush':
    case 'dedupe':
    case 'forward twice':
    case 'to child':
    case 'swap timestamps':
      return [key, value];
    default:
      return [key, 'string'];
  }
}

/** The processors that recorded programs name. */
export class GoldenProcessor implements Processor {
  #context!: ProcessorContext;
  #timer: Cancellable | null = null;
  #fired = 0;

  constructor(private readonly operator: Operator) {}

  init(context: ProcessorContext): void {
    this.#context = context;
    const { every, clock, startTime } = this.operator;
    if (every === undefined) return;
    const type = clock === 'wall-clock' ? 'wall-clock' : 'stream-time';
    this.#timer = context.schedule(every, type, (now) => this.#punctuate(now), startTime);
  }

  process(record: AnyRecord): void {
    const context = this.#context;
    const { fn, child, s } = this.operator;
    switch (fn) {
      case 'countPerKey': {
        const count = number(this.#store().get(record.key)) + 1;
        this.#store().put(record.key, count);
        return context.forward({ ...record, value: count });
      }
      case 'flush':
        return this.#store().put(record.key, record.value);
      case 'tick':
        return context.forward(record);
      case 'tick only':
        return;
      case 'forward twice':
        context.forward(record);
        return context.forward({ ...record, timestamp: record.timestamp + 1 });
      case 'to child':
        return context.forward(record, child);
      case 'dedupe':
        if (this.#store().get(record.key) === record.value) return;
        this.#store().put(record.key, record.value);
        return context.forward(record);
      case 'metadata': {
        const { topic, partition, offset } = context.recordMetadata!;
        return context.forward({ ...record, value: `${topic}/${partition}/${offset} task ${context.taskId}` });
      }
      case 'times':
        return context.forward({
          ...record,
          value: `${record.timestamp} stream ${context.currentStreamTimeMs()} system ${context.currentSystemTimeMs()}`,
        });
      case 'throw if value == s':
        if (record.value === s) throw new Error(`value is ${s}`);
        return context.forward(record);
      case 'headers': {
        const seen = ['seen', new TextEncoder().encode('yes')] as const;
        return context.forward({ ...record, headers: [...record.headers, seen] });
      }
      case 'commands': {
        const store = context.getStateStore(this.#storeName());
        const value = storeCommand(store, record.value as string, record.key, record.timestamp);
        return context.forward({ ...record, value });
      }
      case 'decideReorder':
        return this.#decideReorder(record);
      default:
        throw new Error(`the recorder knows no processor '${String(fn)}'`);
    }
  }

  /** The value is stock and level: one reorder for each dip under the level. */
  #decideReorder(record: AnyRecord): void {
    const [onHand = 0, level = 0] = (record.value as string).split(',').map(Number);
    if (onHand >= level) {
      this.#store().delete(record.key);
    } else if (this.#store().get(record.key) === null) {
      this.#store().put(record.key, 'open');
      this.#context.forward({ ...record, value: `order ${2 * level - onHand} at ${onHand}` });
    }
  }

  #punctuate(now: number): void {
    const context = this.#context;
    this.#fired += 1;
    switch (this.operator.fn) {
      case 'tick':
      case 'tick only':
        context.forward({ key: 'tick', value: this.#fired, timestamp: now, headers: [] });
        break;
      case 'flush':
        for (const [key, value] of [...this.#store().all()]) {
          context.forward({ key, value, timestamp: now, headers: [] });
          this.#store().delete(key);
        }
        break;
      case 'times': {
        const metadata = context.recordMetadata === null ? 'without metadata' : 'with metadata';
        const value = `${now} stream ${context.currentStreamTimeMs()} system ${context.currentSystemTimeMs()} ${metadata}`;
        context.forward({ key: 'punctuate', value, timestamp: now, headers: [] });
        break;
      }
      default:
        throw new Error(`the recorder knows no punctuation '${String(this.operator.fn)}'`);
    }
    const { cancelAfter } = this.operator;
    if (cancelAfter !== undefined && this.#fired >= cancelAfter) this.#timer?.cancel();
  }

  #store(): KeyValueStore<unknown, unknown> {
    return this.#context.getStateStore(this.#storeName()) as KeyValueStore<unknown, unknown>;
  }

  #storeName(): string {
    return this.operator.stores?.[0] ?? '';
  }
}
