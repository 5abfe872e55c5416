import { silentTracer, type EventId } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { DecodedRecord } from '../protocol/record-batch.js';
import type { AssignedPartition } from './assigned-partitions.js';
import type { AutoCommit } from './auto-commit.js';
import type { Cluster } from './cluster.js';
import type { FetchedRecords } from './fetched-records.js';
import type { OffsetToCommit } from './group-offsets.js';
import { messageOf, type KafkaMessage } from './kafka-message.js';

export interface EachMessagePayload {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
  /** Says that the member is alive, which a timer does anyway. Rejects with REBALANCE_IN_PROGRESS when it is time to return. */
  readonly heartbeat: () => Promise<void>;
  /** Stops handing out this partition; gives the function that resumes it. */
  readonly pause: () => () => void;
}

/** The records of one partition that one fetch brought. Offsets are text, as in KafkaJS. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly KafkaMessage[];
  readonly isEmpty: () => boolean;
  readonly firstOffset: () => string | null;
  readonly lastOffset: () => string;
  /** How many offsets lie between the batch's last record and the end of the log. */
  readonly offsetLag: () => string;
}

export interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

export interface Offsets {
  readonly topics: readonly TopicOffsets[];
}

export interface EachBatchPayload {
  readonly batch: Batch;
  /** Everything up to this offset, inclusive, is handled. */
  readonly resolveOffset: (offset: string) => void;
  readonly heartbeat: () => Promise<void>;
  readonly pause: () => () => void;
  /** Commits these offsets; without any, what is handled. */
  readonly commitOffsetsIfNecessary: (offsets?: Offsets) => Promise<void>;
  readonly uncommittedOffsets: () => Offsets;
  /** False once the consumer stops: return soon. */
  readonly isRunning: () => boolean;
  /** True once the rest of the batch must not be handled: the partition was taken away, paused or moved by a seek. */
  readonly isStale: () => boolean;
}

/** What is called with records: one at a time, or a batch at a time. */
export type Handler =
  | { readonly kind: 'message'; readonly eachMessage: (payload: EachMessagePayload) => Promise<void> }
  | {
      readonly kind: 'batch';
      readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
      /** Whether a batch whose handler succeeds is handled as a whole, also without `resolveOffset`. */
      readonly autoResolve: boolean;
    };

/** What a delivery needs of the run that it is part of. */
export interface DeliveryContext {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly autoCommit: AutoCommit;
  readonly handler: Handler;
  /** The number of the next delivery of this client, over all its runs. */
  readonly nextDelivery: () => number;
  /** Whether nothing more of this partition may be handed out: the consumer stops, or gives it up. */
  readonly isEnding: (assigned: AssignedPartition) => boolean;
  readonly isRunning: () => boolean;
  readonly heartbeat: (assigned: AssignedPartition) => Promise<void>;
  readonly pause: (assigned: AssignedPartition) => () => void;
  readonly commit: (offsets: readonly OffsetToCommit[]) => Promise<void>;
  readonly uncommitted: () => readonly OffsetToCommit[];
}

/**
 * Hands records to the user's code, and moves the position when that has finished with them. When it throws, the same record comes again after a wait; when the
 * waits are used up, `deliver` rejects.
 */
export class Delivery {
  readonly #context: DeliveryContext;
  readonly #isTraced: boolean;

  constructor(context: DeliveryContext) {
    this.#context = context;
    this.#isTraced = context.cluster.context.environment.tracer !== silentTracer;
  }

  async deliver(fetched: FetchedRecords): Promise<void> {
    const { handler } = this.#context;
    if (handler.kind === 'batch') await this.#deliverBatch(fetched, handler);
    else await this.#deliverMessages(fetched, handler.eachMessage);
  }

  async #deliverMessages(
    fetched: FetchedRecords,
    eachMessage: (payload: EachMessagePayload) => Promise<void>,
  ): Promise<void> {
    const { autoCommit, isEnding, pause } = this.#context;
    const { assigned } = fetched;
    const { topic, partition } = assigned;
    const heartbeat = (): Promise<void> => this.#context.heartbeat(assigned);
    const pauseThis = (): (() => void) => pause(assigned);
    for (const record of fetched.records()) {
      if (fetched.isStale || isEnding(assigned)) return;
      // A pause and a seek may have fetched again what was handled meanwhile.
      if (assigned.position !== undefined && record.offset < assigned.position) continue;
      const { seekEpoch } = assigned;
      const delivery = this.#traceDelivery(fetched, record);
      this.#noteHandOut(assigned);
      try {
        await eachMessage({ topic, partition, message: messageOf(record), heartbeat, pause: pauseThis });
      } catch (error) {
        this.#retryLater(assigned, record.offset, error);
        return;
      }
      this.#traceHandled(assigned, record.offset, delivery);
      if (assigned.seekEpoch === seekEpoch) this.#advance(assigned, record.offset + 1);
      const committing = autoCommit.recordHandled();
      if (committing !== undefined) await committing;
    }
    await this.#finish(fetched);
  }

  async #deliverBatch(
    fetched: FetchedRecords,
    { eachBatch, autoResolve }: Extract<Handler, { kind: 'batch' }>,
  ): Promise<void> {
    const { assigned } = fetched;
    const { seekEpoch } = assigned;
    const records: DecodedRecord[] = [];
    const deliveries: (EventId | undefined)[] = [];
    for (const record of fetched.records()) {
      if (assigned.position !== undefined && record.offset < assigned.position) continue;
      records.push(record);
      deliveries.push(this.#traceDelivery(fetched, record));
    }
    let handled = 0;
    const resolve = (upTo: number): void => {
      for (; handled < records.length && (records[handled] as DecodedRecord).offset <= upTo; handled++) {
        this.#traceHandled(assigned, (records[handled] as DecodedRecord).offset, deliveries[handled]);
        void this.#context.autoCommit.recordHandled();
      }
      if (assigned.seekEpoch === seekEpoch) this.#advance(assigned, upTo + 1);
    };
    if (records.length > 0) {
      this.#noteHandOut(assigned);
      try {
        await eachBatch(this.#batchPayload(fetched, records, resolve));
      } catch (error) {
        this.#retryLater(assigned, assigned.position ?? fetched.fetchOffset, error);
        return;
      }
      const last = records[records.length - 1] as DecodedRecord;
      if (autoResolve && !fetched.isStale) resolve(last.offset);
      // What was not resolved comes again.
      if (handled < records.length && !fetched.isStale) {
        assigned.rewind();
        return;
      }
    }
    await this.#finish(fetched);
  }

  #batchPayload(
    fetched: FetchedRecords,
    records: readonly DecodedRecord[],
    resolve: (upTo: number) => void,
  ): EachBatchPayload {
    const { heartbeat, pause, commit, uncommitted, isRunning } = this.#context;
    const { assigned } = fetched;
    return {
      batch: batchOf(fetched, records),
      resolveOffset: (offset) => {
        this.#noteHandOut(assigned);
        resolve(offsetOf(offset));
      },
      heartbeat: () => heartbeat(assigned),
      pause: () => pause(assigned),
      commitOffsetsIfNecessary: async (offsets) => {
        if (offsets === undefined) await this.#context.autoCommit.flush();
        else await commit(offsetsToCommit(offsets));
      },
      uncommittedOffsets: () => ({
        topics: uncommitted().map(({ topic, partition, offset }) => ({
          topic,
          partitions: [{ partition, offset: String(offset) }],
        })),
      }),
      isRunning,
      isStale: () => fetched.isStale || this.#context.isEnding(assigned),
    };
  }

  #noteHandOut(assigned: AssignedPartition): void {
    assigned.handedOutAtMs = this.#context.cluster.context.environment.clock.now();
  }

  #advance(assigned: AssignedPartition, offset: number): void {
    assigned.handlerBackoff = undefined;
    assigned.advance(offset);
  }

  /** Everything in it is handled: what lies between its last record and its end is too. */
  async #finish(fetched: FetchedRecords): Promise<void> {
    if (!fetched.isStale) fetched.assigned.advance(fetched.nextOffset);
    await this.#context.autoCommit.batchHandled();
  }

  #retryLater(assigned: AssignedPartition, offset: number, error: unknown): void {
    const { cluster, isEnding } = this.#context;
    // Not a failure to be counted: the handler was asked to return.
    if (isEnding(assigned) || assigned.isRevoked) return;
    const { environment, logger } = cluster.context;
    const found = error instanceof Error ? error.message : String(error);
    assigned.handlerBackoff ??= cluster.backoff();
    if (assigned.handlerBackoff.isExhausted) {
      const { count } = assigned.handlerBackoff;
      assigned.handlerBackoff = undefined;
      throw new KafkaError(
        'UNKNOWN_SERVER_ERROR',
        `The handler of ${assigned.topic}-${assigned.partition} failed ${count + 1} times at offset ${offset}: ${found}`,
        { cause: error },
      );
    }
    logger.error(`The handler of ${assigned.topic}-${assigned.partition} failed at offset ${offset}.`, { error });
    assigned.notBeforeMs = environment.clock.now() + assigned.handlerBackoff.next();
    assigned.rewind();
  }

  #traceDelivery(fetched: FetchedRecords, { offset }: DecodedRecord): EventId | undefined {
    if (!this.#isTraced) return undefined;
    const { environment, clientId } = this.#context.cluster.context;
    const { topic, partition } = fetched.assigned;
    const id = `delivery:${clientId}:${this.#context.nextDelivery()}`;
    environment.tracer.emit({
      kind: 'record-delivered',
      id,
      cause: `append:${topic}-${partition}@${fetched.batchBaseOffset}`,
      client: clientId,
      group: this.#context.groupId,
      topic,
      partition,
      offset,
    });
    return id;
  }

  #traceHandled({ topic, partition }: AssignedPartition, offset: number, delivery: EventId | undefined): void {
    if (delivery === undefined) return;
    const { environment, clientId } = this.#context.cluster.context;
    environment.tracer.emit({
      kind: 'record-handled',
      cause: delivery,
      client: clientId,
      group: this.#context.groupId,
      topic,
      partition,
      offset,
    });
  }
}

/** The number that an offset's text stands for. Throws INVALID_REQUEST for what is none. */
export function offsetOf(text: string | number): number {
  const offset = Number(text);
  if (text !== '' && Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new KafkaError('INVALID_REQUEST', `"${text}" is not an offset. Give an integer of 0 or more, as text.`);
}

function offsetsToCommit({ topics }: Offsets): OffsetToCommit[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: offsetOf(offset) })),
  );
}

function batchOf({ assigned, highWatermark, fetchOffset }: FetchedRecords, records: readonly DecodedRecord[]): Batch {
  const { topic, partition } = assigned;
  const last = records[records.length - 1]?.offset ?? fetchOffset - 1;
  return {
    topic,
    partition,
    highWatermark: String(highWatermark),
    messages: records.map(messageOf),
    isEmpty: () => records.length === 0,
    firstOffset: () => (records[0] === undefined ? null : String(records[0].offset)),
    lastOffset: () => String(last),
    offsetLag: () => String(Math.max(0, highWatermark - 1 - last)),
  };
}
