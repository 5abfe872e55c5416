import type { ProducedRecord, TaskOutput } from '../task/raw-record.js';

/** What was sent to one topic: from `next` on nobody has read it. */
interface TopicRecords {
  records: ProducedRecord[];
  /** Their places in the order over all topics. */
  places: number[];
  next: number;
}

/** What a topology has sent and nobody has read yet: by topic, and in the order over all topics. */
export class ProducedRecords implements TaskOutput {
  readonly #byTopic = new Map<string, TopicRecords>();
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
      let ofTopic = this.#byTopic.get(record.topic);
      if (ofTopic === undefined) {
        ofTopic = { records: [], places: [], next: 0 };
        this.#byTopic.set(record.topic, ofTopic);
      }
      ofTopic.records.push(record);
      ofTopic.places.push(this.#places++);
    }
    return fresh;
  }

  /** Every topic that something was sent to. */
  get topics(): string[] {
    return [...this.#byTopic.keys()];
  }

  count(topic: string): number {
    const ofTopic = this.#byTopic.get(topic);
    return ofTopic === undefined ? 0 : ofTopic.records.length - ofTopic.next;
  }

  read(topic: string): ProducedRecord | undefined {
    const ofTopic = this.#byTopic.get(topic);
    const record = ofTopic?.records[ofTopic.next];
    if (ofTopic === undefined || record === undefined) return undefined;
    ofTopic.next += 1;
    if (ofTopic.next === ofTopic.records.length) empty(ofTopic);
    return record;
  }

  /** Everything that was not read yet. */
  readAll(): ProducedRecord[] {
    const left: { readonly record: ProducedRecord; readonly place: number }[] = [];
    for (const ofTopic of this.#byTopic.values()) {
      const { records, places, next } = ofTopic;
      for (const [index, record] of records.entries()) {
        if (index >= next) left.push({ record, place: places[index] ?? 0 });
      }
      empty(ofTopic);
    }
    return left.sort((one, other) => one.place - other.place).map(({ record }) => record);
  }
}

function empty(ofTopic: TopicRecords): void {
  ofTopic.records = [];
  ofTopic.places = [];
  ofTopic.next = 0;
}
