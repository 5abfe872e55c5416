import type { Millis, TimerHandle } from '../../environment/environment.js';
import type { EventId } from '../../environment/trace-events.js';
import type { ResponseOf } from '../../protocol/apis.js';
import { consumerProtocolType, encodeSubscription } from '../../protocol/consumer-protocol.js';
import { errorByCode, type ErrorName } from '../../protocol/errors.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { TopicPartition } from '../assigned-partitions.js';
import type { Assignor, GivenAssignment, RebalanceProtocol } from '../assignors/assignor.js';
import type { GroupCoordinator } from '../group-coordinator.js';
import type { Committer } from '../group-offsets.js';
import { Lifetime } from '../lifetime.js';
import {
  assignmentOf,
  assignorNamed,
  byTopic,
  listOf,
  shareOut,
  subscriptionOf,
  type AssignmentInParts,
} from './classic-assignment.js';
import { leaveGroup } from './leave-group.js';
import type { GroupMembershipOperation, Joined, Membership, MembershipHost } from './membership.js';
import { commonProtocol } from './rebalance-protocol.js';

/** What a classic join came to. */
export interface ClassicJoin extends Joined, AssignmentInParts {
  readonly leaderId: string;
  readonly protocolName: string;
}

export interface ClassicMembershipOptions {
  readonly assignors: readonly Assignor[];
  readonly sessionTimeoutMs: Millis;
  readonly rebalanceTimeoutMs: Millis;
  readonly heartbeatIntervalMs: Millis;
  readonly groupInstanceId: string | null;
  readonly rackId: string | null;
  /** The topics to join with, looked up anew. */
  readonly loadTopics: () => Promise<readonly string[]>;
  /** Whether the subscription still wants this topic. */
  readonly wants: (topic: string) => boolean;
  /** For the leader: how many partitions these topics have. */
  readonly partitionsOf: (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** A rebalance begins; partitions will be given up. */
  readonly onRebalance: () => void;
  readonly onJoined: (join: ClassicJoin, tookMs: Millis) => void;
  readonly onHeartbeat: () => void;
}

/** The group does not know this member, or not in this generation: it has to join as a new one. */
const lostErrors: ReadonlySet<ErrorName> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION']);
const noMember = '';
const noGeneration = -1;

/**
 * One member of a classic group, on the client's side, for one lifetime (KIP-62, `ConsumerCoordinator`): joins, assigns if it leads, keeps its place by heartbeats that a
 * timer sends, however long handlers take, and leaves. Eager: it gives everything up before it joins. Cooperative (KIP-429): it joins with what it has, goes on
 * reading, gives up what the assignment takes from it, and joins once more.
 */
export class ClassicMembership implements Membership {
  readonly #coordinator: GroupCoordinator;
  readonly #host: MembershipHost;
  readonly #options: ClassicMembershipOptions;
  readonly #protocol: RebalanceProtocol;
  readonly #lifetime: Lifetime;
  /** Ends when no further join may begin or go on. */
  readonly #joins: Lifetime;
  #wasJoining = false;
  #memberId = noMember;
  #generationId = noGeneration;
  #isStable = false;
  #isRejoinNeeded = true;
  #reason = '';
  /** Rises with each join and each loss: what answers an older one changes nothing (KAFKA-9823). */
  #epoch = 0;
  #joining: Promise<void> | undefined;
  #joined: ClassicJoin | undefined;
  #given: GivenAssignment | undefined;
  #heartbeat: TimerHandle | undefined;
  #beating: Promise<void> | undefined;
  #lastBeatMs: Millis = 0;
  /** When the group last showed by an answer that it knows this member, and in which generation. */
  #known = { atMs: 0, generationId: noGeneration };

  constructor(coordinator: GroupCoordinator, host: MembershipHost, options: ClassicMembershipOptions) {
    const { environment, lifetime } = coordinator.cluster.context;
    this.#coordinator = coordinator;
    this.#host = host;
    this.#options = options;
    this.#protocol = commonProtocol(options.assignors);
    this.#lifetime = new Lifetime(environment.timers, lifetime);
    this.#joins = new Lifetime(environment.timers, this.#lifetime);
  }

  get memberId(): string {
    return this.#memberId;
  }

  get generationId(): number {
    return this.#generationId;
  }

  get isCertain(): boolean {
    return this.#isStable;
  }

  get isTurnDue(): boolean {
    if (this.#joins.isOver) return false;
    if (this.#host.isLossUntold || this.#joined !== undefined) return true;
    return this.#isRejoinNeeded && this.#joining === undefined;
  }

  async turn(): Promise<void> {
    if (this.#host.isLossUntold) return await this.#host.tellLost();
    const joined = this.#joined;
    this.#joined = undefined;
    if (joined !== undefined) return await this.#complete(joined);
    if (!this.#isRejoinNeeded || this.#joining !== undefined) return;
    try {
      await this.#prepare();
    } finally {
      // What was prepared took time: meanwhile the partitions may have been lost.
      const hasLost = (): boolean => this.#host.isLossUntold;
      if (!this.#joins.isOver && !hasLost()) this.#beginJoin();
    }
  }

  committer(): Committer {
    if (this.#isStable) {
      const { groupInstanceId } = this.#options;
      return { generationId: this.#generationId, memberId: this.#memberId, groupInstanceId };
    }
    const { groupId } = this.#coordinator;
    if (this.#joining !== undefined) {
      throw new KafkaError(
        'REBALANCE_IN_PROGRESS',
        `Group ${groupId} is rebalancing, so nothing can be committed. Poll until the member has joined again, then commit again.`,
      );
    }
    throw new KafkaError(
      'UNKNOWN_MEMBER_ID',
      `The consumer is no member of group ${groupId} at present, so it can't commit: it was probably put out. The records will be handed out again, here or elsewhere.`,
    );
  }

  async joined(): Promise<void> {
    await this.#joining;
  }

  async noteRefusal(error: ErrorName, { generationId, memberId }: Committer): Promise<boolean> {
    // An answer to an older generation says nothing of this one (KAFKA-9823).
    if (!this.#isStable || generationId !== this.#generationId || memberId !== this.#memberId) return false;
    this.#noteGroupError(error);
    return await Promise.resolve(false);
  }

  async heartbeat(): Promise<void> {
    if (this.#isStable && this.#now - this.#lastBeatMs >= this.#options.heartbeatIntervalMs) await this.#beat();
  }

  rejoin(reason: string): void {
    if (this.#isRejoinNeeded) return;
    this.#isRejoinNeeded = true;
    this.#reason = reason;
    if (this.#protocol === 'eager') this.#host.markLeaving(this.#host.owned());
    this.#host.wake();
  }

  leaveAsStalled(): void {
    const memberId = this.#memberId;
    if (memberId === noMember || !this.#isStable) return;
    this.#coordinator.cluster.context.logger.warn(
      `The consumer of group ${this.#coordinator.groupId} was not asked for records within max.poll.interval.ms, so it leaves. Handle fewer records at a time, or raise maxPollInterval.`,
    );
    this.#lose('UNKNOWN_MEMBER_ID', 'the consumer was not polled in time');
    if (this.#options.groupInstanceId === null)
      void leaveGroup(this.#coordinator, { memberId, groupInstanceId: null }, 'consumer poll timeout has expired.');
  }

  close(): void {
    if (this.#joins.isOver) return;
    this.#wasJoining = this.#joining !== undefined;
    this.#joins.end(left());
  }

  async leave(operation: GroupMembershipOperation, reason: string): Promise<void> {
    const { groupInstanceId } = this.#options;
    const memberId = this.#memberId;
    const leaves = operation === 'leave-group' || (operation === 'default' && groupInstanceId === null);
    this.#isStable = false;
    this.#lifetime.end(left());
    if (memberId === noMember || !leaves || this.#coordinator.cluster.lifetime.isOver) return;
    // A join that is parked there would hold the request up.
    if (this.#wasJoining) await this.#coordinator.reconnect().catch(() => undefined);
    await leaveGroup(this.#coordinator, { memberId, groupInstanceId }, reason);
  }

  /** Before a join: commits, and gives up everything if the protocol is eager, else what is not wanted any more. */
  async #prepare(): Promise<void> {
    const owned = this.#host.owned();
    if (this.#generationId === noGeneration) {
      this.#host.lose(owned);
      return await this.#host.tellLost();
    }
    this.#options.onRebalance();
    if (this.#protocol === 'eager') return await this.#host.revoke(owned, 'always');
    const unwanted = owned.filter(({ topic }) => !this.#options.wants(topic));
    if (unwanted.length > 0) await this.#host.revoke(unwanted, 'if-any');
    else await this.#host.commitHandled();
  }

  #beginJoin(): void {
    this.#stopHeartbeat();
    this.#isStable = false;
    this.#epoch++;
    this.#joining = this.#join(this.#now)
      .catch((error: unknown) => {
        if (!this.#joins.isOver) this.#host.fail(error as Error);
      })
      .finally(() => {
        this.#joining = undefined;
        this.#host.wake();
      });
  }

  /** Joins, trying again as long as that can help. Ends without a result when what the member had is lost on the way: that has to be told first. */
  async #join(startedAtMs: Millis): Promise<void> {
    const { cluster } = this.#coordinator;
    const backoff = cluster.backoff({ ...this.#retry, retries: Infinity });
    // An attempt that ended without an answer may have taken long, or have come late.
    let isAnswered = true;
    for (;;) {
      this.#joins.check();
      try {
        this.#isRejoinNeeded = false;
        const topics = await this.#joins.whileAlive(this.#options.loadTopics());
        if (!isAnswered || this.#now - this.#known.atMs > this.#options.sessionTimeoutMs / 2)
          await this.#joins.whileAlive(this.#requireMember());
        const joined = await this.#joins.whileAlive(this.#joinOnce(topics));
        this.#isStable = true;
        this.#joined = joined;
        this.#scheduleHeartbeat(this.#options.heartbeatIntervalMs);
        this.#options.onJoined(joined, this.#now - startedAtMs);
        return;
      } catch (error) {
        this.#joins.check();
        this.#isRejoinNeeded = true;
        if (!(error instanceof KafkaError)) throw error;
        isAnswered = !error.retriable;
        if (lostErrors.has(error.code)) {
          const hadSome = this.#host.owned().length > 0;
          this.#forget(error.code);
          if (hadSome) return this.#host.lose(this.#host.owned());
        } else if (error.retriable || error.code === 'REBALANCE_IN_PROGRESS') {
          this.#reason = `rebalance failed due to ${error.code}`;
          await this.#joins.sleep(backoff.next());
        } else if (error.code !== 'MEMBER_ID_REQUIRED') throw error;
      }
    }
  }

  /**
   * Before a join that may come after the session's end: throws UNKNOWN_MEMBER_ID or ILLEGAL_GENERATION if what the member has may be another's by now. A join alone would not tell:
   * a group of the consumer protocol takes a classic member back under its old id (`GroupMetadataManager.classicGroupJoinToConsumerGroup`).
   */
  async #requireMember(): Promise<void> {
    if (this.#host.owned().length === 0) return;
    try {
      await this.#sendHeartbeat(this.#known.generationId);
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== 'REBALANCE_IN_PROGRESS') throw error;
    }
  }

  async #joinOnce(topics: readonly string[]): Promise<ClassicJoin> {
    const response = await this.#sendJoin(topics);
    this.#joins.check();
    const { generationId, leader, memberId } = response;
    this.#known = { atMs: this.#now, generationId };
    const protocolName = response.protocolName ?? '';
    const assignments =
      leader === memberId && !response.skipAssignment ? await this.#assign(protocolName, response.members) : [];
    if (leader === memberId && response.skipAssignment) await this.#countPartitions(response.members);
    this.#joins.check();
    let cause: EventId | undefined;
    const { assignment } = await this.#coordinator.send(
      'SyncGroup',
      (version) => ({
        groupId: this.#coordinator.groupId,
        generationId,
        memberId: this.#memberId,
        ...(version >= 3 ? { groupInstanceId: this.#options.groupInstanceId } : {}),
        protocolType: consumerProtocolType,
        protocolName,
        assignments,
      }),
      ({ errorCode }) => errorCode,
      { timeoutMs: this.#joinTimeoutMs, onSend: (request) => (cause = request) },
    );
    this.#generationId = generationId;
    this.#lastBeatMs = this.#now;
    return {
      generationId,
      memberId: this.#memberId,
      leaderId: leader,
      protocolName,
      ...assignmentOf(assignment),
      cause,
    };
  }

  async #sendJoin(topics: readonly string[]): Promise<ResponseOf<'JoinGroup'>> {
    const owned = [...byTopic(this.#host.owned())];
    const reason = this.#reason;
    return await this.#coordinator.send(
      'JoinGroup',
      (version) => ({
        groupId: this.#coordinator.groupId,
        sessionTimeoutMs: this.#options.sessionTimeoutMs,
        rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs,
        memberId: this.#memberId,
        ...(version >= 5 ? { groupInstanceId: this.#options.groupInstanceId } : {}),
        protocolType: consumerProtocolType,
        protocols: this.#options.assignors.map((assignor) => ({
          name: assignor.name,
          metadata: encodeSubscription({
            topics,
            userData: assignor.userData?.(this.#given) ?? null,
            ownedPartitions: owned.map(([topic, partitions]) => ({ topic, partitions })),
            generationId: this.#generationId,
            rackId: this.#options.rackId,
          }),
        })),
        reason,
      }),
      ({ errorCode, memberId }) => {
        // MEMBER_ID_REQUIRED gives the id to join with (KIP-394).
        if (memberId !== '' && !this.#joins.isOver) this.#memberId = memberId;
        return errorCode;
      },
      { timeoutMs: this.#joinTimeoutMs },
    );
  }

  async #assign(
    protocolName: string,
    members: ResponseOf<'JoinGroup'>['members'],
  ): Promise<{ memberId: string; assignment: Uint8Array }[]> {
    const { assignors } = this.#options;
    const assignor = assignorNamed(protocolName, assignors, this.#coordinator.groupId);
    return await shareOut(assignor, members.map(subscriptionOf), await this.#countPartitions(members));
  }

  /** Also what the leader watches from now on. */
  async #countPartitions(members: ResponseOf<'JoinGroup'>['members']): Promise<ReadonlyMap<string, number>> {
    const topics = members.flatMap((member) => subscriptionOf(member).topics);
    return await this.#options.partitionsOf([...new Set(topics)].sort());
  }

  /** After a join: gives up what the assignment takes away, takes over what it brings. */
  async #complete(joined: ClassicJoin): Promise<void> {
    const epoch = this.#epoch;
    const assigned = listOf(joined.assignment);
    if (assigned.some(({ topic }) => !this.#options.wants(topic))) {
      this.rejoin('received assignment does not match the current subscription');
      return;
    }
    const owned = this.#host.owned();
    const isAssigned = new Set(assigned.map(nameOf));
    const revoked = owned.filter((each) => !isAssigned.has(nameOf(each)));
    let failure: unknown;
    const note = (error: unknown): void => void (failure ??= error);
    if (revoked.length > 0) {
      await this.#host.revoke(revoked, 'if-any').catch(note);
      if (epoch === this.#epoch) this.rejoin('need to revoke partitions and re-join');
    }
    // Lost while the listener was told.
    if (epoch === this.#epoch) {
      this.#given = { partitions: joined.assignment, generationId: joined.generationId };
      this.#tellAssignor(joined, note);
      await this.#host.assign(joined, assigned).catch(note);
    }
    if (failure !== undefined) throw failure as Error;
  }

  #tellAssignor(
    { protocolName, assignment, generationId, userData }: ClassicJoin,
    failed: (error: unknown) => void,
  ): void {
    const assignor = this.#options.assignors.find(({ name }) => name === protocolName);
    try {
      assignor?.onAssignment?.({ partitions: assignment, generationId }, userData);
    } catch (error) {
      failed(error);
    }
  }

  #scheduleHeartbeat(delayMs: Millis): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = this.#lifetime.timer(delayMs, () => {
      void this.#beat();
    });
  }

  #stopHeartbeat(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
  }

  /** One heartbeat at a time. Never rejects: what goes wrong changes the member's state. */
  #beat(): Promise<void> {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    const epoch = this.#epoch;
    let nextMs = this.#options.heartbeatIntervalMs;
    try {
      this.#lastBeatMs = this.#now;
      await this.#sendHeartbeat(this.#generationId);
      this.#options.onHeartbeat();
    } catch (error) {
      if (this.#lifetime.isOver || !this.#isStable || epoch !== this.#epoch) return;
      if (!(error instanceof KafkaError)) return this.#host.fail(error as Error);
      if (error.retriable) nextMs = Math.min(nextMs, this.#retry.initialRetryTime ?? 300);
      // While the group rebalances and a handler still runs, heartbeats keep the member's place.
      else if (!this.#noteGroupError(error.code)) return this.#host.fail(error);
    }
    if (this.#isStable && epoch === this.#epoch) this.#scheduleHeartbeat(nextMs);
  }

  async #sendHeartbeat(generationId: number): Promise<void> {
    const atMs = this.#now;
    await this.#coordinator.send(
      'Heartbeat',
      (version) => ({
        groupId: this.#coordinator.groupId,
        generationId,
        memberId: this.#memberId,
        ...(version >= 3 ? { groupInstanceId: this.#options.groupInstanceId } : {}),
      }),
      ({ errorCode }) => {
        const { name } = errorByCode(errorCode);
        if (name === 'NONE' || name === 'REBALANCE_IN_PROGRESS') this.#known = { atMs, generationId };
        return errorCode;
      },
    );
  }

  /** Draws the conclusions from what the group said of this member; false if there are none. */
  #noteGroupError(error: ErrorName): boolean {
    if (lostErrors.has(error)) this.#lose(error, `the group answered ${error}`);
    else if (error === 'REBALANCE_IN_PROGRESS') this.rejoin('group is already rebalancing');
    else if (error === 'FENCED_INSTANCE_ID')
      this.#host.fail(
        new KafkaError(
          error,
          `Another consumer has joined group ${this.#coordinator.groupId} as ${this.#options.groupInstanceId}. Give each consumer a groupInstanceId of its own.`,
        ),
      );
    else return false;
    return true;
  }

  #lose(error: ErrorName, reason: string): void {
    this.#forget(error);
    this.#isRejoinNeeded = true;
    this.#reason = reason;
    this.#host.lose(this.#host.owned());
    this.#host.wake();
  }

  /** Of an old generation, but a member still, it joins again under its id. */
  #forget(error: ErrorName): void {
    this.#epoch++;
    this.#stopHeartbeat();
    this.#isStable = false;
    this.#joined = undefined;
    this.#generationId = noGeneration;
    if (error === 'UNKNOWN_MEMBER_ID') this.#memberId = noMember;
  }

  /** A join is answered when everybody has joined, at the latest after the rebalance timeout; Kafka's client adds 5 s. */
  get #joinTimeoutMs(): Millis {
    const { requestTimeoutMs } = this.#coordinator.cluster.context;
    return Math.max(requestTimeoutMs, this.#options.rebalanceTimeoutMs + 5_000);
  }

  get #retry() {
    return this.#coordinator.cluster.context.retry;
  }

  get #now(): Millis {
    return this.#coordinator.cluster.context.environment.clock.now();
  }
}

function left(): KafkaError {
  return new KafkaError('UNKNOWN_MEMBER_ID', 'The consumer has left its group.');
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
