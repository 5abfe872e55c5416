import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { judgeSequence } from '../history/sequence.js';
import type { RunGroup } from './group-run-spec.js';
import type {
  CommitView,
  GroupBandView,
  GroupPartitionView,
  GroupStateSpan,
  PartitionStart,
  PauseView,
} from './group-run-view.js';
import { MemberRow } from './member-row.js';
import type { TopicTrack, TrackedRecords } from './topic-track.js';

interface PartitionState {
  committed: number | undefined;
  position: number | undefined;
  start: PartitionStart | undefined;
  /** Who had it last. */
  lastOwner: string | undefined;
}

/** What becomes of one group, from the events of its coordinator, its members' clients and their loops. */
export class GroupBand {
  private readonly rows: ReadonlyMap<string, MemberRow>;
  private readonly partitions = new Map<number, PartitionState>();
  /** Whose member id it is. */
  private readonly clients = new Map<string, string>();
  private states: readonly GroupStateSpan[] = [];
  private commits: readonly CommitView[] = [];
  private pauses: readonly PauseView[] = [];
  private epoch = 0;
  private movedCount = 0;

  constructor(
    private readonly group: RunGroup,
    private readonly topic: TopicTrack,
    private readonly records: TrackedRecords,
  ) {
    this.rows = new Map(group.members.map((member) => [member.member, new MemberRow(member)]));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    if (!('group' in event) || event.group !== this.group.group) return;
    switch (event.kind) {
      case 'group-state-changed':
        return this.stateChanged(event, atMs);
      case 'group-epoch-changed':
        this.epoch = event.epoch;
        return;
      case 'member-joined':
        this.clients.set(event.member, event.client);
        return;
      case 'member-left':
        return this.left(event, atMs);
      case 'offset-committed':
        return this.committed(event, atMs);
      case 'commit-refused':
        return this.refused(event, atMs);
      default:
        if ('client' in event) this.ofMember(event, atMs);
    }
  }

  view(atMs: Millis): GroupBandView {
    const rows = [...this.rows.values()];
    const handlings = rows.flatMap((row) => row.handlings.map((handling) => ({ member: row.member, ...handling })));
    const finished = handlings.filter(({ toMs, isCutShort }) => toMs !== undefined && !isCutShort);
    return {
      group: this.group.group,
      topic: this.group.topic,
      protocol: this.group.protocol,
      state: this.states.at(-1)?.state ?? 'Empty',
      epoch: this.epoch,
      states: this.states,
      partitions: Array.from({ length: this.topic.count }, (_, partition) => this.partitionView(partition)),
      members: rows.map((row) => row.view()),
      commits: this.commits,
      pauses: this.pauses,
      movedCount: this.movedCount,
      pausedMs: this.pauses.reduce((sum, { fromMs, toMs = atMs }) => sum + toMs - fromMs, 0),
      handledCount: finished.length,
      handledRecords: [...new Set(finished.map(({ record }) => record))].sort((a, b) => a - b),
      verdict: judgeSequence(
        this.group.group,
        handlings.map(({ member, record, fromMs, toMs, isCutShort, event, endEvent }) => ({
          actor: member,
          record,
          key: this.records.keyOf(record),
          deliveredMs: fromMs,
          handledMs: isCutShort ? undefined : toMs,
          evidence: endEvent === undefined ? [event] : [event, endEvent],
        })),
      ),
    };
  }

  private partitionView(partition: number): GroupPartitionView {
    const state = this.partitions.get(partition);
    const logEndOffset = this.topic.endOf(partition);
    const owner = this.ownerOf(partition)?.member;
    return {
      partition,
      committed: state?.committed,
      position: owner === undefined ? undefined : state?.position,
      logStartOffset: this.topic.startOf(partition),
      logEndOffset,
      lag: state?.committed === undefined ? undefined : logEndOffset - state.committed,
      owner,
      start: state?.start,
    };
  }

  private stateChanged(event: Extract<RecordedEvent, { kind: 'group-state-changed' }>, atMs: Millis): void {
    const before = this.states.at(-1);
    this.epoch = event.generation;
    const { to: state, generation: epoch, reason, index } = event;
    if (before?.state === state && before.epoch === epoch) return;
    // A state that was left in the moment in which it was reached is no span.
    const kept = this.states.slice(0, -1);
    const closed = before === undefined || before.fromMs === atMs ? kept : [...kept, { ...before, toMs: atMs }];
    this.states = [...closed, { state, epoch, fromMs: atMs, toMs: undefined, reason, event: index }];
  }

  private left(event: Extract<RecordedEvent, { kind: 'member-left' }>, atMs: Millis): void {
    const row = this.rows.get(this.clients.get(event.member) ?? '');
    this.clients.delete(event.member);
    if (row === undefined) return;
    row.removed(event.reason, atMs, event.index);
    this.watchPauses(atMs);
  }

  private committed(event: Extract<RecordedEvent, { kind: 'offset-committed' }>, atMs: Millis): void {
    if (event.topic !== this.group.topic) return;
    const { partition, offset, index } = event;
    const member = this.clients.get(event.member) ?? '';
    this.state(partition).committed = offset;
    this.commits = [...this.commits, { atMs, member, partition, offset, refused: undefined, event: index }];
  }

  private refused(event: Extract<RecordedEvent, { kind: 'commit-refused' }>, atMs: Millis): void {
    const { client: member, error, offsets, index } = event;
    this.commits = [
      ...this.commits,
      ...offsets.map(({ partition, offset }) => ({
        atMs,
        member,
        partition,
        offset,
        refused: error.code,
        event: index,
      })),
    ];
  }

  private ofMember(event: Extract<RecordedEvent, { group: string; client: string }>, atMs: Millis): void {
    const row = this.rows.get(event.client);
    if (row === undefined) return;
    switch (event.kind) {
      case 'application-started':
        row.started(atMs, event.index);
        break;
      case 'application-ended':
        row.ended(event.end, event.error, atMs, event.index);
        break;
      case 'partitions-assigned':
        this.assigned(row, event, atMs);
        break;
      case 'partitions-revoked':
        for (const { topic, partition } of event.partitions)
          if (topic === this.group.topic) row.release(partition, event.lost, atMs);
        break;
      case 'offset-reset':
        this.state(event.partition).position = event.offset;
        this.state(event.partition).start = {
          atMs,
          offset: event.offset,
          source: event.reason === 'out-of-range' ? 'out-of-range' : 'reset',
          event: event.index,
        };
        break;
      case 'record-delivered': {
        const state = this.state(event.partition);
        state.position = Math.max(state.position ?? 0, event.offset + 1);
        break;
      }
      case 'handling-begun':
        this.handlingBegun(row, event, atMs);
        break;
      case 'handling-ended':
        row.finish(event.partition, event.offset, atMs, event.index);
        break;
    }
    this.watchPauses(atMs);
  }

  private assigned(row: MemberRow, event: Extract<RecordedEvent, { kind: 'partitions-assigned' }>, atMs: Millis): void {
    row.epoch = event.generation;
    for (const { topic, partition, startOffset, source } of event.partitions) {
      if (topic !== this.group.topic || row.owns(partition)) continue;
      const state = this.state(partition);
      if (state.lastOwner !== undefined && state.lastOwner !== row.member) this.movedCount++;
      state.lastOwner = row.member;
      state.position = Math.max(0, startOffset);
      const found = source === 'reset' ? 'reset' : 'committed';
      state.start = { atMs, offset: state.position, source: found, event: event.index };
      // Whoever had it before, and was not asked to give it up, has it no longer.
      for (const other of this.rows.values()) if (other !== row) other.release(partition, true, atMs);
      row.take(partition, event.generation, atMs, event.index);
    }
  }

  private handlingBegun(row: MemberRow, event: Extract<RecordedEvent, { kind: 'handling-begun' }>, atMs: Millis): void {
    const { partition, offset, index } = event;
    const record = this.topic.recordAt(partition, offset);
    if (record === undefined) return;
    const before = [...this.rows.values()].flatMap(({ handlings }) => handlings);
    const attempt = before.filter((each) => each.partition === partition && each.offset === offset).length + 1;
    row.begin({ record, partition, offset, attempt, fromMs: atMs, event: index });
  }

  /** A partition that once had an owner whose process lives, and has none, is paused. */
  private watchPauses(atMs: Millis): void {
    for (const partition of this.partitions.keys()) {
      const hasHadOwner = this.partitions.get(partition)?.lastOwner !== undefined;
      const isServed = [...this.rows.values()].some((row) => row.serves(partition));
      const open = this.pauses.find((pause) => pause.partition === partition && pause.toMs === undefined);
      if (hasHadOwner && !isServed && open === undefined)
        this.pauses = [...this.pauses, { partition, fromMs: atMs, toMs: undefined }];
      else if (isServed && open !== undefined)
        this.pauses = this.pauses.flatMap((pause) => {
          if (pause !== open) return [pause];
          return pause.fromMs === atMs ? [] : [{ ...pause, toMs: atMs }];
        });
    }
  }

  private ownerOf(partition: number): MemberRow | undefined {
    return [...this.rows.values()].find((row) => row.owns(partition));
  }

  private state(partition: number): PartitionState {
    let state = this.partitions.get(partition);
    if (state === undefined) {
      state = { committed: undefined, position: undefined, start: undefined, lastOwner: undefined };
      this.partitions.set(partition, state);
    }
    return state;
  }
}
