import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartition } from './assigned-partitions.js';
import { AutoCommit, type AutoCommitOptions } from './auto-commit.js';
import type { Cluster } from './cluster.js';
import { Delivery, type Handler } from './delivery.js';
import type { FetchedRecords } from './fetched-records.js';
import type { OffsetToCommit } from './group-offsets.js';
import type { GroupMembershipOperation } from './membership/membership.js';
import { Reading, type ReadingOptions } from './reading.js';
import { StallWatch } from './stall-watch.js';

export interface PollLoopOptions extends Omit<ReadingOptions, 'handled' | 'autoCommit'> {
  readonly handler: Handler;
  readonly autoCommit: AutoCommitOptions;
  readonly nextDelivery: () => number;
  readonly partitionsConsumedConcurrently: number;
}

/**
 * One run of a consumer whose user gave handlers, until it stops or fails: hands out what is fetched. Partitions that go in a rebalance are let go when their handlers
 * have finished; the others are read on.
 */
export class PollLoop {
  readonly reading: Reading;
  readonly #options: PollLoopOptions;
  readonly #cluster: Cluster;
  readonly #autoCommit: AutoCommit;
  readonly #delivery: Delivery;
  readonly #active = new Map<AssignedPartition, Promise<void>>();
  #turning = false;
  #isStopping = false;
  #operation: GroupMembershipOperation = 'default';
  #reason: string | undefined;

  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#cluster = options.cluster;
    this.reading = new Reading({
      ...options,
      autoCommit: options.autoCommit.autoCommit,
      handled: (partitions) => this.#handled(partitions),
    });
    const { reading } = this;
    this.#autoCommit = new AutoCommit(reading.waits, options.autoCommit, () => reading.commitHandled());
    this.#delivery = new Delivery({
      cluster: this.#cluster,
      groupId: options.coordinator?.groupId ?? '',
      autoCommit: this.#autoCommit,
      handler: options.handler,
      nextDelivery: options.nextDelivery,
      isEnding: ({ isLeaving }) => this.#isStopping || reading.hasFailed || isLeaving,
      isRunning: () => !this.#isStopping && !reading.hasFailed,
      heartbeat: (assigned) => this.#heartbeat(assigned),
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

  /** Runs until `stop`. Calls `onReady` once it is known what to read, and where. Rejects with what made it impossible to go on; the group is left either way. */
  async run(onReady: () => void): Promise<void> {
    const { reading } = this;
    let isReady = false;
    let failure: unknown;
    try {
      while (!this.#isStopping) {
        reading.throwFailure();
        if (reading.isTurnDue) this.#turn();
        reading.look();
        this.#handOut();
        if (!isReady && reading.hasPositions) onReady();
        isReady ||= reading.hasPositions;
        await reading.waits.whileAlive(reading.signal.wait());
      }
    } catch (error) {
      // It may also have been stopped while it waited.
      if (!this.#isStopping) failure = error;
    }
    this.#isStopping = true;
    try {
      await this.#close();
    } catch (error) {
      failure ??= error;
    }
    if (failure !== undefined) throw failure as Error;
  }

  /** Hands out nothing more; `run` resolves once the handlers that run have finished, what they did is committed and the group is left. */
  stop(operation: GroupMembershipOperation, reason?: string): void {
    this.#isStopping = true;
    this.#reason = reason;
    this.#operation = operation;
    this.reading.stop();
  }

  /** Looks again at what can be fetched or handed out. */
  wake(): void {
    this.reading.signal.raise();
  }

  /** Commits as the group's member, after the join if one is under way. Rejects if the group has moved on. */
  async commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    await this.reading.commit(offsets, { retries: true, waitsForJoin: true });
  }

  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    void this.reading
      .takeTurn()
      .catch((error: unknown) => {
        if (!this.#isStopping) this.reading.fail(error as Error);
      })
      .finally(() => {
        this.#turning = false;
        this.wake();
      });
  }

  #handOut(): void {
    const { partitionsConsumedConcurrently } = this.#options;
    while (this.#active.size < partitionsConsumedConcurrently) {
      const fetched = this.reading.fetcher.take((assigned) => this.#active.has(assigned));
      if (fetched === undefined) return;
      this.#active.set(fetched.assigned, this.#handle(fetched));
    }
  }

  /** Never rejects. */
  async #handle(fetched: FetchedRecords): Promise<void> {
    const { instrumentation, maxPollIntervalMs } = this.#options;
    const { clock } = this.#cluster.context.environment;
    const { assigned } = fetched;
    const { topic, partition } = assigned;
    const about = {
      topic,
      partition,
      highWatermark: String(fetched.highWatermark),
      firstOffset: String(fetched.fetchOffset),
    };
    const startedAt = clock.now();
    assigned.handedOutAtMs = startedAt;
    const stall = new StallWatch(this.reading.waits, clock, maxPollIntervalMs, {
      lastSign: () => assigned.handedOutAtMs,
      onStall: () => this.reading.membership?.leaveAsStalled(),
    });
    instrumentation.emit('consumer.start_batch_process', about);
    try {
      await this.#delivery.deliver(fetched);
      instrumentation.emit('consumer.end_batch_process', { ...about, duration: clock.now() - startedAt });
    } catch (error) {
      this.reading.fail(error as Error);
    } finally {
      stall.end();
      this.#active.delete(assigned);
      this.wake();
    }
  }

  async #heartbeat(assigned: AssignedPartition): Promise<void> {
    assigned.handedOutAtMs = this.#cluster.context.environment.clock.now();
    await this.reading.membership?.heartbeat();
    if (!assigned.isLeaving && !assigned.isRevoked) return;
    throw new KafkaError(
      'REBALANCE_IN_PROGRESS',
      `${assigned.topic}-${assigned.partition} is being given up. Return from the handler, so that its next owner can go on.`,
    );
  }

  async #handled(partitions: readonly AssignedPartition[]): Promise<void> {
    await Promise.all(partitions.map(async (assigned) => await this.#active.get(assigned)));
  }

  async #close(): Promise<void> {
    await Promise.all(this.#active.values());
    await this.#autoCommit.ended();
    await this.reading.close(this.#operation, this.#reason);
  }
}
