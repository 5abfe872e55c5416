import type { Millis, TimerHandle } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { ResponseOf } from '../protocol/apis.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Assignment, Assignor } from './assignors/assignor.js';
import {
  consumerProtocolType,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { commitOffsets, type Committer, type OffsetToCommit } from './group-offsets.js';
import { Lifetime } from './lifetime.js';

export interface MembershipOptions {
  readonly assignors: readonly Assignor[];
  readonly sessionTimeoutMs: Millis;
  readonly rebalanceTimeoutMs: Millis;
  readonly heartbeatIntervalMs: Millis;
  readonly groupInstanceId: string | null;
  /** Called when the member has to join again; `isLost`: it was put out of the group, its partitions may be others' already. */
  readonly onRejoinNeeded: (isLost: boolean) => void;
  readonly onHeartbeat: () => void;
  /** Called with an error that makes it impossible to be a member. */
  readonly onFatal: (error: Error) => void;
}

/** What a member got when it joined. */
export interface Joined {
  readonly generationId: number;
  readonly memberId: string;
  readonly leaderId: string;
  readonly protocolName: string;
  readonly assignment: Assignment;
  /** The SyncGroup request that brought it. */
  readonly cause: EventId | undefined;
}

/** The group does not know this member, or not in this generation: it has to join as a new one. */
const lostErrors: ReadonlySet<ErrorName> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION']);
const noMember = '';

/**
 * One member of a classic group, on the client's side, for one lifetime: joins, assigns if it leads, keeps its place by heartbeats that a timer sends, however long handlers
 * take, and leaves. Rebalances are eager: before it joins again its user gives up all partitions (KIP-62, `ConsumerCoordinator`).
 */
export class GroupMembership {
  readonly #coordinator: GroupCoordinator;
  readonly #options: MembershipOptions;
  readonly #lifetime: Lifetime;
  #memberId = noMember;
  #generationId = -1;
  #isStable = false;
  #isRejoinNeeded = true;
  #isJoining = false;
  #heartbeat: TimerHandle | undefined;
  #beating: Promise<void> | undefined;
  #lastBeatMs: Millis = 0;

  constructor(coordinator: GroupCoordinator, options: MembershipOptions) {
    const { environment, lifetime } = coordinator.cluster.context;
    this.#coordinator = coordinator;
    this.#lifetime = new Lifetime(environment.timers, lifetime);
    this.#options = options;
  }

  get memberId(): string {
    return this.#memberId;
  }

  get generationId(): number {
    return this.#generationId;
  }

  /** Whether the assignment is no longer valid, or will not be for long: hand out nothing more, then `join`. */
  get isRejoinNeeded(): boolean {
    return this.#isRejoinNeeded;
  }

  /** Has the member join again, because what it subscribes to has changed. */
  requestRejoin(): void {
    if (this.#isRejoinNeeded) return;
    this.#isRejoinNeeded = true;
    this.#options.onRejoinNeeded(false);
  }

  /** Joins with these topics and gets an assignment, trying again as long as that can help. */
  async join(
    topics: readonly string[],
    partitionsOf: (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>,
  ): Promise<Joined> {
    this.#stopHeartbeat();
    this.#isStable = false;
    this.#isJoining = true;
    const backoff = this.#coordinator.cluster.backoff({ ...this.#retry, retries: Infinity });
    for (;;) {
      this.#lifetime.check();
      try {
        const joined = await this.#lifetime.whileAlive(this.#joinOnce(topics, partitionsOf));
        this.#isJoining = false;
        this.#isStable = true;
        this.#isRejoinNeeded = false;
        this.#scheduleHeartbeat(this.#options.heartbeatIntervalMs);
        return joined;
      } catch (error) {
        this.#lifetime.check();
        if (!(error instanceof KafkaError)) throw error;
        if (error.code === 'UNKNOWN_MEMBER_ID') this.#memberId = noMember;
        else if (error.code === 'MEMBER_ID_REQUIRED' || error.code === 'ILLEGAL_GENERATION') continue;
        else if (error.retriable || error.code === 'REBALANCE_IN_PROGRESS') {
          await this.#lifetime.sleep(backoff.next());
        } else throw error;
      }
    }
  }

  /** Leaves the group for good, and ends a join that is under way. A static member keeps its place. What fails is logged: the session timeout then does the same. */
  async leave(): Promise<void> {
    const memberId = this.#memberId;
    const isStatic = this.#options.groupInstanceId !== null;
    this.#isStable = false;
    this.#isRejoinNeeded = true;
    this.#lifetime.end(new KafkaError('UNKNOWN_MEMBER_ID', 'The consumer has left its group.'));
    const { groupId, cluster } = this.#coordinator;
    if (memberId === noMember || isStatic || cluster.lifetime.isOver) return;
    try {
      if (this.#isJoining) await this.#coordinator.reconnect();
      await this.#coordinator.send(
        'LeaveGroup',
        (version) => ({
          groupId,
          ...(version >= 3 ? { members: [{ memberId, reason: 'the consumer is being closed' }] } : { memberId }),
        }),
        ({ errorCode }) => errorCode,
      );
    } catch (error) {
      cluster.context.logger.warn(`Member ${memberId} could not leave group ${groupId}; it will be removed later.`, {
        error,
      });
    }
  }

  /** Commits as this member, again by the client's retry options. Throws if the group has moved on: the offsets are then not stored. */
  async commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (offsets.length === 0) return;
    const { cluster } = this.#coordinator;
    await cluster.retry('commit offsets', async () => {
      try {
        await commitOffsets(this.#coordinator, this.#requireCommitter(), offsets);
      } catch (error) {
        this.#noteGroupError(error);
        throw error;
      }
    });
  }

  /** Says that the member is alive, unless it has done so within the heartbeat interval. Throws REBALANCE_IN_PROGRESS once it has to join again. */
  async heartbeat(): Promise<void> {
    if (this.#isStable && this.#now - this.#lastBeatMs >= this.#options.heartbeatIntervalMs) await this.#beat();
    if (this.#isRejoinNeeded) {
      throw new KafkaError(
        'REBALANCE_IN_PROGRESS',
        `Group ${this.#coordinator.groupId} is rebalancing. Return from the handler, so that the member can join again.`,
      );
    }
  }

  async #joinOnce(
    topics: readonly string[],
    partitionsOf: (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>,
  ): Promise<Joined> {
    const response = await this.#sendJoin(topics);
    this.#lifetime.check();
    this.#generationId = response.generationId;
    const protocolName = response.protocolName ?? '';
    const assignments =
      response.leader === response.memberId ? await this.#assign(protocolName, response.members, partitionsOf) : [];
    this.#lifetime.check();
    let cause: EventId | undefined;
    const { assignment } = await this.#coordinator.send(
      'SyncGroup',
      (version) => ({
        groupId: this.#coordinator.groupId,
        generationId: this.#generationId,
        memberId: this.#memberId,
        ...(version >= 3 ? { groupInstanceId: this.#options.groupInstanceId } : {}),
        protocolType: consumerProtocolType,
        protocolName,
        assignments,
      }),
      ({ errorCode }) => errorCode,
      { timeoutMs: this.#joinTimeoutMs, onSend: (request) => (cause = request) },
    );
    this.#lastBeatMs = this.#now;
    return {
      generationId: this.#generationId,
      memberId: this.#memberId,
      leaderId: response.leader,
      protocolName,
      assignment: decodeAssignment(assignment),
      cause,
    };
  }

  async #sendJoin(topics: readonly string[]): Promise<ResponseOf<'JoinGroup'>> {
    const metadata = encodeSubscription(topics);
    const response = await this.#coordinator.send(
      'JoinGroup',
      (version) => ({
        groupId: this.#coordinator.groupId,
        sessionTimeoutMs: this.#options.sessionTimeoutMs,
        rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs,
        memberId: this.#memberId,
        ...(version >= 5 ? { groupInstanceId: this.#options.groupInstanceId } : {}),
        protocolType: consumerProtocolType,
        protocols: this.#options.assignors.map(({ name }) => ({ name, metadata })),
      }),
      ({ errorCode, memberId }) => {
        // MEMBER_ID_REQUIRED gives the id to join with (KIP-394).
        if (memberId !== '' && !this.#lifetime.isOver) this.#memberId = memberId;
        return errorCode;
      },
      { timeoutMs: this.#joinTimeoutMs },
    );
    return response;
  }

  async #assign(
    protocolName: string,
    members: ResponseOf<'JoinGroup'>['members'],
    partitionsOf: (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>,
  ): Promise<{ memberId: string; assignment: Uint8Array }[]> {
    const assignor = this.#options.assignors.find(({ name }) => name === protocolName);
    if (assignor === undefined) {
      const known = this.#options.assignors.map(({ name }) => name).join(', ');
      throw new KafkaError(
        'INCONSISTENT_GROUP_PROTOCOL',
        `Group ${this.#coordinator.groupId} chose the assignor ${protocolName}, but this member has ${known}. Give all members the same ones.`,
      );
    }
    const subscriptions = members.map(({ memberId, groupInstanceId, metadata }) => ({
      memberId,
      groupInstanceId,
      topics: decodeSubscription(metadata),
      owned: new Map<string, readonly number[]>(),
      generationId: -1,
      userData: null,
    }));
    const partitions = await partitionsOf([...new Set(subscriptions.flatMap(({ topics }) => topics))].sort());
    return [...assignor.assign(partitions, subscriptions)].map(([memberId, assignment]) => ({
      memberId,
      assignment: encodeAssignment(assignment),
    }));
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
    const generationId = this.#generationId;
    let nextMs = this.#options.heartbeatIntervalMs;
    try {
      this.#lastBeatMs = this.#now;
      await this.#coordinator.send(
        'Heartbeat',
        (version) => ({
          groupId: this.#coordinator.groupId,
          generationId,
          memberId: this.#memberId,
          ...(version >= 3 ? { groupInstanceId: this.#options.groupInstanceId } : {}),
        }),
        ({ errorCode }) => errorCode,
      );
      this.#options.onHeartbeat();
    } catch (error) {
      if (this.#lifetime.isOver || !this.#isStable || generationId !== this.#generationId) return;
      if (error instanceof KafkaError && error.retriable)
        nextMs = Math.min(nextMs, this.#retry.initialRetryTime ?? 300);
      this.#noteGroupError(error);
      const code = error instanceof KafkaError ? error.code : undefined;
      // While the group rebalances and a handler still runs, heartbeats keep the member's place.
      if (
        !(error instanceof KafkaError) ||
        !(error.retriable || code === 'REBALANCE_IN_PROGRESS' || this.#isRejoinNeeded)
      ) {
        this.#options.onFatal(error as Error);
        return;
      }
    }
    if (this.#isStable && generationId === this.#generationId) this.#scheduleHeartbeat(nextMs);
  }

  /** Draws the conclusions from what the group said of this member. */
  #noteGroupError(error: unknown): void {
    if (!(error instanceof KafkaError) || !this.#isStable) return;
    if (lostErrors.has(error.code)) {
      this.#isStable = false;
      this.#stopHeartbeat();
      // Of an old generation, but a member still: it joins again under its id.
      if (error.code === 'UNKNOWN_MEMBER_ID') this.#memberId = noMember;
      this.#generationId = -1;
      this.#isRejoinNeeded = true;
      this.#options.onRejoinNeeded(true);
    } else if (error.code === 'REBALANCE_IN_PROGRESS') this.requestRejoin();
  }

  #requireCommitter(): Committer {
    if (this.#isStable) {
      const { groupInstanceId } = this.#options;
      return { generationId: this.#generationId, memberId: this.#memberId, groupInstanceId };
    }
    throw new KafkaError(
      'REBALANCE_IN_PROGRESS',
      `The consumer is not a member of group ${this.#coordinator.groupId} at present, so it can't commit. The records will be handed out again.`,
    );
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
