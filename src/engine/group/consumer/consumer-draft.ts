import type { Millis } from '../../environment/environment.js';
import type { TraceEvent } from '../../environment/trace-events.js';
import type { Decision, MemberTimer, ParkedAnswer, TimerChange, TimerName } from '../decision.js';
import type { GroupChange } from '../group-change.js';
import type { GroupRecord } from '../group-record.js';
import type { ConsumerContext, ConsumerMemory } from './consumer-context.js';
import type { ConsumerMember } from './consumer-member.js';

/** A decision about a group of the consumer protocol in the making. The group is not touched: what becomes of it is in the records. */
export class ConsumerDraft {
  readonly records: GroupRecord[] = [];
  readonly answers: ParkedAnswer[] = [];
  memory: ConsumerMemory;
  /** What becomes of the classic group that it was, or of the one that it will be. */
  change: GroupChange | undefined;
  private readonly timers = new Map<TimerName, TimerChange>();
  private readonly events: TraceEvent[] = [];

  constructor(
    readonly groupId: string,
    readonly context: ConsumerContext,
  ) {
    this.memory = context.memory;
  }

  record(...records: readonly GroupRecord[]): void {
    this.records.push(...records);
  }

  setTimer(timer: MemberTimer, memberId: string, delayMs: Millis): void {
    this.set(`${timer}:${memberId}`, delayMs);
  }

  /** As `setTimer`, but one that is set stays as it is. */
  setTimerOnce(timer: MemberTimer, memberId: string, delayMs: Millis): void {
    const name: TimerName = `${timer}:${memberId}`;
    this.timers.set(name, { set: name, at: this.context.now + delayMs, unlessSet: true });
  }

  cancelTimer(timer: MemberTimer, memberId: string): void {
    this.timers.set(`${timer}:${memberId}`, { cancel: `${timer}:${memberId}` });
  }

  /** The member was heard of: its session begins anew. */
  renewSession(memberId: string, timeoutMs = this.context.config.sessionTimeoutMs): void {
    this.setTimer('session', memberId, timeoutMs);
  }

  cancelTimersOf(memberId: string): void {
    for (const timer of ['session', 'rebalance', 'join', 'sync'] as const) this.cancelTimer(timer, memberId);
  }

  /** Has the group's regular expressions looked at, beside this request. */
  resolveRegexes(): void {
    this.memory = { ...this.memory, isResolving: true };
    this.set('regex', 0);
  }

  traceJoined({ memberId, clientId }: ConsumerMember): void {
    this.trace({ kind: 'member-joined', group: this.groupId, member: memberId, client: clientId });
  }

  trace(event: TraceEvent): void {
    this.events.push(event);
  }

  private set(timer: TimerName, delayMs: Millis): void {
    this.timers.set(timer, { set: timer, at: this.context.now + delayMs });
  }

  decide<Response>(response?: Response): Decision<Response> {
    const decision = {
      records: this.records,
      memory: this.memory,
      answers: this.answers,
      timers: [...this.timers.values()],
      events: this.events,
      ...(this.change !== undefined && { change: this.change }),
    };
    return response === undefined ? decision : { ...decision, response };
  }
}
