import type { Millis, TimerHandle } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { topicIdText } from '../protocol/topic-id.js';
import type { AssignedPartition, AssignedPartitions } from './assigned-partitions.js';
import type { Assignor } from './assignors/assignor.js';
import type { Backoff } from './backoff.js';
import type { Cluster } from './cluster.js';
import type { ConsumerEventPayloads } from './consumer-events.js';
import { Fetcher } from './fetcher.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { groupBy } from './group-by.js';
import { fetchOffsets, type CommittedOffset, type OffsetToCommit } from './group-offsets.js';
import type { Instrumentation } from './instrumentation.js';
import { Lifetime } from './lifetime.js';
import { ClassicMembership } from './membership/classic-membership.js';
import { ConsumerMembership, type ConsumerSubscription } from './membership/consumer-membership.js';
import type { GroupMembershipOperation, Membership } from './membership/membership.js';
import { OffsetCommits, type CommitOptions } from './offset-commits.js';
import { Ownership } from './ownership.js';
import { findPositions, type PositionOptions } from './positions.js';
import { Signal } from './signal.js';
import { SubscriptionWatch } from './subscription-watch.js';
import type { Subscription } from './subscription.js';

/** How a consumer reads, complete. */
export interface ReadingConfig {
  readonly groupProtocol: 'classic' | 'consumer';
  readonly remoteAssignor: string | null;
  readonly assignors: readonly Assignor[];
  readonly groupInstanceId: string | null;
  readonly rackId: string | null;
  readonly sessionTimeoutMs: Millis;
  readonly rebalanceTimeoutMs: Millis;
  readonly heartbeatIntervalMs: Millis;
  readonly maxPollIntervalMs: Millis;
  readonly metadataMaxAgeMs: Millis;
  readonly allowAutoTopicCreation: boolean;
  readonly isolationLevel: number;
  readonly maxWaitMs: Millis;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

export interface ReadingOptions extends ReadingConfig {
  readonly cluster: Cluster;
  /** The group that it is a member of, or commits for; undefined without one. */
  readonly coordinator: GroupCoordinator | undefined;
  /** Whether partitions come from the group; otherwise they were assigned by hand. */
  readonly isSubscribed: boolean;
  readonly subscription: Subscription;
  readonly partitions: AssignedPartitions;
  readonly instrumentation: Instrumentation<ConsumerEventPayloads>;
  readonly autoCommit: boolean;
  /** Resolves when nothing of these partitions is in a handler's hands. */
  readonly handled: (partitions: readonly AssignedPartition[]) => Promise<void>;
  /** Resolves when the rebalance listener may be called; at once when absent. */
  readonly userIsThere?: () => Promise<void>;
}

/** Errors of a member whose place in the group changes at this moment: asked again, it knows better. */
const passingErrors: ReadonlySet<string> = new Set(['STALE_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH']);

/**
 * One stretch of reading, from the first join (or `assign`) to the close: what a consumer does whether its user polls or has handlers run. It goes on only as far as it
 * is told to: `takeTurn` for the steps of a rebalance, `look` for positions and fetches.
 */
export class Reading {
  readonly signal = new Signal();
  readonly fetcher: Fetcher;
  readonly membership: Membership | undefined;
  readonly commits: OffsetCommits | undefined;
  readonly #options: ReadingOptions;
  readonly #cluster: Cluster;
  /** Ends as soon as the end is asked for; the membership lives until handlers have finished. */
  readonly waits: Lifetime;
  readonly #ownership: Ownership;
  #generation: Lifetime | undefined;
  #leaderPartitions: ReadonlyMap<string, number> = new Map();
  #turning: Promise<void> | undefined;
  #isFinding = false;
  #backoff: Backoff | undefined;
  #wakeUp: TimerHandle | undefined;
  #failure: Error | undefined;

  constructor(options: ReadingOptions) {
    const { cluster, coordinator, partitions, instrumentation, subscription } = options;
    const { environment, lifetime, clientId } = cluster.context;
    this.#options = options;
    this.#cluster = cluster;
    this.waits = new Lifetime(environment.timers, lifetime);
    this.#ownership = new Ownership({
      environment,
      clientId,
      groupId: coordinator?.groupId ?? '',
      partitions,
      listener: () => subscription.listener,
      handled: options.handled,
      commitHandled: async () => {
        await this.commitHandled();
      },
      userIsThere: () => (this.waits.isOver ? Promise.resolve() : (options.userIsThere?.() ?? Promise.resolve())),
      wake: () => this.signal.raise(),
      fail: (error) => this.fail(error),
    });
    this.membership =
      coordinator === undefined || !options.isSubscribed
        ? undefined
        : options.groupProtocol === 'classic'
          ? this.#classicMembership(coordinator)
          : this.#consumerMembership(coordinator);
    this.commits =
      coordinator &&
      new OffsetCommits({
        coordinator,
        partitions,
        membership: this.membership,
        onCommit: (offsets) => this.#onCommit(offsets),
      });
    this.fetcher = new Fetcher(cluster, this.waits, partitions, {
      ...options,
      onNews: () => this.signal.raise(),
      onFetchStart: (nodeId) => instrumentation.emit('consumer.fetch_start', { nodeId }),
      onFetch: (fetch) => instrumentation.emit('consumer.fetch', fetch),
    });
  }

  /** Whether the member has been told its partitions, and it is known where to read them. */
  get hasPositions(): boolean {
    return (
      (this.#ownership.isAssigned || this.membership === undefined) &&
      this.#options.partitions.all.every(({ position }) => position !== undefined)
    );
  }

  /** Whether the rebalance listener is being called. */
  get isTelling(): boolean {
    return this.#ownership.isTelling;
  }

  /** Whether a rebalance needs a turn, or is in the midst of one. */
  get isTurnDue(): boolean {
    return this.#turning !== undefined || this.membership?.isTurnDue === true;
  }

  /** Takes the step of a rebalance that is due; one at a time. Rejects with what the listener threw. */
  async takeTurn(): Promise<void> {
    if (this.membership === undefined) return;
    this.#turning ??= this.membership.turn().finally(() => {
      this.#turning = undefined;
      this.signal.raise();
    });
    await this.#turning;
  }

  /** Has positions found that are not known, and fetches ahead; in the background. */
  look(): void {
    this.#ownership.announce();
    this.#findPositions();
    this.fetcher.fetch();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.signal.raise();
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Throws what makes it impossible to go on, once. */
  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** Commits as the group's member, or as nobody. Rejects if the group has moved on. */
  async commit(offsets: Parameters<OffsetCommits['commit']>[0], options: CommitOptions): Promise<void> {
    if (this.commits === undefined) {
      throw new KafkaError(
        'INVALID_GROUP_ID',
        'A consumer without a group can commit nothing. Give it a groupId to commit offsets.',
      );
    }
    await this.commits.commit(offsets, options);
  }

  /** Commits the positions, if that is to happen by itself; what goes wrong is logged: the records come again if nobody commits them later. False if it did not work. */
  async commitHandled(retries = true): Promise<boolean> {
    const { autoCommit, partitions } = this.#options;
    if (!autoCommit || this.commits === undefined) return true;
    if (this.membership?.isCertain === false) return false;
    try {
      // As it is now: what a poll returns later is not handled yet.
      await this.commits.commit(partitions.uncommittedNow(), { retries, waitsForJoin: false });
      return true;
    } catch (error) {
      this.#cluster.context.logger.warn('Offsets could not be committed.', { error });
      return false;
    }
  }

  /** Has the position of a partition found now, trying again after errors that may go away. */
  async find(assigned: AssignedPartition): Promise<void> {
    await this.waits.whileAlive(this.#cluster.retry('find a position', () => this.#find([assigned])));
  }

  /** Ends what waits, at once. Then `close`. */
  stop(): void {
    this.membership?.close();
    this.waits.end(new KafkaError('BROKER_NOT_AVAILABLE', 'The consumer is stopping.'));
    this.signal.raise();
  }

  /** Commits what was handled, gives everything up, and leaves the group, for that reason. Rejects with what the listener threw, when all that is done. */
  async close(operation: GroupMembershipOperation, reason = 'the consumer is being closed'): Promise<void> {
    this.stop();
    const isOver = this.#cluster.lifetime.isOver;
    await this.#turning?.catch(() => undefined);
    await this.#options.handled(this.#options.partitions.all);
    if (!isOver) await this.commitHandled();
    let failure: unknown;
    if (this.membership !== undefined)
      await this.#ownership.close(!this.membership.isCertain).catch((error: unknown) => (failure = error));
    await this.membership?.leave(operation, reason);
    this.#generation?.end(new KafkaError('BROKER_NOT_AVAILABLE', 'The consumer has stopped.'));
    if (failure !== undefined) throw failure as Error;
  }

  /** Has the member leave while nothing can be waited for any more, without commits. */
  leaveAtOnce(reason: string): void {
    this.stop();
    void this.membership?.leave('default', reason);
  }

  /** Wants other topics, or has to take part in another rebalance. */
  rejoin(reason: string): void {
    this.membership?.rejoin(reason);
  }

  #findPositions(): void {
    if (this.#isFinding || this.waits.isOver) return;
    const now = this.#now;
    const unknown = this.#options.partitions.all.filter(
      ({ position, isLeaving, isAwaitingListener }) => position === undefined && !isLeaving && !isAwaitingListener,
    );
    const due = unknown.filter(({ notBeforeMs }) => notBeforeMs <= now);
    const soonest = Math.min(...unknown.map(({ notBeforeMs }) => notBeforeMs));
    if (due.length === 0) {
      if (unknown.length > 0) this.#wakeIn(soonest - now);
      return;
    }
    this.#isFinding = true;
    void this.waits
      .whileAlive(this.#find(due))
      .catch((error: unknown) => this.#notFound(due, error as Error))
      .finally(() => {
        this.#isFinding = false;
        this.#ownership.announce();
        this.signal.raise();
      });
  }

  /** After a failure each for itself: one that has no leader does not hold up the others. */
  async #find(partitions: readonly AssignedPartition[]): Promise<void> {
    const missing = [...new Set(partitions.map(({ topic }) => topic))].filter(
      (topic) => !this.#cluster.metadata.topics.has(topic),
    );
    if (missing.length > 0) await this.#cluster.refresh(missing);
    const options = this.#positionOptions();
    const groups = this.#backoff === undefined ? [partitions] : partitions.map((each) => [each]);
    const outcomes = await Promise.allSettled(groups.map((group) => findPositions(options, group)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason as Error;
    this.#backoff = undefined;
  }

  #notFound(partitions: readonly AssignedPartition[], error: Error): void {
    if (this.waits.isOver) return;
    const isPassing = error instanceof KafkaError && (error.retriable || passingErrors.has(error.code));
    if (!isPassing) return this.fail(error);
    const { logger, retry } = this.#cluster.context;
    logger.warn('It could not be found out where to read.', { error });
    this.#backoff ??= this.#cluster.backoff({ ...retry, retries: Infinity });
    const atMs = this.#now + this.#backoff.next();
    for (const assigned of partitions) assigned.notBeforeMs = atMs;
  }

  #wakeIn(delayMs: Millis): void {
    this.#wakeUp?.cancel();
    this.#wakeUp = this.waits.timer(Math.max(0, delayMs), () => this.signal.raise());
  }

  #positionOptions(): PositionOptions {
    const { coordinator, subscription, isolationLevel, groupProtocol } = this.#options;
    const member = groupProtocol === 'consumer' ? this.membership : undefined;
    return {
      cluster: this.#cluster,
      committed:
        coordinator &&
        ((partitions) =>
          fetchOffsets(coordinator, partitions, {
            member: member?.committer(),
            requireStable: true,
          })),
      resetOf: (topic) => subscription.resetOf(topic),
      isolationLevel,
      onReset: ({ topic, partition }, offset, reason) => {
        const { environment, clientId } = this.#cluster.context;
        const group = coordinator?.groupId ?? '';
        environment.tracer.emit({ kind: 'offset-reset', client: clientId, group, topic, partition, offset, reason });
      },
    };
  }

  #classicMembership(coordinator: GroupCoordinator): Membership {
    const { subscription, instrumentation } = this.#options;
    const { groupId } = coordinator;
    let counted: ReadonlyMap<string, number> = new Map();
    return new ClassicMembership(coordinator, this.#ownership, {
      ...this.#options,
      loadTopics: async () => {
        counted = new Map();
        await this.#loadTopics();
        return subscription.topics(this.#cluster);
      },
      wants: (topic) => subscription.wants(topic),
      partitionsOf: async (topics) => {
        counted = await this.#countPartitions(topics);
        return new Map([...counted].filter(([, count]) => count > 0));
      },
      onRebalance: () => instrumentation.emit('consumer.rebalancing', this.#groupMember(coordinator)),
      onHeartbeat: () => instrumentation.emit('consumer.heartbeat', this.#member(coordinator)),
      onJoined: ({ assignment, leaderId, memberId, protocolName }, duration) => {
        this.#leaderPartitions = counted;
        this.#beginGeneration();
        instrumentation.emit('consumer.group_join', {
          duration,
          groupId,
          isLeader: leaderId === memberId,
          leaderId,
          groupProtocol: protocolName,
          memberId,
          memberAssignment: Object.fromEntries(assignment),
        });
      },
    });
  }

  #consumerMembership(coordinator: GroupCoordinator): Membership {
    const { instrumentation, remoteAssignor } = this.#options;
    return new ConsumerMembership(coordinator, this.#ownership, {
      ...this.#options,
      loadSubscription: () => this.#loadSubscription(),
      nameTopics: (ids) => this.#nameTopics(ids),
      onRebalance: () => instrumentation.emit('consumer.rebalancing', this.#groupMember(coordinator)),
      onHeartbeat: () => instrumentation.emit('consumer.heartbeat', this.#member(coordinator)),
      onJoined: ({ memberId, partitions }, duration) => {
        const assignment = [...groupBy(partitions, ({ topic }) => topic)].map(
          ([topic, each]) => [topic, each.map(({ partition }) => partition)] as const,
        );
        instrumentation.emit('consumer.group_join', {
          duration,
          groupId: coordinator.groupId,
          isLeader: false,
          leaderId: '',
          groupProtocol: remoteAssignor ?? '',
          memberId,
          memberAssignment: Object.fromEntries(assignment),
        });
      },
    });
  }

  async #loadTopics(): Promise<void> {
    const { subscription, allowAutoTopicCreation } = this.#options;
    await this.#cluster.retry('load the metadata of the subscribed topics', () =>
      this.#cluster.refresh(subscription.topicsToLoad, allowAutoTopicCreation),
    );
  }

  async #loadSubscription(): Promise<ConsumerSubscription> {
    const { subscription } = this.#options;
    await this.#loadTopics();
    this.#beginGeneration();
    return { topics: subscription.topics(this.#cluster), pattern: subscription.brokerPattern };
  }

  async #nameTopics(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const known = (): ReadonlyMap<string, string> => {
      const names = new Map<string, string>();
      for (const { topicId, name } of this.#cluster.metadata.topics.values()) names.set(topicIdText(topicId), name);
      return new Map(ids.flatMap((id) => (names.has(id) ? [[id, names.get(id) as string] as const] : [])));
    };
    if (known().size < new Set(ids).size) await this.#loadTopics();
    return known();
  }

  /** For the leader: how many partitions there are to assign; of topics that don't exist, none. */
  async #countPartitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.#cluster.refreshMissing(topics);
    return new Map(
      topics.map((topic) => [topic, this.#cluster.metadata.topics.get(topic)?.partitions.length ?? 0] as const),
    );
  }

  /** From now on it is watched whether what was joined with still fits. */
  #beginGeneration(): void {
    const { environment } = this.#cluster.context;
    this.#generation?.end(new KafkaError('REBALANCE_IN_PROGRESS', 'The group has a new generation.'));
    this.#generation = new Lifetime(environment.timers, this.waits);
    new SubscriptionWatch(this.#cluster, this.#generation, this.#options.subscription, {
      leaderPartitions: this.#leaderPartitions,
      maxAgeMs: this.#options.metadataMaxAgeMs,
      onChange: () => this.membership?.rejoin('cached metadata has changed'),
    }).begin();
  }

  #onCommit(offsets: readonly OffsetToCommit[]): void {
    const { coordinator, instrumentation } = this.#options;
    if (coordinator === undefined) return;
    instrumentation.emit('consumer.commit_offsets', {
      ...this.#member(coordinator),
      topics: [...groupBy(offsets, ({ topic }) => topic)].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      })),
    });
  }

  #groupMember({ groupId }: GroupCoordinator): { groupId: string; memberId: string } {
    return { groupId, memberId: this.membership?.memberId ?? '' };
  }

  #member(coordinator: GroupCoordinator): { groupId: string; memberId: string; groupGenerationId: number } {
    return { ...this.#groupMember(coordinator), groupGenerationId: this.membership?.generationId ?? -1 };
  }

  get #now(): Millis {
    return this.#cluster.context.environment.clock.now();
  }
}

/** What the group committed, with retries. */
export async function committedOffsets(
  coordinator: GroupCoordinator,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Promise<readonly CommittedOffset[]> {
  return await coordinator.cluster.retry('fetch committed offsets', () =>
    fetchOffsets(coordinator, partitions, { requireStable: true }),
  );
}
