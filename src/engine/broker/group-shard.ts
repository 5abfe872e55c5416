import type { Millis, TimerHandle } from '../environment/environment.js';
import type { Environment, TraceEvent } from '../environment/trace-events.js';
import type { ClassicGroup, ClassicGroupConfig, RequestToken } from '../group/classic-group.js';
import { emptyGroup, recoverGroup } from '../group/classic-group.js';
import type { Decision, JoinAnswer, ParkedAnswer, SyncAnswer, TimerName } from '../group/decision.js';
import { decideLoaded, decideTimer, decideUnload } from '../group/expiry.js';
import {
  noMemory,
  type ConsumerContext,
  type ConsumerMemory,
  type RegexEngine,
} from '../group/consumer/consumer-context.js';
import type { ConsumerGroup } from '../group/consumer/consumer-group.js';
import { decideConsumerLoaded, decideConsumerTimer } from '../group/consumer/expiry.js';
import { applyGroupChange } from '../group/group-change.js';
import type { GroupRecord } from '../group/group-record.js';
import { decideOffsetExpiry } from '../group/offset-expiry.js';
import { StoredGroups, type StoredGroup } from '../group/stored-groups.js';

/** After how long a log that could not be read is tried again. */
const reloadAfterMs: Millis = 1_000;

/** The partition of `__consumer_offsets` that a shard writes to. */
export interface GroupLog {
  /** The records as one batch; undefined if they are more than a batch of the topic may hold. */
  batchOf(records: readonly GroupRecord[]): GroupBatch | undefined;
  /** Every durable record, from the first on. */
  readAll(): Promise<readonly GroupRecord[]>;
}

export interface GroupBatch {
  /** Appends at once, throwing nothing; resolves when the records are durable, rejects if they never will be. `cause` is the event that brought them about. */
  append(cause: string | undefined): Promise<void>;
}

/**
 * What became of a decision: the answer to its request; or the shard lost its log and a client has to find the coordinator again; or what should have been
 * written is too large for the log, and nothing has happened.
 */
export type Outcome<Response> = { readonly answered: Response } | { readonly refused: 'lost' | 'too-large' };

/**
 * Decides about a group, undefined if nobody knows it as a classic one, by what is in memory and what the log tells of it. `context` is for groups of the
 * consumer protocol.
 */
export type Decide<Response> = (
  group: ClassicGroup | undefined,
  now: Millis,
  stored: StoredGroup | undefined,
  context: ConsumerContext,
) => Decision<Response>;

/** What groups of the consumer protocol are decided about with. */
export interface ConsumerServices {
  contextOf(groupId: string, memory: ConsumerMemory): ConsumerContext;
  /** Loaded when it is needed first. */
  readonly regexes: () => Promise<RegexEngine>;
}

const consumerStateReasons: Readonly<Record<ConsumerGroup['state'], string>> = {
  Empty: 'the last member is gone',
  Assigning: 'the group has a new epoch, and partitions are to be shared out for it',
  Reconciling: 'members give up and take up partitions until each has what it is to have',
  Stable: 'every member has what it is to have',
};

/** A request waits for the outcome of decisions under a token of its own. */
interface Waiting {
  readonly settle: (outcome: Outcome<JoinAnswer | SyncAnswer>) => void;
}

/**
 * The groups of one partition of `__consumer_offsets`: carries decisions out. Records are appended and applied at once, so that the next
 * decision sees them; answers wait until everything that was appended before them is durable. If an append fails, the groups are given up and read back.
 */
export class GroupShard {
  private stored = new StoredGroups();
  private readonly groups = new Map<string, ClassicGroup>();
  private readonly memories = new Map<string, ConsumerMemory>();
  /** What the trace last told of groups of the consumer protocol, whose state follows from their records. */
  private readonly traced = new Map<string, { readonly state: string; readonly epoch: number }>();
  private readonly timers = new Map<string, Map<TimerName, TimerHandle>>();
  private readonly waiting = new Map<RequestToken, Waiting>();
  /** The last append that is not durable yet. */
  private lastWrite: Promise<void> | undefined;
  private state: 'loading' | 'active' | 'stopped' = 'loading';
  private loaded: Promise<void> = Promise.resolve();

  constructor(
    private readonly environment: Environment,
    private readonly log: GroupLog,
    private readonly config: ClassicGroupConfig & { readonly offsetsRetentionMs: Millis },
    private readonly consumers: ConsumerServices,
  ) {}

  /** Reads the partition and takes its groups up. Requests before it is done wait for it. */
  load(): Promise<void> {
    this.state = 'loading';
    const reading = this.readBack();
    this.loaded = reading.catch(() => undefined);
    return reading;
  }

  private async readBack(): Promise<void> {
    const records = await this.log.readAll();
    if (this.state !== 'loading') return;
    this.stored = new StoredGroups();
    for (const record of records) this.stored.apply(record);
    this.state = 'active';
    const groupIds = [...this.stored.ids];
    const groups = groupIds.map((group) => ({ group, members: memberIdsOf(this.stored.get(group)) }));
    if (groups.length > 0) this.trace([{ kind: 'groups-read-back', groups }], undefined);
    for (const groupId of groupIds) {
      const { metadata, consumer, isNewlyClassic = false } = this.stored.get(groupId) ?? {};
      if (consumer !== undefined) {
        this.carryOut(groupId, decideConsumerLoaded(consumer, this.contextOf(groupId)), undefined);
        continue;
      }
      const group = metadata === undefined ? emptyGroup(groupId, this.now) : recoverGroup(groupId, metadata, this.now);
      this.carryOut(groupId, decideLoaded(group, this.config, this.now, isNewlyClassic), undefined);
    }
  }

  private contextOf(groupId: string): ConsumerContext {
    return this.consumers.contextOf(groupId, this.memories.get(groupId) ?? noMemory);
  }

  private get now(): Millis {
    return this.environment.clock.now();
  }

  /**
   * Takes one decision and waits for its answer. A decision without a response has parked its request under `token`.
   */
  async decide<Response>(
    groupId: string,
    cause: string,
    token: RequestToken,
    decide: Decide<Response>,
  ): Promise<Outcome<Response>> {
    await this.loaded;
    if (this.state !== 'active') return { refused: 'lost' };
    const known = this.groups.get(groupId);
    const stored = this.stored.get(groupId);
    const decision = decide(known, this.now, stored, this.contextOf(groupId));
    // Whoever asks after a group that is not there, in vain, does not bring it into being.
    if (known === undefined && stored?.consumer === undefined && decision.records.length === 0)
      return this.afterWrites(decision.response as Response);
    const { response } = decision;
    if (response !== undefined) {
      if (!this.carryOut(groupId, decision, cause)) return { refused: 'too-large' };
      return this.afterWrites(response);
    }
    return new Promise((resolve) => {
      this.waiting.set(token, { settle: (outcome) => resolve(outcome as Outcome<Response>) });
      if (this.carryOut(groupId, decision, cause)) return;
      this.waiting.delete(token);
      resolve({ refused: 'too-large' });
    });
  }

  /** What `view` makes of a group, once all that has been written of it is durable. */
  async inspect<View>(
    groupId: string,
    view: (group: ClassicGroup | undefined, stored: StoredGroup | undefined) => View,
  ): Promise<Outcome<View>> {
    await this.loaded;
    if (this.state !== 'active') return { refused: 'lost' };
    return this.afterWrites(view(this.groups.get(groupId), this.stored.get(groupId)));
  }

  /** What `view` makes of each of the groups. */
  async inspectAll<View>(view: (group: ClassicGroup | ConsumerGroup) => View): Promise<Outcome<readonly View[]>> {
    await this.loaded;
    if (this.state !== 'active') return { refused: 'lost' };
    return this.afterWrites(this.all().map(view));
  }

  private all(): readonly (ClassicGroup | ConsumerGroup)[] {
    const consumers = [...this.stored.ids].flatMap((groupId) => this.stored.get(groupId)?.consumer ?? []);
    return [...this.groups.values(), ...consumers];
  }

  /** Forgets offsets that have not been needed for long, and groups of which nothing is left. */
  expireOffsets(): void {
    if (this.state !== 'active') return;
    for (const group of this.all()) {
      const { groupId } = group;
      const decision = decideOffsetExpiry(group, this.stored.get(groupId), this.config.offsetsRetentionMs, this.now);
      if (decision !== undefined) this.carryOut(groupId, decision, undefined);
    }
  }

  /** The topic is gone: so are the offsets of its partitions, unless they are of another one of the same name. */
  topicDeleted(topic: string, isOfTopic: (topicId: Uint8Array) => boolean, cause: string): void {
    if (this.state !== 'active') return;
    for (const groupId of [...this.stored.ids]) {
      const records: GroupRecord[] = [];
      for (const [partition, { topicId }] of this.stored.get(groupId)?.offsets.get(topic) ?? [])
        if (isOfTopic(topicId)) records.push({ kind: 'offset-commit', groupId, topic, partition, value: null });
      if (records.length > 0) this.carryOut(groupId, { records, answers: [], timers: [], events: [] }, cause);
    }
  }

  /** Gives all groups up: who waits is sent to find the coordinator again. */
  stop(): void {
    this.state = 'stopped';
    this.giveUp();
  }

  private giveUp(): void {
    for (const group of [...this.groups.values()]) {
      const decision = decideUnload(group, this.config, this.now);
      for (const answer of decision.answers) this.settle(answer.to, { answered: answer.response });
      this.changeTimers(group.groupId, decision);
      this.trace(decision.events, undefined);
    }
    this.groups.clear();
    this.memories.clear();
    this.traced.clear();
    for (const timers of this.timers.values()) for (const handle of timers.values()) handle.cancel();
    this.timers.clear();
  }

  /** False, and nothing has happened, if what is to be written is too large. */
  private carryOut(groupId: string, decision: Decision<unknown>, cause: string | undefined): boolean {
    if (!this.write(decision.records, cause)) return false;
    if (decision.change !== undefined) {
      const group = applyGroupChange(decision.change);
      if (group === undefined) this.forget(groupId);
      else this.groups.set(groupId, group);
    }
    if (this.stored.get(groupId)?.consumer === undefined) this.memories.delete(groupId);
    else if (decision.memory !== undefined) this.memories.set(groupId, decision.memory);
    this.changeTimers(groupId, decision);
    this.trace(decision.events, cause);
    if (decision.records.some(({ kind }) => kind.startsWith('consumer-'))) this.traceState(groupId, cause);
    for (const answer of decision.answers) this.answerParked(answer);
    return true;
  }

  private traceState(groupId: string, cause: string | undefined): void {
    const consumer = this.stored.get(groupId)?.consumer;
    if (consumer === undefined) {
      this.traced.delete(groupId);
      return;
    }
    const { state, epoch } = consumer;
    const before = this.traced.get(groupId);
    if (before?.state === state && before.epoch === epoch) return;
    this.traced.set(groupId, { state, epoch });
    const change = { group: groupId, from: before?.state ?? 'Empty', to: state, generation: epoch };
    this.trace([{ kind: 'group-state-changed', ...change, reason: consumerStateReasons[state] }], cause);
  }

  private forget(groupId: string): void {
    this.groups.delete(groupId);
    for (const handle of this.timers.get(groupId)?.values() ?? []) handle.cancel();
    this.timers.delete(groupId);
  }

  private write(records: readonly GroupRecord[], cause: string | undefined): boolean {
    if (records.length === 0) return true;
    const batch = this.log.batchOf(records);
    if (batch === undefined) return false;
    const write = batch.append(cause);
    for (const record of records) this.stored.apply(record);
    this.lastWrite = write;
    write.then(
      () => {
        if (this.lastWrite === write) this.lastWrite = undefined;
      },
      () => this.writeFailed(write),
    );
    return true;
  }

  /** Later appends of the partition fail with this one; the last of them has the groups read back from what is durable. */
  private writeFailed(write: Promise<void>): void {
    if (this.state === 'active') {
      this.state = 'loading';
      this.giveUp();
    }
    if (this.state === 'loading' && this.lastWrite === write) {
      this.lastWrite = undefined;
      this.loadAgain();
    }
  }

  /** Until the log can be read there are no groups here; requests are told so. */
  private loadAgain(): void {
    this.load().catch(() => {
      this.environment.timers.set(reloadAfterMs, () => {
        if (this.state === 'loading') this.loadAgain();
      });
    });
  }

  private async afterWrites<Response>(response: Response): Promise<Outcome<Response>> {
    try {
      await this.lastWrite;
      return { answered: response };
    } catch {
      return { refused: 'lost' };
    }
  }

  private answerParked(answer: ParkedAnswer): void {
    if (this.lastWrite === undefined) this.settle(answer.to, { answered: answer.response });
    else void this.afterWrites(answer.response).then((outcome) => this.settle(answer.to, outcome));
  }

  private settle(token: RequestToken, outcome: Outcome<JoinAnswer | SyncAnswer>): void {
    const waiting = this.waiting.get(token);
    this.waiting.delete(token);
    waiting?.settle(outcome);
  }

  private changeTimers(groupId: string, { timers: changes }: Decision<unknown>): void {
    if (changes.length === 0) return;
    let timers = this.timers.get(groupId);
    if (timers === undefined) this.timers.set(groupId, (timers = new Map<TimerName, TimerHandle>()));
    for (const change of changes) {
      const name = 'set' in change ? change.set : change.cancel;
      if ('set' in change && change.unlessSet && timers.has(name)) continue;
      timers.get(name)?.cancel();
      timers.delete(name);
      if ('set' in change)
        timers.set(
          name,
          this.environment.timers.set(Math.max(change.at - this.now, 0), () => this.timerFired(groupId, name)),
        );
    }
  }

  private timerFired(groupId: string, timer: TimerName): void {
    this.timers.get(groupId)?.delete(timer);
    if (this.state !== 'active') return;
    const group = this.groups.get(groupId);
    if (group !== undefined) this.carryOut(groupId, decideTimer(group, timer, this.config, this.now), undefined);
    else if (timer === 'regex') void this.resolveRegexes(groupId);
    else this.consumerTimerFired(groupId, timer, undefined);
  }

  private consumerTimerFired(groupId: string, timer: TimerName, regexes: RegexEngine | undefined): void {
    const group = this.stored.get(groupId)?.consumer;
    if (group === undefined || this.state !== 'active') return;
    this.carryOut(groupId, decideConsumerTimer(group, timer, this.contextOf(groupId), regexes), undefined);
  }

  /** What can't be loaded now is asked for again by a later heartbeat. */
  private async resolveRegexes(groupId: string): Promise<void> {
    const regexes = await this.consumers.regexes().catch(() => undefined);
    this.consumerTimerFired(groupId, 'regex', regexes);
  }

  private trace(events: readonly TraceEvent[], cause: string | undefined): void {
    for (const event of events) this.environment.tracer.emit(cause === undefined ? event : { ...event, cause });
  }
}

function memberIdsOf(group: StoredGroup | undefined): readonly string[] {
  return group?.consumer === undefined
    ? (group?.metadata?.members.map(({ memberId }) => memberId) ?? [])
    : [...group.consumer.members.keys()];
}
