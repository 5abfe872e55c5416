import type { Millis } from '../environment/environment.js';
import type { EventId, RecordedEvent } from '../environment/trace-events.js';
import { BatchRecords } from './batch-records.js';
import type { GroupRunSpec } from './group-run-spec.js';
import type { PartitionTrackView, TopicTrackView, TrackCell } from './group-run-view.js';
import type { RunTopic } from './run-topic.js';

/** The records that a script sends: by their index among its `send` steps, and by the command that sent them. */
export class TrackedRecords {
  private readonly sends: readonly { readonly step: number; readonly key: string | null; readonly value: string }[];

  constructor(spec: GroupRunSpec) {
    this.sends = spec.script.flatMap((step, index) =>
      step.does === 'send' ? [{ step: index, key: step.key, value: step.value }] : [],
    );
  }

  /** The record that a command of the script sent; undefined if it sent none. */
  sentBy(command: EventId | undefined): number | undefined {
    const record = this.sends.findIndex(({ step }) => command === `command:script-${step}`);
    return record < 0 ? undefined : record;
  }

  keyOf(record: number): string | null {
    return this.sends[record]?.key ?? null;
  }

  valueOf(record: number): string {
    return this.sends[record]?.value ?? '';
  }
}

interface Track {
  readonly addedAtMs: Millis;
  logStartOffset: number;
  logEndOffset: number;
  cells: readonly TrackCell[];
}

/** The partitions of one topic, from the events of their logs. */
export class TopicTrack {
  readonly topic: string;
  private readonly partitions: Track[];
  private readonly batches = new BatchRecords();

  constructor(
    { topic, partitions }: RunTopic,
    private readonly records: TrackedRecords,
  ) {
    this.topic = topic;
    this.partitions = Array.from({ length: partitions }, () => newTrack(-1));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    if (!('topic' in event) || event.topic !== this.topic) return;
    switch (event.kind) {
      case 'record-sent': {
        const record = this.records.sentBy(event.cause);
        if (event.id !== undefined && record !== undefined) this.batches.sent(event.id, record);
        return;
      }
      case 'batch-sent':
        this.batches.batched(event);
        return;
      case 'batch-appended':
        return this.appended(event, atMs);
      case 'log-start-advanced':
        this.partition(event.partition).logStartOffset = event.logStartOffset;
        return;
      default:
        return;
    }
  }

  /** The topic has so many partitions from now on. */
  grow(partitions: number, atMs: Millis): void {
    while (this.partitions.length < partitions) this.partitions.push(newTrack(atMs));
  }

  /** How many partitions there are at present. */
  get count(): number {
    return this.partitions.length;
  }

  startOf(partition: number): number {
    return this.partitions[partition]?.logStartOffset ?? 0;
  }

  endOf(partition: number): number {
    return this.partitions[partition]?.logEndOffset ?? 0;
  }

  /** The record that lies at an offset; undefined if none does. */
  recordAt(partition: number, offset: number): number | undefined {
    return this.partitions[partition]?.cells.find((cell) => cell.offset === offset)?.record;
  }

  view(): TopicTrackView {
    return {
      topic: this.topic,
      partitions: this.partitions.map((track, partition): PartitionTrackView => ({ partition, ...track })),
    };
  }

  private appended(event: Extract<RecordedEvent, { kind: 'batch-appended' }>, atMs: Millis): void {
    const track = this.partition(event.partition);
    const cells = this.batches.in(event).map(({ offset, record }): TrackCell => {
      const key = this.records.keyOf(record);
      const value = this.records.valueOf(record);
      return { offset, record, key, value, appendedAtMs: atMs, event: event.index };
    });
    track.cells = [...track.cells, ...cells];
    track.logEndOffset = event.lastOffset + 1;
  }

  private partition(partition: number): Track {
    const track = this.partitions[partition];
    if (track !== undefined) return track;
    throw new Error(
      `The trace names ${this.topic}-${partition}, but the topic has ${this.partitions.length} partitions.`,
    );
  }
}

function newTrack(addedAtMs: Millis): Track {
  return { addedAtMs, logStartOffset: 0, logEndOffset: 0, cells: [] };
}
