import type { ClassicGroup, ClassicGroupConfig } from '../../../src/engine/group/classic-group.js';
import type { Decision, JoinAnswer, SyncAnswer, TimerName } from '../../../src/engine/group/decision.js';
import { decideTimer } from '../../../src/engine/group/expiry.js';
import { decideHeartbeat } from '../../../src/engine/group/heartbeat.js';
import { decideJoin, type JoinRequest } from '../../../src/engine/group/join.js';
import { decideLeave } from '../../../src/engine/group/leave.js';
import { decideOffsetCommit, type OffsetCommitRequest } from '../../../src/engine/group/offset-commit.js';
import { StoredGroups } from '../../../src/engine/group/stored-groups.js';
import { decideSync } from '../../../src/engine/group/sync.js';
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

  constructor(private readonly config = groupConfig) {}

  /** Sends a JoinGroup; the token under which its answer will be found. */
  join(memberId: string, options: Partial<JoinRequest> = {}): string {
    const token = `join-${++this.tokens}`;
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
      reason: null,
      token,
      ...options,
    };
    this.carryOut(token, decideJoin(this.group, request, `client-${++this.ids}`, this.config, this.now));
    return token;
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
      protocolType: 'consumer',
      protocolName: null,
      assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: bytes(text) })),
      token,
    };
    this.carryOut(token, decideSync(this.known, request, this.config, this.now));
    return token;
  }

  heartbeat(memberId: string, generationId: number): string {
    const decision = decideHeartbeat(
      this.known,
      { memberId, generationId, groupInstanceId: null },
      this.config,
      this.now,
    );
    this.carryOut('', decision);
    return decision.response?.error as string;
  }

  leave(...memberIds: string[]): readonly string[] {
    const leaving = memberIds.map((memberId) => ({ memberId, groupInstanceId: null, reason: null }));
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
      reportsUnknownGroup: true,
      retentionTimeMs: -1,
      offsets: [{ topic: 'orders', partition: 0, offset, leaderEpoch: 3, metadata: `at ${offset}` }],
      ...options,
    };
    const decision = decideOffsetCommit(this.group, request, { ...groupConfig, ...this.config }, this.now);
    this.carryOut('', decision);
    return decision.response?.offsets.join() as string;
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
    this.group = decision.group;
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
