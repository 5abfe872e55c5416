import type { RecordHeaders } from '../processor/record.js';
import type { ProducedRecord } from '../task/raw-record.js';

const none = -1;

/**
 * The records of one topic that nobody has read yet. Most are of changelogs and never read, so all are kept in one piece of memory: as
 * objects, to keep them would cost the collector more than everything else that the driver does.
 */
export class RecordShelf {
  private bytes = new Uint8Array(1024);
  private used = 0;
  private next = 0;
  private places: number[] = [];
  private timestamps: number[] = [];
  private partitions: number[] = [];
  /** Where the next record's bytes begin: they lie one after the other. */
  private start = 0;
  /** How long key and value of a record are, for each of both; `none` if there is none. */
  private lengths: number[] = [];
  private nodes: (string | null)[] = [];
  /** Of those that have any, by their index. */
  private headers = new Map<number, RecordHeaders>();

  constructor(private readonly topic: string) {}

  get size(): number {
    return this.places.length - this.next;
  }

  /** The place of the next record in the order over all topics. */
  get place(): number | undefined {
    return this.places[this.next];
  }

  add({ key, value, timestamp, partition, headers, node }: ProducedRecord, place: number): void {
    if (headers.length > 0) this.headers.set(this.places.length, headers);
    this.places.push(place);
    // A record without one gets it when it is sent.
    this.timestamps.push(timestamp);
    this.partitions.push(partition ?? none);
    this.nodes.push(node);
    this.append(key);
    this.append(value);
  }

  take(): ProducedRecord | undefined {
    const index = this.next;
    const timestamp = this.timestamps[index];
    if (index === this.places.length) return undefined;
    const partition = this.partitions[index] ?? none;
    const record: ProducedRecord = {
      topic: this.topic,
      partition: partition === none ? null : partition,
      timestamp: timestamp as number,
      key: this.piece(2 * index),
      value: this.piece(2 * index + 1),
      headers: this.headers.get(index) ?? [],
      node: this.nodes[index] ?? null,
    };
    this.next += 1;
    if (this.next === this.places.length) this.empty();
    return record;
  }

  private append(bytes: Uint8Array | null): void {
    this.lengths.push(bytes === null ? none : bytes.length);
    if (bytes === null) return;
    const { length } = bytes;
    if (this.used + length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.used + length));
      larger.set(this.bytes.subarray(0, this.used));
      this.bytes = larger;
    }
    const { bytes: all, used } = this;
    if (length > 32) all.set(bytes, used);
    else for (let at = 0; at < length; at++) all[used + at] = bytes[at] as number;
    this.used = used + length;
  }

  /** Of what comes next. */
  private piece(index: number): Uint8Array | null {
    const length = this.lengths[index] as number;
    if (length === none) return null;
    const { start } = this;
    this.start = start + length;
    return this.bytes.slice(start, this.start);
  }

  private empty(): void {
    this.used = 0;
    this.next = 0;
    this.places = [];
    this.timestamps = [];
    this.partitions = [];
    this.start = 0;
    this.lengths = [];
    this.nodes = [];
    this.headers = new Map();
  }
}
