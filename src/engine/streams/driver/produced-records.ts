import type { ProducedRecord, TaskOutput } from '../task/raw-record.js';
import { RecordShelf } from './record-shelf.js';

const none: readonly ProducedRecord[] = [];

/** Room for so many fresh records stays. */
const mostKept = 1024;

/** What a topology has sent and nobody has read yet: by topic, and in the order over all topics. */
export class ProducedRecords implements TaskOutput {
  readonly #shelves = new Map<string, RecordShelf>();
  /** What was sent since the last capture: so many of these. A new array for each record would cost more than to keep one. */
  #fresh: (ProducedRecord | undefined)[] = [];
  #freshCount = 0;
  #places = 0;

  send(record: ProducedRecord): void {
    this.#fresh[this.#freshCount++] = record;
  }

  /** What was sent since this was called last can be read from now on. Returns that of it which went to wanted topics. */
  capture(isWanted: (topic: string) => boolean): readonly ProducedRecord[] {
    let wanted: ProducedRecord[] | null = null;
    const count = this.#freshCount;
    this.#freshCount = 0;
    for (let at = 0; at < count; at++) {
      const record = this.#fresh[at] as ProducedRecord;
      this.#fresh[at] = undefined;
      let shelf = this.#shelves.get(record.topic);
      if (shelf === undefined) {
        shelf = new RecordShelf(record.topic);
        this.#shelves.set(record.topic, shelf);
      }
      shelf.add(record, this.#places++);
      if (!isWanted(record.topic)) continue;
      if (wanted === null) wanted = [record];
      else wanted.push(record);
    }
    if (this.#fresh.length > mostKept) this.#fresh = [];
    return wanted ?? none;
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
