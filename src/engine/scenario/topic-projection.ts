import type { Millis } from '../environment/environment.js';
import type { RecordedEvent, TopicPartitionRef } from '../environment/trace-events.js';
import { BatchRecords } from './batch-records.js';
import { HandlingLog, verdictOf } from './handling-log.js';
import type { LaneProjection } from './run-projector.js';
import type { GroupSpec, RunSpec, TopicLane } from './run-spec.js';
import type { GroupView, PartitionView, TopicView } from './run-view.js';

type Cell = PartitionView['cells'][number];

interface PartitionState {
  readonly cells: Cell[];
  highWatermark: number;
  logEndOffset: number;
}

interface MemberState {
  readonly log: HandlingLog;
  readonly positions: Map<number, number>;
  generation: number | undefined;
}

interface GroupState {
  readonly spec: GroupSpec;
  readonly members: Map<string, MemberState>;
  readonly committed: Map<number, number>;
  state: string;
  generation: number;
  startedAtMs: Millis | undefined;
}

/** The topic lane: the tracks of the partitions, and each group's members, positions and committed offsets. */
export class TopicProjection implements LaneProjection {
  private readonly partitions: PartitionState[];
  private readonly groups: Map<string, GroupState>;
  private readonly batches = new BatchRecords();

  constructor(
    private readonly lane: TopicLane,
    private readonly spec: RunSpec,
  ) {
    this.partitions = Array.from({ length: lane.partitions }, () => ({ cells: [], highWatermark: 0, logEndOffset: 0 }));
    this.groups = new Map(
      lane.groups.map((group) => [
        group.group,
        {
          spec: group,
          members: new Map(
            group.members.map(({ id }) => [
              id,
              { log: new HandlingLog(id), positions: new Map(), generation: undefined },
            ]),
          ),
          committed: new Map(),
          state: 'Empty',
          generation: 0,
          startedAtMs: undefined,
        },
      ]),
    );
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    if ('topic' in event && event.topic !== this.lane.topic) return;
    switch (event.kind) {
      case 'record-sent':
        if (event.id !== undefined) this.batches.sent(event.id, event.send);
        break;
      case 'batch-sent':
        this.batches.batched(event);
        break;
      case 'batch-appended':
        this.append(event, atMs);
        break;
      case 'high-watermark-advanced':
        this.partition(event).highWatermark = event.highWatermark;
        break;
      case 'group-state-changed':
        this.changeGroup(event);
        break;
      case 'partitions-assigned':
      case 'partitions-revoked':
        this.changeOwner(event, atMs);
        break;
      case 'record-delivered':
      case 'record-handled':
        this.handle(event, atMs);
        break;
      case 'offset-committed':
        this.groups.get(event.group)?.committed.set(event.partition, event.offset);
        break;
    }
  }

  view(): TopicView {
    const members = [...this.groups.values()].flatMap((group) => [...group.members.values()]);
    return {
      lane: 'topic',
      partitions: this.partitions.map((partition, index) => ({
        partition: index,
        highWatermark: partition.highWatermark,
        logEndOffset: partition.logEndOffset,
        cells: [...partition.cells],
      })),
      groups: [...this.groups.values()].map((group) => this.groupView(group)),
      actors: [...this.groups.values()].flatMap((group) =>
        [...group.members.values()].map((member) =>
          member.log.view({
            group: group.spec.group,
            standsBy: member.log.presentSinceMs !== undefined && member.positions.size === 0,
            partitions: [...member.positions.keys()].sort((a, b) => a - b),
            ...(member.generation === undefined ? {} : { generation: member.generation }),
          }),
        ),
      ),
      verdicts: [...this.groups.values()].map((group) =>
        verdictOf(
          group.spec.group,
          [...group.members.values()].map((member) => member.log),
          this.spec,
        ),
      ),
      deliveredCount: members.reduce((sum, member) => sum + member.log.deliveredCount, 0),
      handledCount: members.reduce((sum, member) => sum + member.log.handledCount, 0),
    };
  }

  private groupView(group: GroupState): GroupView {
    const members = [...group.members];
    return {
      group: group.spec.group,
      state: group.state,
      generation: group.generation,
      startedAtMs: group.startedAtMs,
      partitions: this.partitions.map((_, partition) => {
        const owner = members.find(([, member]) => member.positions.has(partition));
        return {
          partition,
          committed: group.committed.get(partition),
          position: owner?.[1].positions.get(partition),
          owner: owner?.[0],
        };
      }),
    };
  }

  private append(event: Extract<RecordedEvent, { kind: 'batch-appended' }>, atMs: Millis): void {
    const partition = this.partition(event);
    for (const { offset, record } of this.batches.in(event))
      partition.cells.push({ offset, record, appendedAtMs: atMs, event: event.index });
    partition.logEndOffset = event.lastOffset + 1;
  }

  private changeGroup(event: Extract<RecordedEvent, { kind: 'group-state-changed' }>): void {
    const group = this.groups.get(event.group);
    if (group === undefined) return;
    group.state = event.to;
    group.generation = event.generation;
  }

  private changeOwner(
    event: Extract<RecordedEvent, { kind: 'partitions-assigned' | 'partitions-revoked' }>,
    atMs: Millis,
  ): void {
    const group = this.groups.get(event.group);
    const member = group?.members.get(event.client);
    if (group === undefined || member === undefined) return;
    group.startedAtMs ??= atMs;
    member.log.presentSinceMs ??= atMs;
    member.generation = event.generation;
    if (event.kind === 'partitions-revoked') {
      for (const { topic, partition } of event.partitions)
        if (topic === this.lane.topic) member.positions.delete(partition);
      return;
    }
    for (const { topic, partition, startOffset } of event.partitions) {
      if (topic === this.lane.topic) member.positions.set(partition, Math.max(0, startOffset));
    }
  }

  private handle(event: Extract<RecordedEvent, { kind: 'record-delivered' | 'record-handled' }>, atMs: Millis): void {
    const member = this.groups.get(event.group)?.members.get(event.client);
    const record = this.recordAt(event, event.offset);
    if (member === undefined || record === undefined) return;
    if (event.kind === 'record-handled') {
      member.log.finish(record, atMs, event.index);
      return;
    }
    const attempt = member.log.all.filter((handling) => handling.record === record).length + 1;
    const { partition, offset } = event;
    member.log.begin({ record, attempt, fromMs: atMs, partition, offset, deliveryEvent: event.index });
    if (member.positions.has(partition)) member.positions.set(partition, offset + 1);
  }

  private recordAt(at: TopicPartitionRef, offset: number): number | undefined {
    const { cells } = this.partition(at);
    let low = 0;
    let high = cells.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const cell = cells[middle] as Cell;
      if (cell.offset === offset) return cell.record;
      if (cell.offset < offset) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  private partition(at: TopicPartitionRef): PartitionState {
    const state = this.partitions[at.partition];
    if (state === undefined)
      throw new Error(`the trace names ${at.topic}-${at.partition}, which the run does not have`);
    return state;
  }
}
