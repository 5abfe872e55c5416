import { expect } from 'vitest';
import type { ClassicGroup, ClassicGroupConfig } from '../../../src/engine/group/classic-group.js';
import { emptyGroup, recoverGroup } from '../../../src/engine/group/classic-group.js';
import type { Decision, JoinAnswer, SyncAnswer, TimerName } from '../../../src/engine/group/decision.js';
import { decideLoaded, decideTimer } from '../../../src/engine/group/expiry.js';
import { applyGroupChange } from '../../../src/engine/group/group-change.js';
import { decideDeletion } from '../../../src/engine/group/group-deletion.js';
import { decideHeartbeat } from '../../../src/engine/group/heartbeat.js';
import { decideJoin, type JoinRequest } from '../../../src/engine/group/join.js';
import { decideLeave } from '../../../src/engine/group/leave.js';
import { decideOffsetCommit, type OffsetCommitRequest } from '../../../src/engine/group/offset-commit.js';
import { decideOffsetDelete, type OffsetDeleteAnswer } from '../../../src/engine/group/offset-delete.js';
import { decideOffsetExpiry } from '../../../src/engine/group/offset-expiry.js';
import { StoredGroups } from '../../../src/engine/group/stored-groups.js';
import { decideSync } from '../../../src/engine/group/sync.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import type { GroupRecord } from '../../../src/engine/group/group-record.js';

export const groupConfig: ClassicGroupConfig & { offsetMetadataMaxBytes: number } = {
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 1_800_000,
  maxSize: 100,
  newMemberJoinTimeoutMs: 300_000,
  offsetMetadataMaxBytes: 4096,
};

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Carries decisions out as a coordinator does, at once and on a clock of its own: one group `g`, its log, its timers and the answers so far. */
export class GroupBench {
  now = 1_000_000;
  group: ClassicGroup | undefined;
  readonly log: GroupRecord[] = [];
  readonly stored = new StoredGroups();
  readonly answers = new Map<string, JoinAnswer | SyncAnswer>();
  readonly events: { kind: string; [field: string]: unknown }[] = [];
  private readonly timers = new Map<TimerName, number>();
  private tokens = 0;
  private ids = 0;

  constructor(public config = groupConfig) {}

  /** Sends a JoinGroup; the token under which its answer will be found. */
  join(memberId: string, options: Partial<JoinRequest> = {}): string {
    const token = `join-${++this.tokens}`;
    this.carryOut(token, this.decideJoin(memberId, { token, ...options }));
    return token;
  }

  /** What would become of a JoinGroup. */
  decideJoin(memberId: string, options: Partial<JoinRequest> = {}): Decision<JoinAnswer> {
    const request: JoinRequest = {
      groupId: 'g',
      memberId,
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '/host',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytes(memberId) }],
      requiresKnownMemberId: true,
      supportsSkippingAssignment: true,
      reason: null,
      token: '',
      ...options,
    };
    return decideJoin(this.group, request, `client-${++this.ids}`, this.config, this.now);
  }

  /** Joins with an id that the group gives; the id. */
  enter(options: Partial<JoinRequest> = {}): { member: string; token: string } {
    const { memberId } = this.joinAnswer(this.join('', options));
    return { member: memberId, token: this.join(memberId, options) };
  }

  sync(memberId: string, generationId: number, assignments: Record<string, string> = {}): string {
    const token = `sync-${++this.tokens}`;
    const request = {
      groupId: 'g',
      generationId,
      memberId,
      groupInstanceId: null,
      protocolType: this.group?.protocolType ?? 'consumer',
      protocolName: null,
      assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: bytes(text) })),
      token,
    };
    this.carryOut(token, decideSync(this.known, request, this.config, this.now));
    return token;
  }

  heartbeat(memberId: string, generationId: number, groupInstanceId: string | null = null): string {
    const decision = decideHeartbeat(this.known, { memberId, generationId, groupInstanceId }, this.config, this.now);
    this.carryOut('', decision);
    return decision.response?.error as string;
  }

  leave(...memberIds: string[]): readonly string[] {
    return this.leaveAs(...memberIds.map((memberId) => ({ memberId, groupInstanceId: null })));
  }

  leaveAs(...members: readonly { memberId: string; groupInstanceId: string | null }[]): readonly string[] {
    const leaving = members.map((member) => ({ ...member, reason: null }));
    const decision = decideLeave(this.known, leaving, this.config, this.now);
    this.carryOut('', decision);
    return decision.response?.members.map(({ error }) => error) ?? [];
  }

  commit(memberId: string, generationId: number, offset: number, options: Partial<OffsetCommitRequest> = {}): string {
    const request: OffsetCommitRequest = {
      groupId: 'g',
      generationId,
      memberId,
      groupInstanceId: null,
      isOfConsumerProtocol: true,
      retentionTimeMs: -1,
      offsets: [{ topic: 'orders', topicId: zeroUuid, partition: 0, offset, leaderEpoch: 3, metadata: `at ${offset}` }],
      ...options,
    };
    const decision = decideOffsetCommit(this.group, request, { ...groupConfig, ...this.config }, this.now);
    this.carryOut('', decision);
    return decision.response?.offsets.join() as string;
  }

  /** Looks for offsets that have expired, as the coordinator does now and then. */
  expireOffsets(retentionMs: number): void {
    if (this.group === undefined) return;
    const decision = decideOffsetExpiry(this.group, this.stored.get('g'), retentionMs, this.now);
    if (decision !== undefined) this.carryOut('', decision);
  }

  deleteOffsets(topic: string, ...partitions: number[]): string {
    const offsets = partitions.map((partition) => ({ topic, partition }));
    const decision = decideOffsetDelete(this.group, this.stored.get('g'), offsets);
    this.carryOut('', decision);
    const { error, offsets: errors } = decision.response as OffsetDeleteAnswer;
    return error === 'NONE' ? errors.join() : error;
  }

  deleteGroup(): string {
    const decision = decideDeletion(this.group, this.stored.get('g'));
    this.carryOut('', decision);
    return decision.response?.error as string;
  }

  /** The partitions of a topic for which the group has committed anything. */
  committed(topic: string): number[] {
    return [...(this.stored.get('g')?.offsets.get(topic)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** The coordinator crashes, and reads the group back. */
  reload(): void {
    const stored = new StoredGroups();
    for (const record of this.log) stored.apply(record);
    expect(stored).toEqual(this.stored);
    this.timers.clear();
    const known = stored.get('g');
    this.group = undefined;
    if (known === undefined) return;
    this.group = known.metadata === undefined ? emptyGroup('g', this.now) : recoverGroup('g', known.metadata, this.now);
    this.carryOut('', decideLoaded(this.group, this.config, this.now));
  }

  /** Lets time pass, firing timers as they fall due. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, at]) => at <= until).sort((left, right) => left[1] - right[1])[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.now = due[1];
      this.carryOut('', decideTimer(this.known, due[0], this.config, this.now));
    }
    this.now = until;
  }

  get known(): ClassicGroup {
    if (this.group === undefined) throw new Error('nobody has joined the group yet');
    return this.group;
  }

  joinAnswer(token: string): JoinAnswer {
    const answer = this.answers.get(token);
    if (answer === undefined || !('memberId' in answer)) throw new Error(`${token} is not answered`);
    return answer;
  }

  syncAnswer(token: string): SyncAnswer {
    const answer = this.answers.get(token);
    if (answer === undefined || !('assignment' in answer)) throw new Error(`${token} is not answered`);
    return answer;
  }

  /** A stable group of `count` members that were there from the first generation on; the first leads. */
  stable(count: number): string[] {
    const ids = Array.from({ length: count }, () => this.joinAnswer(this.join('')).memberId);
    for (const id of ids) this.join(id);
    this.pass(this.config.initialRebalanceDelayMs * (count + 1));
    for (const id of ids)
      this.sync(id, 1, id === ids[0] ? Object.fromEntries(ids.map((each) => [each, `for ${each}`])) : {});
    return ids;
  }

  private carryOut(token: string, decision: Decision<unknown>): void {
    for (const record of decision.records) {
      this.log.push(record);
      this.stored.apply(record);
    }
    if (decision.change !== undefined) this.group = applyGroupChange(decision.change);
    if (this.group === undefined) this.timers.clear();
    else expectCountsToHold(this.group);
    for (const change of decision.timers) {
      if ('set' in change) this.timers.set(change.set, change.at);
      else this.timers.delete(change.cancel);
    }
    if (decision.response !== undefined) this.answers.set(token, decision.response as JoinAnswer | SyncAnswer);
    // A later answer of the same request came from the same decision that parked it.
    for (const answer of decision.answers) this.answers.set(answer.to, answer.response);
    this.events.push(...(decision.events as readonly { kind: string }[]));
  }
}

/** What a group counts as it changes must be what one finds by counting. */
function expectCountsToHold(group: ClassicGroup): void {
  const members = [...group.members.values()];
  const supporters = new Map<string, number>();
  for (const { protocols } of members)
    for (const { name } of protocols) supporters.set(name, (supporters.get(name) ?? 0) + 1);
  const counted = {
    joinsWaiting: members.filter(({ parkedJoin }) => parkedJoin !== undefined).length,
    syncsPending: members.filter(({ isSyncPending }) => isSyncPending).length,
    supporters: Object.fromEntries(supporters),
    staticMembers: members.filter(({ groupInstanceId }) => groupInstanceId !== null).map(({ memberId }) => memberId),
  };
  expect({
    joinsWaiting: group.joinsWaiting,
    syncsPending: group.syncsPending,
    supporters: Object.fromEntries(group.supporters),
    staticMembers: [...group.staticMembers.values()].sort(),
  }).toEqual({ ...counted, staticMembers: counted.staticMembers.sort() });
}
