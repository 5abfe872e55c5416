import type { Millis, TimerHandle } from '../environment/environment.js';
import type { ResponseOf } from '../protocol/apis.js';
import { errorByCode, type ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartition, AssignedPartitions } from './assigned-partitions.js';
import type { Backoff } from './backoff.js';
import type { Cluster } from './cluster.js';
import { FetchedRecords } from './fetched-records.js';
import { FetchSession, type FetchPartition, type SessionRequest } from './fetch-session.js';
import { groupBy } from './group-by.js';
import type { Lifetime } from './lifetime.js';
import { isolationLevels } from './list-offsets.js';

export interface FetcherOptions {
  readonly maxWaitMs: Millis;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  /** Kafka's number: 1 leaves out what is not committed. */
  readonly isolationLevel: number;
  readonly rackId: string | null;
  /** Called when there is something to take: records, partitions out of range, or a failure. */
  readonly onNews: () => void;
  readonly onFetchStart: (nodeId: number) => void;
  readonly onFetch: (fetch: {
    readonly nodeId: number;
    readonly numberOfBatches: number;
    readonly duration: Millis;
  }) => void;
}

/** A partition as it was when it was asked for. */
interface Asked {
  readonly assigned: AssignedPartition;
  readonly fetchOffset: number;
  readonly fetchEpoch: number;
}

type Answer = ResponseOf<'Fetch'>['responses'][number]['partitions'][number];

/** What a partition that has moved, or a broker that is behind, answers: later it may go well. */
const laterErrors: ReadonlySet<ErrorName> = new Set(['FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH']);

/** The broker has another idea of the session: asked for again at once, in a new one. */
const sessionErrors: ReadonlySet<ErrorName> = new Set(['FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH']);

/**
 * Fetches ahead of the handlers, as Kafka's `Fetcher` does: one request at a time to each leader, for the partitions of which nothing waits here. What
 * arrives is kept in the order of the responses.
 */
export class Fetcher {
  readonly #cluster: Cluster;
  readonly #lifetime: Lifetime;
  readonly #partitions: AssignedPartitions;
  readonly #options: FetcherOptions;
  readonly #inFlight = new Set<number>();
  readonly #sessions = new Map<number, FetchSession>();
  #buffer: FetchedRecords[] = [];
  #failure: Error | undefined;
  #backoff: Backoff | undefined;
  #wakeUp: { readonly atMs: Millis; readonly timer: TimerHandle } | undefined;
  #isRefreshing = false;

  constructor(cluster: Cluster, lifetime: Lifetime, partitions: AssignedPartitions, options: FetcherOptions) {
    this.#cluster = cluster;
    this.#lifetime = lifetime;
    this.#partitions = partitions;
    this.#options = options;
  }

  /** Asks for records of the partitions that can be fetched now; in the background. */
  fetch(): void {
    this.#dropStale();
    const now = this.#now;
    const wanted: { readonly leader: number; readonly assigned: AssignedPartition }[] = [];
    for (const assigned of this.#partitions.all) {
      if (assigned.fetchOffset === undefined || !assigned.isReady || assigned.isLeaving) continue;
      if (assigned.isBuffered || this.#partitions.isPaused(assigned)) continue;
      if (assigned.notBeforeMs > now) {
        this.#wakeAt(assigned.notBeforeMs);
        continue;
      }
      const leader = this.#cluster.leaderOf(assigned.topic, assigned.partition);
      if (leader === undefined) this.#postpone([assigned]);
      else if (!this.#inFlight.has(leader)) wanted.push({ leader, assigned });
    }
    for (const [leader, partitions] of groupBy(wanted, (each) => each.leader)) {
      this.#inFlight.add(leader);
      const asked = partitions.map(({ assigned }) => ({
        assigned,
        fetchOffset: assigned.fetchOffset as number,
        fetchEpoch: assigned.fetchEpoch,
      }));
      void this.#fetchFrom(leader, asked);
    }
  }

  /** The oldest records that wait and may be handed out, of a partition that is not busy. Throws what makes fetching impossible. */
  take(isBusy: (assigned: AssignedPartition) => boolean): FetchedRecords | undefined {
    const taken = this.peek(isBusy);
    if (taken !== undefined) this.drop(taken);
    return taken;
  }

  /** As `take`, but it stays here until it is dropped. */
  peek(isBusy: (assigned: AssignedPartition) => boolean = () => false): FetchedRecords | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    this.#dropStale();
    return this.#buffer.find(({ assigned }) => !assigned.isLeaving && !isBusy(assigned));
  }

  drop(fetched: FetchedRecords): void {
    this.#buffer = this.#buffer.filter((each) => each !== fetched);
    fetched.assigned.isBuffered = false;
  }

  #dropStale(): void {
    if (!this.#buffer.some(({ isStale }) => isStale)) return;
    for (const fetched of this.#buffer) if (fetched.isStale) fetched.assigned.isBuffered = false;
    this.#buffer = this.#buffer.filter(({ isStale }) => !isStale);
  }

  /** Never rejects: what goes wrong is kept for `take`, or tried again. */
  async #fetchFrom(nodeId: number, asked: readonly Asked[]): Promise<void> {
    const startedAt = this.#now;
    try {
      this.#options.onFetchStart(nodeId);
      const response = await this.#lifetime.whileAlive(this.#request(nodeId, asked));
      this.#receive(response, asked);
      const numberOfBatches = response.responses.reduce((count, { partitions }) => count + partitions.length, 0);
      this.#options.onFetch({ nodeId, numberOfBatches, duration: this.#now - startedAt });
    } catch (error) {
      if (this.#lifetime.isOver) return;
      if (error instanceof KafkaError && sessionErrors.has(error.code)) return;
      if (error instanceof KafkaError && error.retriable) this.#postpone(asked.map(({ assigned }) => assigned));
      else this.#failure = error as Error;
    } finally {
      this.#inFlight.delete(nodeId);
      if (!this.#lifetime.isOver) this.#options.onNews();
    }
  }

  async #request(nodeId: number, asked: readonly Asked[]): Promise<ResponseOf<'Fetch'>> {
    const connection = await this.#cluster.connectionTo(nodeId, 'fetch');
    const session = this.#sessions.get(nodeId) ?? new FetchSession();
    this.#sessions.set(nodeId, session);
    const {
      sessionId,
      sessionEpoch,
      asked: told,
      forgotten,
    } = session.next(asked.map((each) => this.#described(each)));
    const topics = [...told, ...forgotten].map(({ topic }) => topic);
    const { maxWaitMs, minBytes, maxBytes, isolationLevel, rackId } = this.#options;
    try {
      const response = await connection.send(
        'Fetch',
        {
          maxWaitMs,
          minBytes,
          maxBytes,
          isolationLevel,
          sessionId,
          sessionEpoch,
          topics: this.#topicsOf(told),
          forgottenTopicsData: forgottenTopics(forgotten),
          ...(rackId === null ? {} : { rackId }),
        },
        {
          maxVersion: topics.every((topic) => this.#cluster.metadata.topics.get(topic)?.hasTopicId === true)
            ? Infinity
            : 12,
          timeoutMs: this.#cluster.context.requestTimeoutMs + maxWaitMs,
        },
      );
      const { name, message } = errorByCode(response.errorCode);
      if (name !== 'NONE') throw new KafkaError(name, `Fetch from node ${nodeId} failed: ${message}`);
      session.answered(response.sessionId);
      return response;
    } catch (error) {
      session.failed(error instanceof KafkaError ? error.code : undefined);
      throw error;
    }
  }

  #described({ assigned: { topic, partition }, fetchOffset }: Asked): FetchPartition {
    return { topic, topicId: this.#cluster.topic(topic).topicId, partition, fetchOffset };
  }

  #topicsOf(asked: SessionRequest['asked']) {
    return [...groupBy(asked, ({ topic }) => topic)].map(([topic, partitions]) => ({
      topic,
      topicId: (partitions[0] as FetchPartition).topicId,
      partitions: partitions.map(({ partition, fetchOffset }) => ({
        partition,
        fetchOffset: BigInt(fetchOffset),
        partitionMaxBytes: this.#options.maxBytesPerPartition,
      })),
    }));
  }

  #receive(response: ResponseOf<'Fetch'>, asked: readonly Asked[]): void {
    const postponed: AssignedPartition[] = [];
    for (const { topic: name, topicId, partitions } of response.responses) {
      const topic = this.#cluster.metadata.nameOf(name, topicId);
      for (const answer of partitions) {
        const about = asked.find(
          ({ assigned }) => assigned.partition === answer.partitionIndex && assigned.topic === topic,
        );
        // The user has turned elsewhere since.
        if (about === undefined || about.assigned.fetchEpoch !== about.fetchEpoch) continue;
        const { name: error, retriable, message } = errorByCode(answer.errorCode);
        if (error === 'NONE') this.#keep(about, answer);
        else if (error === 'OFFSET_OUT_OF_RANGE') {
          about.assigned.loseItsPlace();
        } else if (retriable || laterErrors.has(error)) postponed.push(about.assigned);
        else this.#failure ??= new KafkaError(error, `Fetch of ${topic}-${answer.partitionIndex} failed: ${message}`);
      }
    }
    if (postponed.length > 0) this.#postpone(postponed);
    else this.#backoff = undefined;
  }

  #keep({ assigned, fetchOffset }: Asked, answer: Answer): void {
    const highWatermark = Number(answer.highWatermark);
    const isCommittedOnly = this.#options.isolationLevel === isolationLevels.read_committed;
    assigned.highWatermark = highWatermark;
    assigned.endOffset = isCommittedOnly ? Number(answer.lastStableOffset) : highWatermark;
    const { records } = answer;
    if (records === null || records.length === 0) return;
    const aborted = isCommittedOnly ? (answer.abortedTransactions ?? []) : [];
    const fetched = new FetchedRecords(assigned, {
      fetchOffset,
      highWatermark,
      records,
      aborted: aborted
        .map(({ producerId, firstOffset }) => ({ producerId: Number(producerId), firstOffset: Number(firstOffset) }))
        .sort((a, b) => a.firstOffset - b.firstOffset),
    });
    const { nextOffset } = fetched;
    if (nextOffset === fetchOffset) return;
    assigned.fetchOffset = nextOffset;
    assigned.isBuffered = true;
    this.#buffer.push(fetched);
  }

  /** The leader is not known, not there or not the leader any more: asks who is, and tries later. */
  #postpone(partitions: readonly AssignedPartition[]): void {
    this.#backoff ??= this.#cluster.backoff({ ...this.#cluster.context.retry, retries: Infinity });
    const atMs = this.#now + this.#backoff.next();
    for (const assigned of partitions) assigned.notBeforeMs = atMs;
    this.#wakeAt(atMs);
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const topics = [...new Set(this.#partitions.all.map(({ topic }) => topic))];
    const { logger } = this.#cluster.context;
    void this.#cluster
      .refresh(topics)
      .catch((error: unknown) => logger.warn('The metadata could not be refreshed.', { error }))
      .finally(() => (this.#isRefreshing = false));
  }

  #wakeAt(atMs: Millis): void {
    if (this.#wakeUp !== undefined && this.#wakeUp.atMs <= atMs) return;
    this.#wakeUp?.timer.cancel();
    const timer = this.#lifetime.timer(Math.max(0, atMs - this.#now), () => {
      this.#wakeUp = undefined;
      this.#options.onNews();
    });
    this.#wakeUp = { atMs, timer };
  }

  get #now(): Millis {
    return this.#cluster.context.environment.clock.now();
  }
}

function forgottenTopics(forgotten: readonly FetchPartition[]) {
  return [...groupBy(forgotten, ({ topic }) => topic)].map(([topic, partitions]) => ({
    topic,
    topicId: (partitions[0] as FetchPartition).topicId,
    partitions: partitions.map(({ partition }) => partition),
  }));
}
