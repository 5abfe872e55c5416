import type { Millis } from '../environment/environment.js';
import type { TraceEvent } from '../environment/trace-events.js';
import type {
  ClassicGroup,
  ClassicGroupConfig,
  ClassicGroupState,
  ClassicMember,
  RequestToken,
} from './classic-group.js';
import { metadataFor } from './classic-group.js';
import type { Decision, JoinAnswer, ParkedAnswer, SyncAnswer, TimerChange, TimerName } from './decision.js';
import { joinRefused, syncRefused } from './decision.js';
import type { GroupRecord } from './group-record.js';

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** A group in the making: a decision's own copy, thrown away when the decision has been returned. The group it was made from is not touched. */
export class GroupDraft {
  readonly group: Mutable<ClassicGroup> & {
    members: Map<string, ClassicMember>;
    pendingJoins: Set<string>;
    pendingSyncs: Set<string>;
  };
  private readonly records: GroupRecord[] = [];
  private readonly answers: ParkedAnswer[] = [];
  private readonly timers = new Map<TimerName, TimerChange>();
  private readonly events: TraceEvent[] = [];

  constructor(
    group: ClassicGroup,
    readonly config: ClassicGroupConfig,
    readonly now: Millis,
  ) {
    this.group = {
      ...group,
      members: new Map(group.members),
      pendingJoins: new Set(group.pendingJoins),
      pendingSyncs: new Set(group.pendingSyncs),
    };
  }

  setTimer(name: TimerName, delayMs: Millis): void {
    this.timers.set(name, { set: name, at: this.now + delayMs });
  }

  cancelTimer(name: TimerName): void {
    this.timers.set(name, { cancel: name });
  }

  /** The member was heard of: its session begins anew. */
  renewSession(memberId: string, timeoutMs: Millis): void {
    this.setTimer(`session:${memberId}`, timeoutMs);
  }

  changeMember(memberId: string, changes: Partial<ClassicMember>): void {
    const member = this.group.members.get(memberId);
    if (member === undefined) throw new Error(`Member ${memberId} is not in the group; look it up before changing it.`);
    this.group.members.set(memberId, { ...member, ...changes });
  }

  /** Parks a join; one that the same member parked before is sent off to ask again, since only the last one is waited for. */
  parkJoin(memberId: string, token: RequestToken): void {
    this.answerJoin(memberId, joinRefused('REBALANCE_IN_PROGRESS', memberId));
    this.changeMember(memberId, { parkedJoin: token });
  }

  parkSync(memberId: string, token: RequestToken): void {
    this.answerSync(memberId, syncRefused('REBALANCE_IN_PROGRESS'));
    this.changeMember(memberId, { parkedSync: token });
  }

  /** Answers the member's parked join, if there is one. */
  answerJoin(memberId: string, response: JoinAnswer): void {
    const to = this.group.members.get(memberId)?.parkedJoin;
    if (to === undefined) return;
    this.answers.push({ to, kind: 'join', response });
    this.changeMember(memberId, { parkedJoin: undefined });
  }

  /** Answers the member's parked sync, if there is one; tells whether there was. */
  answerSync(memberId: string, response: SyncAnswer): boolean {
    const to = this.group.members.get(memberId)?.parkedSync;
    if (to === undefined) return false;
    this.answers.push({ to, kind: 'sync', response });
    this.changeMember(memberId, { parkedSync: undefined });
    return true;
  }

  addMember(member: ClassicMember, protocolType: string): void {
    if (this.group.members.size === 0) this.group.protocolType = protocolType;
    this.group.leader ??= member.memberId;
    this.group.members.set(member.memberId, member);
    this.trace({ kind: 'member-joined', group: this.group.groupId, member: member.memberId, client: member.clientId });
  }

  /** Takes a member out, refusing what it has parked; the longest-standing member leads if it was the leader. */
  removeMember(memberId: string, reason: 'left' | 'session-expired' | 'rebalance-timeout'): void {
    this.answerJoin(memberId, joinRefused('UNKNOWN_MEMBER_ID', ''));
    this.answerSync(memberId, syncRefused('UNKNOWN_MEMBER_ID'));
    this.group.members.delete(memberId);
    this.group.pendingSyncs.delete(memberId);
    this.cancelTimer(`session:${memberId}`);
    if (this.group.leader === memberId) this.group.leader = this.group.members.keys().next().value ?? null;
    this.trace({ kind: 'member-left', group: this.group.groupId, member: memberId, reason });
  }

  transition(to: ClassicGroupState, reason: string): void {
    const from = this.group.state;
    this.group.previousState = from;
    this.group.state = to;
    this.group.stateTimestamp = this.now;
    this.trace({
      kind: 'group-state-changed',
      group: this.group.groupId,
      from,
      to,
      generation: this.group.generationId,
      reason,
    });
  }

  /** Tells the trace in which state the group was read back: what had not been durable before is gone. */
  traceReadBack(): void {
    this.trace({
      kind: 'group-state-changed',
      group: this.group.groupId,
      from: 'Dead',
      to: this.group.state,
      generation: this.group.generationId,
      reason: 'the coordinator has read the group back',
    });
  }

  record(record: GroupRecord): void {
    this.records.push(record);
  }

  /** Writes the group down as it is now. */
  recordMetadata(): void {
    const group = this.group;
    this.record({
      kind: 'group-metadata',
      groupId: group.groupId,
      value: {
        protocolType: group.protocolType ?? '',
        generationId: group.generationId,
        protocolName: group.protocolName,
        leader: group.leader,
        currentStateTimestamp: group.stateTimestamp,
        members: [...group.members.values()].map((member) => ({
          memberId: member.memberId,
          groupInstanceId: member.groupInstanceId,
          clientId: member.clientId,
          clientHost: member.clientHost,
          rebalanceTimeoutMs: member.rebalanceTimeoutMs,
          sessionTimeoutMs: member.sessionTimeoutMs,
          subscription: metadataFor(member, group.protocolName),
          assignment: member.assignment,
        })),
      },
    });
  }

  private trace(event: TraceEvent): void {
    this.events.push(event);
  }

  /** The decision that this draft came to; `response` answers the request at hand when it was not parked. */
  decide<Response>(response?: Response): Decision<Response> {
    const common = {
      records: this.records,
      group: this.group,
      answers: this.answers,
      timers: [...this.timers.values()],
      events: this.events,
    };
    return response === undefined ? common : { ...common, response };
  }
}
