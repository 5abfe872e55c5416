import type { Millis } from '../environment/environment.js';
import type { TraceEvent } from '../environment/trace-events.js';
import type {
  ClassicGroup,
  ClassicGroupConfig,
  ClassicGroupState,
  ClassicMember,
  GroupFields,
  MemberProtocol,
  RequestToken,
} from './classic-group.js';
import { metadataFor } from './classic-group.js';
import type { Decision, JoinAnswer, ParkedAnswer, SyncAnswer, TimerChange, TimerName } from './decision.js';
import { joinRefused, syncRefused } from './decision.js';
import type { GroupRecord } from './group-record.js';
import { MapDraft } from './map-draft.js';

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

type DraftedGroup = Mutable<GroupFields> & {
  readonly groupId: string;
  readonly members: MapDraft<ClassicMember>;
  readonly staticMembers: MapDraft<string>;
  readonly pendingJoins: MapDraft<true>;
  readonly supporters: MapDraft<number>;
};

/** Why a member is no longer in the group. */
type Departure = Extract<TraceEvent, { kind: 'member-left' }>['reason'];

/** A group in the making: what a decision sees and changes. The group that it was made from is not touched, and only what changes is copied. */
export class GroupDraft {
  readonly group: DraftedGroup;
  private readonly records: GroupRecord[] = [];
  private readonly answers: ParkedAnswer[] = [];
  private readonly timers = new Map<TimerName, TimerChange>();
  private readonly events: TraceEvent[] = [];

  constructor(
    private readonly base: ClassicGroup,
    readonly config: ClassicGroupConfig,
    readonly now: Millis,
  ) {
    this.group = {
      ...base,
      members: new MapDraft(base.members),
      staticMembers: new MapDraft(base.staticMembers),
      pendingJoins: new MapDraft(base.pendingJoins),
      supporters: new MapDraft(base.supporters),
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
    this.countOut(member);
    this.countIn({ ...member, ...changes });
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
    const { group } = this;
    if (group.members.size === 0) group.protocolType = protocolType;
    group.leader ??= member.memberId;
    group.pendingJoins.delete(member.memberId);
    if (member.groupInstanceId !== null) group.staticMembers.set(member.groupInstanceId, member.memberId);
    this.countIn(member);
    this.traceJoined(member);
  }

  /** Takes a member out, refusing what it has parked; the longest-standing member leads if it was the leader. */
  removeMember(memberId: string, reason: Departure): void {
    this.answerJoin(memberId, joinRefused('UNKNOWN_MEMBER_ID', ''));
    this.answerSync(memberId, syncRefused('UNKNOWN_MEMBER_ID'));
    const member = this.group.members.get(memberId);
    if (member === undefined) return;
    this.countOut(member);
    this.group.members.delete(memberId);
    if (member.groupInstanceId !== null) this.group.staticMembers.delete(member.groupInstanceId);
    this.cancelTimer(`session:${memberId}`);
    if (this.group.leader === memberId) this.group.leader = this.group.members.keys().next().value ?? null;
    this.trace({ kind: 'member-left', group: this.group.groupId, member: memberId, reason });
  }

  /**
   * Somebody else stands in for a static member, with all that it has (KIP-345): the former one is fenced. Its client's name stays as it was, as in Kafka.
   */
  replaceMember(memberId: string, newMemberId: string): void {
    this.answerJoin(memberId, joinRefused('FENCED_INSTANCE_ID', memberId));
    this.answerSync(memberId, syncRefused('FENCED_INSTANCE_ID'));
    const { group } = this;
    const member = group.members.get(memberId);
    if (member?.groupInstanceId == null)
      throw new Error(`Member ${memberId} is not static; only such can be replaced.`);
    this.countOut(member);
    group.members.delete(memberId);
    const replacement = { ...member, memberId: newMemberId, isNew: false, isSyncPending: false };
    this.countIn(replacement);
    // As in Kafka it is the former id that is waited for, which cannot come any more: when the time is over, all join again.
    if (member.isSyncPending) group.syncsPending += 1;
    group.staticMembers.set(member.groupInstanceId, newMemberId);
    if (group.leader === memberId) group.leader = newMemberId;
    this.cancelTimer(`session:${memberId}`);
    this.renewSession(newMemberId, member.sessionTimeoutMs);
    this.trace({ kind: 'member-left', group: group.groupId, member: memberId, reason: 'replaced' });
    this.traceJoined(replacement);
  }

  private countIn(member: ClassicMember): void {
    this.group.members.set(member.memberId, member);
    this.count(member, 1);
  }

  private countOut(member: ClassicMember): void {
    this.count(member, -1);
  }

  private count({ parkedJoin, isSyncPending, protocols }: ClassicMember, by: 1 | -1): void {
    const { group } = this;
    if (parkedJoin !== undefined) group.joinsWaiting += by;
    if (isSyncPending) group.syncsPending += by;
    for (const name of namesOf(protocols)) {
      const supporters = (group.supporters.get(name) ?? 0) + by;
      if (supporters === 0) group.supporters.delete(name);
      else group.supporters.set(name, supporters);
    }
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
    const { group } = this;
    this.record({
      kind: 'group-metadata',
      groupId: group.groupId,
      value: {
        protocolType: group.protocolType ?? '',
        generationId: group.generationId,
        protocolName: group.protocolName,
        leader: group.leader,
        currentStateTimestamp: group.stateTimestamp ?? -1,
        members: Array.from(group.members.values(), (member) => ({
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

  private traceJoined({ memberId, clientId }: ClassicMember): void {
    this.trace({ kind: 'member-joined', group: this.group.groupId, member: memberId, client: clientId });
  }

  private trace(event: TraceEvent): void {
    this.events.push(event);
  }

  /** The decision that this draft came to; `response` answers the request at hand when it was not parked. */
  decide<Response>(response?: Response): Decision<Response> {
    const { members, staticMembers, pendingJoins, supporters } = this.group;
    const common = {
      records: this.records,
      change: {
        kind: 'update' as const,
        group: this.base,
        fields: fieldsOf(this.group),
        members: members.changes,
        staticMembers: staticMembers.changes,
        pendingJoins: pendingJoins.changes,
        supporters: supporters.changes,
      },
      answers: this.answers,
      timers: [...this.timers.values()],
      events: this.events,
    };
    return response === undefined ? common : { ...common, response };
  }
}

function namesOf(protocols: readonly MemberProtocol[]): Iterable<string> {
  return new Set(protocols.map(({ name }) => name));
}

function fieldsOf(group: GroupFields): GroupFields {
  return {
    state: group.state,
    previousState: group.previousState,
    stateTimestamp: group.stateTimestamp,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leader,
    subscribedTopics: group.subscribedTopics,
    joinsWaiting: group.joinsWaiting,
    syncsPending: group.syncsPending,
    newMemberAdded: group.newMemberAdded,
    initialDelay: group.initialDelay,
  };
}
