import { VirtualClock } from '../../../../src/engine/streams/driver/virtual-clock.js';
import type { StreamsConfig } from '../../../../src/engine/streams/streams-config.js';
import type { ProducedRecord, RawRecord } from '../../../../src/engine/streams/task/raw-record.js';
import { StreamTask } from '../../../../src/engine/streams/task/stream-task.js';
import type { DroppedTaskRecord } from '../../../../src/engine/streams/task/task-observer.js';
import type { SubTopology } from '../../../../src/engine/streams/topology/topology-node.js';
import type { HandMadeTopology } from '../hand-made-topology.js';

const utf8 = new TextEncoder();

export const read = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);

/** One task, by itself: what it is given, what it sends, and what it drops. */
export class TaskStage {
  readonly clock = new VirtualClock(1_000);
  readonly sent: ProducedRecord[] = [];
  readonly dropped: DroppedTaskRecord[] = [];
  readonly task: StreamTask;
  readonly #offsets = new Map<string, number>();

  constructor(topology: HandMadeTopology | SubTopology, config: Omit<StreamsConfig, 'application.id'> = {}) {
    const built = 'build' in topology ? topology.build() : topology;
    this.task = new StreamTask({
      taskId: '0_0',
      partition: 0,
      topology: built,
      topics: built.sourceTopics,
      config: { 'application.id': 'app', ...config },
      clock: this.clock,
      output: { send: (record) => this.sent.push(record) },
      globalStores: new Map(),
      cache: null,
      observer: { dropped: (record) => this.dropped.push(record) },
    });
    this.task.openStores();
    this.task.start();
  }

  /** Records without a key, unless one is given. */
  add(topic: string, ...values: (readonly [value: string, timestamp: number, key?: string])[]): this {
    const records = values.map(([value, timestamp, key]): RawRecord => {
      const offset = this.#offsets.get(topic) ?? 0;
      this.#offsets.set(topic, offset + 1);
      const keyBytes = key === undefined ? null : utf8.encode(key);
      return { topic, partition: 0, offset, timestamp, key: keyBytes, value: utf8.encode(value), headers: [] };
    });
    this.task.addRecords(topic, records);
    return this;
  }

  processAll(): this {
    while (this.task.process()) continue;
    return this;
  }

  get values(): (string | null)[] {
    return this.sent.map(({ value }) => read(value));
  }
}
