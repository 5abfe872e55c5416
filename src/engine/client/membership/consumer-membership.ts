import { randomUuidBytes, type Millis, type TimerHandle } from '../../environment/environment.js';
import type { EventId } from '../../environment/trace-events.js';
import type { RequestOf, ResponseOf } from '../../protocol/apis.js';
import type { ErrorName } from '../../protocol/errors.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import { topicIdText } from '../../protocol/topic-id.js';
import type { TopicPartition } from '../assigned-partitions.js';
import type { Backoff } from '../backoff.js';
import type { GroupCoordinator } from '../group-coordinator.js';
import { groupBy } from '../group-by.js';
import type { Committer } from '../group-offsets.js';
import { Lifetime } from '../lifetime.js';
import type { GroupMembershipOperation, Joined, Membership, MembershipHost } from './membership.js';

/** What a member of the consumer protocol subscribes to. */
export interface ConsumerSubscription {
  readonly topics: readonly string[];
  /** A pattern of RE2 that the broker matches; null for none. */
  readonly pattern: string | null;
}

/** What a heartbeat of this member brought. */
export interface ConsumerJoin extends Joined {
  readonly partitions: readonly TopicPartition[];
}

export interface ConsumerMembershipOptions {
  readonly rebalanceTimeoutMs: Millis;
  readonly groupInstanceId: string | null;
  readonly rackId: string | null;
  /** The assignor on the broker; null leaves the choice to the broker. */
  readonly remoteAssignor: string | null;
  /** What is subscribed to, looked up anew when patterns are matched here. */
  readonly loadSubscription: () => Promise<ConsumerSubscription>;
  /** The names of topics, where they can be found out; ids as text. */
  readonly nameTopics: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly onRebalance: () => void;
  readonly onJoined: (join: ConsumerJoin, tookMs: Millis) => void;
  readonly onHeartbeat: () => void;
}

type Heartbeat = RequestOf<'ConsumerGroupHeartbeat'>;
type Assigned = readonly { readonly topicId: Uint8Array; readonly partitions: readonly number[] }[];

interface Target {
  readonly assigned: Assigned;
  /** The request that brought it. */
  readonly cause: EventId | undefined;
}

interface Told {
  readonly topics: string;
  readonly pattern: string | null;
  readonly owned: string;
}

const joining = 0;
const leaving = -1;
const leavingToReturn = -2;
/** How soon a topic is looked for again that the broker assigned and metadata does not know. */
const unknownTopicIntervalMs = 1_000;
/** The member has to give up all it has, and join as a new one. */
const fencedErrors: ReadonlySet<ErrorName> = new Set(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID']);

/**
 * One member of a group of the consumer protocol (KIP-848), on the client's side, for one lifetime. Heartbeats say what it wants and has, and bring what it should have; in
 * a turn it gives up what is not in there any more, takes the rest over, and confirms that by the next heartbeat. It says only what has changed, and everything after
 * a heartbeat whose answer was lost.
 */
export class ConsumerMembership implements Membership {
  readonly memberId: string;
  readonly #coordinator: GroupCoordinator;
  readonly #host: MembershipHost;
  readonly #options: ConsumerMembershipOptions;
  readonly #lifetime: Lifetime;
  /** Ends when no further step is to be taken. */
  readonly #steps: Lifetime;
  /** What made it impossible to be a member. */
  #fatal: Error | undefined;
  #backoff: Backoff | undefined;
  #epoch = joining;
  #state: 'out' | 'in' | 'fenced' | 'closing' = 'out';
  #intervalMs: Millis = 0;
  /** What the broker wants it to have. */
  #target: Target | undefined;
  #isReconciled = true;
  /** Topics of the target without a name are asked for again then. */
  #namesDue: TimerHandle | undefined;
  #hadAssignment = false;
  #startedAtMs: Millis;
  /** Ids of the topics that it has partitions of. */
  readonly #ids = new Map<string, Uint8Array>();
  #wanted: ConsumerSubscription | undefined;
  #isWantedOld = true;
  /** What the broker was told last; undefined: nothing that counts. */
  #told: Told | undefined;
  #timer: TimerHandle | undefined;
  #beating: Promise<void> | undefined;
  #isUrgent = false;
  #lastBeatMs: Millis = 0;
  /** Rises when what is under way does not count any more: fenced, stalled, joined anew. */
  #life = 0;

  constructor(coordinator: GroupCoordinator, host: MembershipHost, options: ConsumerMembershipOptions) {
    const { environment, lifetime } = coordinator.cluster.context;
    this.#coordinator = coordinator;
    this.#host = host;
    this.#options = options;
    this.#lifetime = new Lifetime(environment.timers, lifetime);
    this.#steps = new Lifetime(environment.timers, this.#lifetime);
    this.#startedAtMs = environment.clock.now();
    this.memberId = topicIdText(randomUuidBytes(environment.random));
  }

  get generationId(): number {
    return this.#state === 'out' || this.#state === 'fenced' ? -1 : this.#epoch;
  }

  get isCertain(): boolean {
    return this.#epoch > 0 && this.#state !== 'fenced';
  }

  get isTurnDue(): boolean {
    if (this.#state === 'closing') return false;
    if (this.#fatal !== undefined) return true;
    if (this.#host.isLossUntold || this.#state === 'out' || this.#state === 'fenced') return true;
    return this.#target !== undefined && !this.#isReconciled && this.#namesDue === undefined;
  }

  async turn(): Promise<void> {
    if (this.#host.isLossUntold) return await this.#host.tellLost();
    if (this.#fatal !== undefined) throw this.#fatal;
    if (this.#state === 'out' || this.#state === 'fenced') return this.#join();
    if (this.#target !== undefined && !this.#isReconciled) await this.#reconcile(this.#target);
  }

  committer(): Committer {
    const { groupInstanceId } = this.#options;
    if (this.isCertain) return { generationId: this.#epoch, memberId: this.memberId, groupInstanceId };
    throw new KafkaError(
      'UNKNOWN_MEMBER_ID',
      `The consumer is no member of group ${this.#coordinator.groupId} at present, so it can't commit: it was probably fenced. The records will be handed out again, here or elsewhere.`,
    );
  }

  async joined(): Promise<void> {
    await Promise.resolve();
  }

  async noteRefusal(error: ErrorName, { generationId }: Committer): Promise<boolean> {
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_MEMBER_EPOCH') {
      if (generationId === this.#epoch && this.isCertain) this.#fence(error);
      return false;
    }
    if (error !== 'STALE_MEMBER_EPOCH') return false;
    // The next epoch comes with a heartbeat; it may have come since.
    if (generationId === this.#epoch && this.isCertain) await this.#beat();
    return this.isCertain && this.#epoch !== generationId;
  }

  async heartbeat(): Promise<void> {
    if (this.#state === 'in' && this.#now - this.#lastBeatMs >= this.#intervalMs) await this.#beat();
  }

  rejoin(): void {
    this.#isWantedOld = true;
    if (this.#state === 'in') this.#beatSoon();
  }

  leaveAsStalled(): void {
    if (this.#state !== 'in') return;
    this.#coordinator.cluster.context.logger.warn(
      `The consumer of group ${this.#coordinator.groupId} was not asked for records within max.poll.interval.ms, so it leaves. Handle fewer records at a time, or raise maxPollInterval.`,
    );
    this.#giveUp('out');
    void this.#sayLeaving('default');
  }

  close(): void {
    if (this.#steps.isOver) return;
    this.#steps.end(new KafkaError('UNKNOWN_MEMBER_ID', 'The consumer leaves its group.'));
    if (this.#state === 'in') this.#state = 'closing';
    else {
      this.#state = 'closing';
      this.#epoch = joining;
    }
  }

  async leave(operation: GroupMembershipOperation): Promise<void> {
    const isIn = this.#epoch > 0;
    this.#timer?.cancel();
    this.#lifetime.end(new KafkaError('UNKNOWN_MEMBER_ID', 'The consumer has left its group.'));
    this.#epoch = joining;
    const { groupInstanceId } = this.#options;
    // A dynamic member that remains is left to its session timeout.
    if (!isIn || (operation === 'remain-in-group' && groupInstanceId === null)) return;
    if (!this.#coordinator.cluster.lifetime.isOver) await this.#sayLeaving(operation);
  }

  #join(): void {
    this.#life++;
    this.#state = 'in';
    this.#epoch = joining;
    this.#told = undefined;
    this.#target = undefined;
    this.#isReconciled = true;
    this.#hadAssignment = false;
    this.#isWantedOld = true;
    this.#startedAtMs = this.#now;
    this.#beatSoon();
  }

  /** Gives up what the broker does not want it to have any more, takes the rest over, and says so. */
  async #reconcile(target: Target): Promise<void> {
    const life = this.#life;
    const isOver = (): boolean => life !== this.#life || this.#state !== 'in';
    const ids = target.assigned.map(({ topicId }) => topicIdText(topicId));
    const names = await this.#steps.whileAlive(this.#options.nameTopics(ids));
    if (isOver()) return;
    const assigned: TopicPartition[] = [];
    for (const { topicId, partitions } of target.assigned) {
      const topic = names.get(topicIdText(topicId));
      if (topic === undefined) continue;
      this.#ids.set(topic, topicId);
      for (const partition of partitions) assigned.push({ topic, partition });
    }
    const isComplete = names.size === new Set(ids).size;
    if (this.#target === target) this.#isReconciled = isComplete;
    if (!isComplete) this.#nameLater();
    const owned = this.#host.owned();
    const wanted = new Set(assigned.map(nameOf));
    const has = new Set(owned.map(nameOf));
    const revoked = owned.filter((each) => !wanted.has(nameOf(each)));
    if (this.#hadAssignment && revoked.length === 0 && assigned.every((each) => has.has(nameOf(each)))) {
      this.#confirm();
      return;
    }
    let failure: unknown;
    const note = (error: unknown): void => void (failure ??= error);
    if (revoked.length > 0) {
      this.#options.onRebalance();
      await this.#host.revoke(revoked, 'if-any').catch(note);
    } else await this.#host.commitHandled();
    if (!isOver()) {
      const joined = { generationId: this.#epoch, memberId: this.memberId, cause: target.cause };
      const isFirst = !this.#hadAssignment;
      this.#hadAssignment = true;
      await this.#host.assign(joined, assigned).catch(note);
      if (!isOver()) {
        this.#options.onJoined({ ...joined, partitions: assigned }, isFirst ? this.#now - this.#startedAtMs : 0);
        this.#confirm();
      }
    }
    if (failure !== undefined) throw failure as Error;
  }

  /** The next heartbeat says what it has now. */
  #confirm(): void {
    if (this.#told !== undefined) this.#told = { ...this.#told, owned: '' };
    this.#beatSoon();
  }

  #nameLater(): void {
    this.#namesDue ??= this.#steps.timer(unknownTopicIntervalMs, () => {
      this.#namesDue = undefined;
      this.#host.wake();
    });
  }

  #beatSoon(): void {
    this.#isUrgent = true;
    this.#schedule(0);
  }

  #schedule(delayMs: Millis): void {
    this.#timer?.cancel();
    this.#timer = this.#lifetime.timer(delayMs, () => {
      void this.#beat();
    });
  }

  /** One heartbeat at a time. Never rejects. */
  #beat(): Promise<void> {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = undefined;
      if (this.#isUrgent && (this.#state === 'in' || this.#state === 'closing')) this.#schedule(0);
    });
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    this.#isUrgent = false;
    this.#timer?.cancel();
    const life = this.#life;
    const isOver = (): boolean => life !== this.#life || this.#lifetime.isOver;
    try {
      await this.#lookAtSubscription();
      if (isOver()) return;
      let cause: EventId | undefined;
      const { told, request } = this.#write();
      this.#lastBeatMs = this.#now;
      const response = await this.#coordinator.send(
        'ConsumerGroupHeartbeat',
        (version) => versioned(request, version),
        ({ errorCode }) => errorCode,
        { onSend: (id) => (cause = id) },
        ({ errorMessage }) => errorMessage,
      );
      if (isOver()) return;
      this.#told = told;
      this.#take(response, cause);
    } catch (error) {
      if (isOver()) return;
      // Whether the broker has heard it is not known: say everything again.
      this.#told = undefined;
      if (!(error instanceof KafkaError)) return this.#fail(error as Error);
      if (fencedErrors.has(error.code)) return this.#fence(error.code);
      if (!error.retriable) return this.#fail(explained(error));
      const { cluster } = this.#coordinator;
      this.#backoff ??= cluster.backoff({ ...cluster.context.retry, retries: Infinity });
      this.#schedule(this.#backoff.next());
    }
  }

  #fail(error: Error): void {
    this.#fatal = error;
    this.#host.wake();
  }

  async #lookAtSubscription(): Promise<void> {
    if (!this.#isWantedOld) return;
    this.#isWantedOld = false;
    try {
      this.#wanted = await this.#lifetime.whileAlive(this.#options.loadSubscription());
    } catch (error) {
      this.#isWantedOld = true;
      throw error;
    }
  }

  /** What is new, or everything. A member that joins has nothing. */
  #write(): { readonly told: Told; readonly request: Heartbeat } {
    const { groupInstanceId, rackId, rebalanceTimeoutMs, remoteAssignor } = this.#options;
    const wanted = this.#wanted ?? { topics: [], pattern: null };
    const owned = this.#epoch === joining ? [] : this.#ownedById();
    const told = { topics: wanted.topics.join(), pattern: wanted.pattern, owned: JSON.stringify(owned.map(textOf)) };
    const before = this.#told;
    const isAll = before === undefined;
    return {
      told,
      request: {
        groupId: this.#coordinator.groupId,
        memberId: this.memberId,
        memberEpoch: this.#epoch,
        instanceId: groupInstanceId,
        ...(isAll ? { rackId, rebalanceTimeoutMs, serverAssignor: remoteAssignor } : {}),
        ...(isAll || before.topics !== told.topics ? { subscribedTopicNames: wanted.topics } : {}),
        ...((isAll && wanted.pattern !== null) || (!isAll && before.pattern !== told.pattern)
          ? { subscribedTopicRegex: wanted.pattern ?? '' }
          : {}),
        ...(isAll || before.owned !== told.owned ? { topicPartitions: owned } : {}),
      },
    };
  }

  #take(response: ResponseOf<'ConsumerGroupHeartbeat'>, cause: EventId | undefined): void {
    this.#backoff = undefined;
    this.#intervalMs = response.heartbeatIntervalMs;
    this.#epoch = response.memberEpoch;
    if (response.assignment !== null && this.#state === 'in') {
      this.#target = { assigned: response.assignment.topicPartitions, cause };
      this.#isReconciled = false;
      this.#namesDue?.cancel();
      this.#namesDue = undefined;
      this.#host.wake();
    }
    this.#options.onHeartbeat();
    this.#schedule(this.#intervalMs);
  }

  #fence(error: ErrorName): void {
    this.#coordinator.cluster.context.logger.warn(
      `Member ${this.memberId} of group ${this.#coordinator.groupId} was fenced: ${error}. It gives up its partitions and joins again.`,
    );
    this.#giveUp('fenced');
  }

  #giveUp(state: 'out' | 'fenced'): void {
    this.#life++;
    this.#timer?.cancel();
    this.#isUrgent = false;
    this.#namesDue?.cancel();
    this.#namesDue = undefined;
    this.#target = undefined;
    this.#told = undefined;
    if (this.#state === 'in') this.#state = state;
    this.#epoch = joining;
    this.#host.lose(this.#host.owned());
    this.#host.wake();
  }

  /** A static member says that it will be back, and keeps its place till its session ends. */
  async #sayLeaving(operation: GroupMembershipOperation): Promise<void> {
    const { groupId, cluster } = this.#coordinator;
    const { groupInstanceId } = this.#options;
    const returns = groupInstanceId !== null && operation !== 'leave-group';
    try {
      await this.#coordinator.send(
        'ConsumerGroupHeartbeat',
        {
          groupId,
          memberId: this.memberId,
          memberEpoch: returns ? leavingToReturn : leaving,
          instanceId: groupInstanceId,
        },
        ({ errorCode }) => errorCode,
      );
    } catch (error) {
      if (cluster.lifetime.isOver) return;
      cluster.context.logger.warn(
        `Member ${this.memberId} could not leave group ${groupId}; it will be removed later.`,
        { error },
      );
    }
  }

  #ownedById(): Assigned {
    const byTopic = groupBy(this.#host.owned(), ({ topic }) => topic);
    return [...byTopic].flatMap(([topic, partitions]) => {
      const topicId = this.#ids.get(topic);
      return topicId === undefined ? [] : [{ topicId, partitions: partitions.map(({ partition }) => partition) }];
    });
  }

  get #now(): Millis {
    return this.#coordinator.cluster.context.environment.clock.now();
  }
}

/** Version 0 has no patterns. */
function versioned({ subscribedTopicRegex, ...request }: Heartbeat, version: number): Heartbeat {
  if (subscribedTopicRegex === undefined) return request;
  if (version >= 1) return { ...request, subscribedTopicRegex };
  throw new KafkaError(
    'UNSUPPORTED_VERSION',
    'The broker does not match patterns (ConsumerGroupHeartbeat below version 1). Subscribe by a RegExp, which is matched here.',
  );
}

function explained(error: KafkaError): KafkaError {
  if (error.code !== 'UNSUPPORTED_VERSION') return error;
  return new KafkaError(
    error.code,
    `The cluster does not support the consumer protocol. Set groupProtocol to 'classic' until it does. (${error.message})`,
    { cause: error },
  );
}

function textOf({ topicId, partitions }: Assigned[number]): readonly unknown[] {
  return [topicIdText(topicId), partitions];
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
