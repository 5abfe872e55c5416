import type { Millis } from '../environment/environment.js';
import type { AssignedPartition as TracedAssignment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartition, AssignedPartitions } from './assigned-partitions.js';
import type { Assignment, Assignor } from './assignors/assignor.js';
import { AutoCommit, type AutoCommitOptions } from './auto-commit.js';
import type { Cluster } from './cluster.js';
import type { ConsumerEventPayloads } from './consumer-events.js';
import { Delivery, type Handler } from './delivery.js';
import type { FetchedRecords } from './fetched-records.js';
import { Fetcher } from './fetcher.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { GroupMembership, type Joined } from './group-membership.js';
import { groupBy } from './group-by.js';
import type { OffsetToCommit } from './group-offsets.js';
import type { Instrumentation } from './instrumentation.js';
import { Lifetime } from './lifetime.js';
import { findPositions, resetPositions } from './positions.js';
import { Signal } from './signal.js';
import { SubscriptionWatch } from './subscription-watch.js';
import type { Subscription } from './subscription.js';

export interface PollLoopOptions {
  readonly coordinator: GroupCoordinator;
  readonly subscription: Subscription;
  readonly partitions: AssignedPartitions;
  readonly instrumentation: Instrumentation<ConsumerEventPayloads>;
  readonly handler: Handler;
  readonly autoCommit: AutoCommitOptions;
  readonly nextDelivery: () => number;
  readonly partitionsConsumedConcurrently: number;
  readonly assignors: readonly Assignor[];
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: Millis;
  readonly rebalanceTimeoutMs: Millis;
  readonly heartbeatIntervalMs: Millis;
  readonly metadataMaxAgeMs: Millis;
  readonly allowAutoTopicCreation: boolean;
  readonly maxWaitMs: Millis;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

/**
 * One run of a consumer, from its first join until it stops or fails: joins, finds positions, fetches, hands out; and when the group rebalances lets the
 * handlers finish, commits, gives its partitions up and joins again.
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #cluster: Cluster;
  /** Ends as soon as a stop is asked for; the membership lives until the handlers have finished. */
  readonly #waits: Lifetime;
  readonly #membership: GroupMembership;
  readonly #fetcher: Fetcher;
  readonly #autoCommit: AutoCommit;
  readonly #delivery: Delivery;
  readonly #signal = new Signal();
  readonly #active = new Map<AssignedPartition, Promise<void>>();
  #generation: Lifetime | undefined;
  /** Whose partitions the trace shows as assigned. */
  #announced: Joined | undefined;
  #failure: Error | undefined;
  #isStopping = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#cluster = options.coordinator.cluster;
    const { environment, lifetime } = this.#cluster.context;
    this.#waits = new Lifetime(environment.timers, lifetime);
    this.#membership = new GroupMembership(options.coordinator, {
      ...options,
      onRejoinNeeded: (isLost) => this.#onRejoinNeeded(isLost),
      onHeartbeat: () => options.instrumentation.emit('consumer.heartbeat', this.#member()),
      onFatal: (error) => this.#fail(error),
    });
    this.#fetcher = new Fetcher(this.#cluster, this.#waits, options.partitions, {
      ...options,
      onNews: () => this.#signal.raise(),
      onFetchStart: (nodeId) => options.instrumentation.emit('consumer.fetch_start', { nodeId }),
      onFetch: (fetch) => options.instrumentation.emit('consumer.fetch', fetch),
    });
    this.#autoCommit = new AutoCommit(this.#waits, options.autoCommit, () => this.#commitHandled());
    this.#delivery = new Delivery({
      cluster: this.#cluster,
      groupId: options.coordinator.groupId,
      autoCommit: this.#autoCommit,
      handler: options.handler,
      nextDelivery: options.nextDelivery,
      isEnding: () => this.#isStopping || this.#failure !== undefined || this.#membership.isRejoinNeeded,
      isRunning: () => !this.#isStopping && this.#failure === undefined,
      heartbeat: () => this.#membership.heartbeat(),
      pause: ({ topic, partition }) => {
        options.partitions.pause(topic, [partition]);
        return () => {
          options.partitions.resume(topic, [partition]);
          this.wake();
        };
      },
      commit: (offsets) => this.commit(offsets),
      uncommitted: () => options.partitions.uncommitted(),
    });
  }

  /** Runs until `stop`. Calls `onJoined` each time the member has got its partitions. Rejects with what made it impossible to go on; the group is left either way. */
  async run(onJoined: () => void): Promise<void> {
    try {
      while (!this.#isStopping) await this.#turn(onJoined);
    } catch (error) {
      if (!this.#isStopping) this.#fail(error as Error);
    }
    await this.#close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Hands out nothing more; `run` resolves once the handlers that run have finished, what they did is committed and the group is left. */
  stop(): void {
    this.#isStopping = true;
    this.#waits.end(new KafkaError('BROKER_NOT_AVAILABLE', 'The consumer is stopping.'));
    this.#signal.raise();
  }

  /** Looks again at what can be fetched or handed out. */
  wake(): void {
    this.#signal.raise();
  }

  /** Commits as the group's member. Rejects if the group has moved on. */
  async commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (offsets.length === 0) return;
    await this.#membership.commit(offsets);
    this.#options.partitions.noteCommitted(offsets);
    this.#options.instrumentation.emit('consumer.commit_offsets', {
      ...this.#member(),
      topics: [...groupBy(offsets, ({ topic }) => topic)].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      })),
    });
  }

  async #turn(onJoined: () => void): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#membership.isRejoinNeeded) {
      await this.#waits.whileAlive(this.#handlersDone());
      await this.#rejoin();
      onJoined();
      return;
    }
    const outOfRange = this.#fetcher.takeOutOfRange();
    if (outOfRange.length > 0) await this.#waits.whileAlive(this.#reset(outOfRange));
    this.#handOut();
    this.#fetcher.fetch();
    await this.#waits.whileAlive(this.#signal.wait());
  }

  #handOut(): void {
    const { partitionsConsumedConcurrently } = this.#options;
    while (this.#active.size < partitionsConsumedConcurrently && !this.#membership.isRejoinNeeded) {
      const fetched = this.#fetcher.take((assigned) => this.#active.has(assigned));
      if (fetched === undefined) return;
      this.#active.set(fetched.assigned, this.#handle(fetched));
    }
  }

  /** Never rejects. */
  async #handle(fetched: FetchedRecords): Promise<void> {
    const { instrumentation } = this.#options;
    const { environment } = this.#cluster.context;
    const { topic, partition } = fetched.assigned;
    const about = {
      topic,
      partition,
      highWatermark: String(fetched.highWatermark),
      firstOffset: String(fetched.fetchOffset),
    };
    const startedAt = environment.clock.now();
    instrumentation.emit('consumer.start_batch_process', about);
    try {
      await this.#delivery.deliver(fetched);
      instrumentation.emit('consumer.end_batch_process', { ...about, duration: environment.clock.now() - startedAt });
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      this.#active.delete(fetched.assigned);
      this.#signal.raise();
    }
  }

  async #rejoin(): Promise<void> {
    const { subscription, partitions, instrumentation, coordinator } = this.#options;
    const { environment } = this.#cluster.context;
    if (this.#announced !== undefined) {
      instrumentation.emit('consumer.rebalancing', {
        groupId: coordinator.groupId,
        memberId: this.#membership.memberId,
      });
      await this.#waits.whileAlive(this.#autoCommit.flush());
      this.#giveUp(false);
    }
    this.#generation?.end(new KafkaError('REBALANCE_IN_PROGRESS', 'The group has a new generation.'));
    const startedAt = environment.clock.now();
    await this.#waits.whileAlive(this.#loadTopics());
    const leaderPartitions = new Map<string, number>();
    const joined = await this.#waits.whileAlive(
      this.#membership.join(subscription.topics(this.#cluster), (topics) =>
        this.#countPartitions(topics, leaderPartitions),
      ),
    );
    partitions.assign(listOf(joined.assignment));
    instrumentation.emit('consumer.group_join', {
      duration: environment.clock.now() - startedAt,
      groupId: coordinator.groupId,
      isLeader: joined.leaderId === joined.memberId,
      leaderId: joined.leaderId,
      groupProtocol: joined.protocolName,
      memberId: joined.memberId,
      memberAssignment: Object.fromEntries(joined.assignment),
    });
    this.#generation = new Lifetime(environment.timers, this.#waits);
    this.#watchSubscription(this.#generation, leaderPartitions);
    const assigned = partitions.all;
    await this.#waits.whileAlive(this.#cluster.refreshMissing([...joined.assignment.keys()]));
    const reset = await this.#waits.whileAlive(
      findPositions(coordinator, assigned, (topic) => subscription.resetOf(topic)),
    );
    if (!assigned.some(({ isRevoked }) => isRevoked)) this.#announce(joined, assigned, reset);
  }

  async #loadTopics(): Promise<void> {
    const { subscription, allowAutoTopicCreation } = this.#options;
    await this.#cluster.retry('load the metadata of the subscribed topics', () =>
      this.#cluster.refresh(subscription.topicsToLoad, allowAutoTopicCreation),
    );
  }

  /** For the leader: how many partitions there are to assign; of topics that don't exist, none. */
  async #countPartitions(
    topics: readonly string[],
    counted: Map<string, number>,
  ): Promise<ReadonlyMap<string, number>> {
    await this.#cluster.refreshMissing(topics);
    counted.clear();
    for (const topic of topics) counted.set(topic, this.#cluster.metadata.topics.get(topic)?.partitions.length ?? 0);
    return new Map([...counted].filter(([, count]) => count > 0));
  }

  #watchSubscription(generation: Lifetime, leaderPartitions: ReadonlyMap<string, number>): void {
    new SubscriptionWatch(this.#cluster, generation, this.#options.subscription, {
      leaderPartitions,
      maxAgeMs: this.#options.metadataMaxAgeMs,
      onChange: () => this.#membership.requestRejoin(),
    }).begin();
  }

  async #reset(partitions: readonly AssignedPartition[]): Promise<void> {
    const { coordinator, subscription } = this.#options;
    await resetPositions(coordinator, partitions, (topic) => subscription.resetOf(topic));
  }

  #onRejoinNeeded(isLost: boolean): void {
    if (isLost) this.#giveUp(true);
    this.#signal.raise();
  }

  async #handlersDone(): Promise<void> {
    await Promise.all(this.#active.values());
  }

  /** Commits what is handled; what goes wrong is logged, and the records come again if nobody commits them later. */
  async #commitHandled(): Promise<void> {
    try {
      await this.commit(this.#options.partitions.uncommitted());
    } catch (error) {
      this.#cluster.context.logger.warn('Offsets could not be committed.', { error });
    }
  }

  async #close(): Promise<void> {
    await this.#handlersDone();
    if (!this.#cluster.lifetime.isOver) await this.#autoCommit.flush();
    this.#giveUp(false);
    await this.#membership.leave();
    this.#waits.end(new KafkaError('BROKER_NOT_AVAILABLE', 'The consumer has stopped.'));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#signal.raise();
  }

  #announce(joined: Joined, assigned: readonly AssignedPartition[], reset: ReadonlySet<AssignedPartition>): void {
    this.#announced = joined;
    const { environment, clientId } = this.#cluster.context;
    environment.tracer.emit({
      kind: 'partitions-assigned',
      ...(joined.cause === undefined ? {} : { cause: joined.cause }),
      client: clientId,
      group: this.#options.coordinator.groupId,
      member: joined.memberId,
      generation: joined.generationId,
      partitions: assigned.map((each): TracedAssignment => ({
        topic: each.topic,
        partition: each.partition,
        startOffset: each.position ?? -1,
        source: reset.has(each) ? 'reset' : 'committed',
      })),
    });
  }

  #giveUp(lost: boolean): void {
    const revoked = this.#options.partitions.revokeAll();
    const joined = this.#announced;
    this.#announced = undefined;
    if (joined === undefined) return;
    const { environment, clientId } = this.#cluster.context;
    environment.tracer.emit({
      kind: 'partitions-revoked',
      client: clientId,
      group: this.#options.coordinator.groupId,
      member: joined.memberId,
      generation: joined.generationId,
      partitions: revoked.map(({ topic, partition }) => ({ topic, partition })),
      lost,
    });
  }

  #member(): { groupId: string; memberId: string; groupGenerationId: number } {
    const { memberId, generationId } = this.#membership;
    return { groupId: this.#options.coordinator.groupId, memberId, groupGenerationId: generationId };
  }
}

function listOf(assignment: Assignment): { topic: string; partition: number }[] {
  return [...assignment].flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}
