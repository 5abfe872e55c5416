import type { Millis } from '../environment/environment.js';
import { silentTracer } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Cluster } from './cluster.js';
import type { FetchedRecords } from './fetched-records.js';
import type { OffsetToCommit } from './group-offsets.js';
import { messageOf } from './kafka-message.js';
import type { GroupMembershipOperation } from './membership/membership.js';
import { Reading, type ReadingOptions } from './reading.js';
import type { ConsumerRecord } from './record-stream.js';
import { StallWatch } from './stall-watch.js';

export interface PollerOptions extends Omit<ReadingOptions, 'handled'> {
  readonly autoCommitIntervalMs: Millis;
  readonly maxPollRecords: number;
  readonly nextDelivery: () => number;
}

/**
 * Reading for a user who asks for records: Kafka's `poll`. What a poll returns counts as handled when the next one begins; only then is it committed by itself. Rebalances
 * take their steps, and the listener hears of them, within polls.
 */
export class Poller {
  readonly reading: Reading;
  readonly #options: PollerOptions;
  readonly #cluster: Cluster;
  #nextAutoCommitMs: Millis;
  #stall: StallWatch | undefined;
  #isPolling = false;
  #isWoken = false;
  /** Who wants to call the listener. */
  readonly #waiting: (() => void)[] = [];

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#cluster = options.cluster;
    this.reading = new Reading({ ...options, handled: () => Promise.resolve(), userIsThere: () => this.#polled() });
    this.#nextAutoCommitMs = this.#now + options.autoCommitIntervalMs;
  }

  /** Records, as soon as there are any, at the latest after `timeoutMs` and what a listener takes. Rejects with what went wrong since the last poll. */
  async poll(timeoutMs: Millis): Promise<ConsumerRecord[]> {
    if (this.#isPolling) {
      throw new KafkaError(
        'INVALID_REQUEST',
        'A poll of this consumer is under way. Await it before the next one, which says that its records are handled.',
      );
    }
    this.#isPolling = true;
    this.#letIn();
    this.#stall?.end();
    try {
      const { reading } = this;
      const untilMs = this.#now + timeoutMs;
      for (;;) {
        reading.waits.check();
        reading.throwFailure();
        await this.#rebalance(untilMs);
        this.#autoCommit();
        reading.look();
        const records = this.#take();
        // What comes next is fetched while the user is at these, or waits: what was read to its end may be fetched only now.
        reading.fetcher.fetch();
        const leftMs = untilMs - this.#now;
        if (records.length > 0 || leftMs <= 0 || this.#isWoken) return records;
        await reading.waits.within(leftMs, reading.signal.wait());
      }
    } finally {
      this.#isPolling = false;
      this.#isWoken = false;
      this.#watchForStall();
    }
  }

  /** Takes the steps of a rebalance that are due, as far as there is time. A listener that is being called is waited for in any case. */
  async #rebalance(untilMs: Millis): Promise<void> {
    const { reading } = this;
    while (reading.isTurnDue) {
      const turn = reading.takeTurn().then(() => true);
      const isTaken = await reading.waits.within(Math.max(0, untilMs - this.#now), turn);
      // It goes on by itself, up to the listener; whatever is not about to go can be read meanwhile.
      if (isTaken === undefined && !reading.isTelling) return;
      await reading.waits.whileAlive(turn);
    }
  }

  /** Resolves during a poll, or at the end. */
  async #polled(): Promise<void> {
    if (!this.#isPolling) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #letIn(): void {
    for (const enter of this.#waiting.splice(0)) enter();
  }

  /** Has the poll that waits, or the next one, return at once. */
  wakeUp(): void {
    this.#isWoken = true;
    this.reading.signal.raise();
  }

  /** Commits; tries again after errors that may go away. Rejects if the group has moved on, also while it rebalances. */
  async commitSync(offsets: readonly OffsetToCommit[] | undefined): Promise<void> {
    await this.reading.commit(offsets ?? this.#options.partitions.uncommittedNow(), {
      retries: true,
      waitsForJoin: false,
    });
  }

  /** As `commitSync`, tried once. */
  async commitAsync(offsets: readonly OffsetToCommit[]): Promise<void> {
    await this.reading.commit(offsets, { retries: false, waitsForJoin: false });
  }

  async close(operation: GroupMembershipOperation, reason?: string): Promise<void> {
    this.#stall?.end();
    this.reading.stop();
    this.#letIn();
    await this.reading.close(operation, reason);
  }

  /** What was fetched, up to `max.poll.records`, in the order in which it came. Positions move behind what is given. */
  #take(): ConsumerRecord[] {
    const records: ConsumerRecord[] = [];
    const { fetcher } = this.reading;
    while (records.length < this.#options.maxPollRecords) {
      const fetched = fetcher.peek();
      if (fetched === undefined) break;
      try {
        const record = fetched.next();
        if (record === undefined) {
          fetched.assigned.advance(fetched.nextOffset);
          fetcher.drop(fetched);
          continue;
        }
        const { topic, partition } = fetched.assigned;
        records.push({ topic, partition, ...messageOf(record) });
        this.#trace(fetched, record.offset);
        fetched.assigned.advance(record.offset + 1);
      } catch (error) {
        // What was read before comes first; what can't be read stays there until a seek leads past it.
        if (records.length > 0) break;
        throw error;
      }
    }
    return records;
  }

  #trace({ assigned: { topic, partition }, batchBaseOffset }: FetchedRecords, offset: number): void {
    const { environment, clientId } = this.#cluster.context;
    if (environment.tracer === silentTracer) return;
    environment.tracer.emit({
      kind: 'record-delivered',
      id: `delivery:${clientId}:${this.#options.nextDelivery()}`,
      cause: `append:${topic}-${partition}@${batchBaseOffset}`,
      client: clientId,
      group: this.#options.coordinator?.groupId ?? '',
      topic,
      partition,
      offset,
    });
  }

  #autoCommit(): void {
    if (!this.#options.autoCommit || this.#now < this.#nextAutoCommitMs) return;
    this.#nextAutoCommitMs = this.#now + this.#options.autoCommitIntervalMs;
    void this.reading.commitHandled(false);
  }

  #watchForStall(): void {
    const { membership, waits } = this.reading;
    if (membership === undefined || waits.isOver) return;
    const polledAtMs = this.#now;
    this.#stall = new StallWatch(waits, this.#cluster.context.environment.clock, this.#options.maxPollIntervalMs, {
      lastSign: () => polledAtMs,
      onStall: () => membership.leaveAsStalled(),
    });
  }

  get #now(): Millis {
    return this.#cluster.context.environment.clock.now();
  }
}
