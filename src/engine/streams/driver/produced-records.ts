import type { ProducedRecord, TaskOutput } from '../task/raw-record.js';
import { RecordShelf } from './record-shelf.js';

/** What a topology has sent and nobody has read yet: by topic, and in the order over all topics. */
export class ProducedRecords implements TaskOutput {
  readonly #shelves = new Map<string, RecordShelf>();
  #fresh: ProducedRecord[] = [];
  #places = 0;

  send(record: ProducedRecord): void {
    this.#fresh.push(record);
  }

  /** What was sent since this was called last. It can be read from now on. */
  capture(): readonly ProducedRecord[] {
    const fresh = this.#fresh;
    if (fresh.length === 0) return fresh;
    this.#fresh = [];
    for (const record of fresh) {
      let shelf = this.#shelves.get(record.topic);
      if (shelf === undefined) {
        shelf = new RecordShelf(record.topic);
        this.#shelves.set(record.topic, shelf);
      }
      shelf.add(record, this.#places++);
    }
    return fresh;
  }

  /** Every topic that something was sent to. */
  get topics(): string[] {
    return [...this.#shelves.keys()];
  }

  count(topic: string): number {
    return this.#shelves.get(topic)?.size ?? 0;
  }

  read(topic: string): ProducedRecord | undefined {
    return this.#shelves.get(topic)?.take();
  }

  /** Everything that was not read yet. */
  readAll(): ProducedRecord[] {
    const left: { readonly record: ProducedRecord; readonly place: number }[] = [];
    for (const shelf of this.#shelves.values()) {
      for (let { place } = shelf; place !== undefined; { place } = shelf) {
        left.push({ record: shelf.take() as ProducedRecord, place });
      }
    }
    return left.sort((one, other) => one.place - other.place).map(({ record }) => record);
  }
}
