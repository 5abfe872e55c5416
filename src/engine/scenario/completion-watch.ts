import type { RecordedEvent } from '../environment/trace-events.js';
import type { PublishSubscribeLane, RunSpec, TopicLane } from './run-spec.js';

/** Tells from the trace when nothing more will happen: all is sent, every inbox is empty, every group has read to the end. */
export class CompletionWatch {
  private seen = 0;
  private readonly lanes: readonly LaneWatch[];

  constructor(spec: RunSpec) {
    const count = spec.records.length;
    this.lanes = spec.lanes.map((lane) => {
      switch (lane.lane) {
        case 'queue':
          return new QueueWatch(count);
        case 'publish-subscribe':
          return new PublishSubscribeWatch(lane, count);
        case 'topic':
          return new TopicWatch(lane, count);
      }
    });
  }

  /** Takes in what the trace holds beyond the last call, and judges. */
  isComplete(trace: readonly RecordedEvent[]): boolean {
    for (; this.seen < trace.length; this.seen++) {
      for (const lane of this.lanes) lane.apply(trace[this.seen] as RecordedEvent);
    }
    return this.lanes.every((lane) => lane.isComplete());
  }
}

interface LaneWatch {
  apply(event: RecordedEvent): void;
  isComplete(): boolean;
}

class QueueWatch implements LaneWatch {
  private acknowledged = 0;
  constructor(private readonly count: number) {}

  apply(event: RecordedEvent): void {
    if (event.kind === 'message-acknowledged') this.acknowledged++;
  }

  isComplete(): boolean {
    return this.acknowledged === this.count;
  }
}

class PublishSubscribeWatch implements LaneWatch {
  private published = 0;
  private present = 0;
  private open = 0;

  constructor(
    private readonly lane: PublishSubscribeLane,
    private readonly count: number,
  ) {}

  apply(event: RecordedEvent): void {
    if (event.kind === 'subscriber-came') this.present++;
    if (event.kind === 'message-published') {
      this.published++;
      this.open += event.listeners;
    }
    if (event.kind === 'message-finished') this.open--;
  }

  isComplete(): boolean {
    return this.published === this.count && this.open === 0 && this.present === this.lane.subscribers.length;
  }
}

class TopicWatch implements LaneWatch {
  private acknowledged = 0;
  /** Deliveries whose handling has not ended: a commit may be known before it has. */
  private inHand = 0;
  private readonly highWatermarks: number[];
  private readonly groups: ReadonlyMap<
    string,
    { readonly next: Map<number, number>; readonly owners: Map<number, string> }
  >;

  constructor(
    private readonly lane: TopicLane,
    private readonly count: number,
  ) {
    this.highWatermarks = Array.from({ length: lane.partitions }, () => 0);
    this.groups = new Map(lane.groups.map((group) => [group.group, { next: new Map(), owners: new Map() }]));
  }

  apply(event: RecordedEvent): void {
    if (!('topic' in event) || event.topic !== this.lane.topic) {
      if (event.kind === 'partitions-assigned') this.assign(event);
      if (event.kind === 'partitions-revoked') this.revoke(event);
      return;
    }
    if (event.kind === 'record-acknowledged') this.acknowledged++;
    if (event.kind === 'record-delivered') this.inHand++;
    if (event.kind === 'record-handled') this.inHand--;
    if (event.kind === 'high-watermark-advanced') this.highWatermarks[event.partition] = event.highWatermark;
    if (event.kind === 'offset-committed') this.groups.get(event.group)?.next.set(event.partition, event.offset);
  }

  isComplete(): boolean {
    return (
      this.acknowledged === this.count &&
      this.inHand === 0 &&
      [...this.groups.values()].every((group) => this.hasReadAll(group.next, group.owners))
    );
  }

  private hasReadAll(next: ReadonlyMap<number, number>, owners: ReadonlyMap<number, string>): boolean {
    return this.highWatermarks.every(
      (highWatermark, partition) => owners.has(partition) && (next.get(partition) ?? 0) >= highWatermark,
    );
  }

  private assign(event: Extract<RecordedEvent, { kind: 'partitions-assigned' }>): void {
    const group = this.groups.get(event.group);
    if (group === undefined) return;
    for (const { topic, partition, startOffset } of event.partitions) {
      if (topic !== this.lane.topic) continue;
      group.owners.set(partition, event.client);
      group.next.set(partition, Math.max(startOffset, group.next.get(partition) ?? 0));
    }
  }

  private revoke(event: Extract<RecordedEvent, { kind: 'partitions-revoked' }>): void {
    const owners = this.groups.get(event.group)?.owners;
    for (const { topic, partition } of event.partitions) {
      if (topic === this.lane.topic && owners?.get(partition) === event.client) owners.delete(partition);
    }
  }
}
