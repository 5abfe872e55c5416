import type { ProducedRecord, TaskOutput } from '../task/raw-record.js';

interface Sent {
  readonly record: ProducedRecord;
  isRead: boolean;
}

/** What a topology has sent and nobody has read yet: by topic, and in the order over all topics. */
export class ProducedRecords implements TaskOutput {
  readonly #byTopic = new Map<string, Sent[]>();
  #inOrder: Sent[] = [];
  #fresh: ProducedRecord[] = [];

  send(record: ProducedRecord): void {
    this.#fresh.push(record);
  }

  /** What was sent since this was called last. It can be read from now on. */
  capture(): readonly ProducedRecord[] {
    const fresh = this.#fresh;
    if (fresh.length === 0) return fresh;
    this.#fresh = [];
    for (const record of fresh) {
      const sent = { record, isRead: false };
      this.#inOrder.push(sent);
      const ofTopic = this.#byTopic.get(record.topic);
      if (ofTopic === undefined) this.#byTopic.set(record.topic, [sent]);
      else ofTopic.push(sent);
    }
    return fresh;
  }

  /** Every topic that something was sent to. */
  get topics(): string[] {
    return [...this.#byTopic.keys()];
  }

  count(topic: string): number {
    return this.#byTopic.get(topic)?.length ?? 0;
  }

  read(topic: string): ProducedRecord | undefined {
    const sent = this.#byTopic.get(topic)?.shift();
    if (sent === undefined) return undefined;
    sent.isRead = true;
    if (this.#inOrder.length > 64 && this.#inOrder.every(({ isRead }) => isRead)) this.#inOrder = [];
    return sent.record;
  }

  /** Everything that was not read yet. */
  readAll(): ProducedRecord[] {
    const left = this.#inOrder.filter(({ isRead }) => !isRead).map(({ record }) => record);
    this.#inOrder = [];
    for (const ofTopic of this.#byTopic.values()) ofTopic.length = 0;
    return left;
  }
}
