import type { Headers } from '../../client/message.js';
import type { Producer } from '../../client/producer.js';
import type { Clock } from '../../environment/environment.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { EventId } from '../../environment/trace-events.js';
import type { RecordHeaders } from '../processor/record.js';
import type { StreamsConfig } from '../streams-config.js';
import { StreamsError } from '../streams-error.js';
import { retryOrFail, type ErrorHandlerContext } from '../task/exception-handlers.js';
import type { ProducedRecord, TaskOutput } from '../task/raw-record.js';

export interface TaskProducerOptions {
  readonly producer: Pick<Producer, 'send' | 'flush'>;
  readonly config: StreamsConfig;
  readonly clock: Clock;
  /** How many partitions a topic has. Rejects if that cannot be found out. */
  readonly countPartitions: (topic: string) => Promise<number>;
  /** A record was left out because it could not be sent. */
  readonly dropped: (taskId: string, node: string) => void;
  /** A change of a store has arrived in its changelog, at an offset; -1 if the broker does not tell. */
  readonly changed: (taskId: string, record: ProducedRecord, offset: number) => void;
  /** What a task is sending for at this moment, as traces name it; absent where nobody watches. */
  readonly cause?: (taskId: string) => EventId | undefined;
}

/** A record with what it is sent for. */
interface CausedRecord extends ProducedRecord {
  readonly cause?: EventId;
}

const taskTimeoutMsByDefault = 300_000;

/** Sends what the tasks of a thread send, and knows at a flush whether all of it has arrived. */
export class TaskProducer {
  readonly #options: TaskProducerOptions;
  readonly #counts = new Map<string, number>();
  /** By topic: the sends that wait for the number of its partitions, one after the other. */
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #pending = new Set<Promise<void>>();
  /** Since when records could not be sent that are tried again. */
  readonly #failingSinceMs = new Map<ProducedRecord, number>();
  #failure: Error | undefined;

  constructor(options: TaskProducerOptions) {
    this.#options = options;
  }

  /** What one task sends to. */
  outputOf(taskId: string): TaskOutput {
    const { cause } = this.#options;
    if (cause === undefined) return { send: (record) => this.#send(taskId, record) };
    return {
      send: (record) => {
        const caused = cause(taskId);
        this.#send(taskId, caused === undefined ? record : { ...record, cause: caused });
      },
    };
  }

  /** Throws what made a send fail since, once. */
  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** Resolves when everything that was sent has arrived. Rejects if something did not, and the handler does not let it pass. */
  async flush(): Promise<void> {
    while (this.#waiting.size > 0 || this.#pending.size > 0) {
      await Promise.all(this.#waiting.values());
      await this.#options.producer.flush();
      await Promise.all(this.#pending);
    }
    this.throwFailure();
  }

  #send(taskId: string, record: CausedRecord): void {
    const { topic, choosePartition } = record;
    const before = this.#waiting.get(topic);
    if (before === undefined && (choosePartition === undefined || this.#counts.has(topic))) {
      this.#deliver(taskId, record);
      return;
    }
    const turn = (before ?? Promise.resolve())
      .then(() => this.#learnCount(topic))
      .then(() => this.#deliver(taskId, record))
      .catch((error: unknown) => this.#failed(taskId, record, error))
      .finally(() => {
        if (this.#waiting.get(topic) === turn) this.#waiting.delete(topic);
      });
    this.#waiting.set(topic, turn);
  }

  async #learnCount(topic: string): Promise<void> {
    if (!this.#counts.has(topic)) this.#counts.set(topic, await this.#options.countPartitions(topic));
  }

  #deliver(taskId: string, record: CausedRecord): void {
    const { topic, partition, choosePartition } = record;
    const chosen = partition ?? choosePartition?.(this.#counts.get(topic) as number) ?? null;
    const partitions = typeof chosen === 'object' && chosen !== null ? chosen : [chosen];
    if (partitions.length === 0) this.#options.dropped(taskId, record.node ?? '');
    for (const each of partitions) {
      const sending = this.#deliverTo(taskId, record, each).finally(() => this.#pending.delete(sending));
      this.#pending.add(sending);
    }
  }

  /** Never rejects. */
  async #deliverTo(taskId: string, record: CausedRecord, partition: number | null): Promise<void> {
    const { topic, key, value, timestamp, headers, cause } = record;
    try {
      const [metadata] = await this.#options.producer.send({
        topic,
        messages: [
          {
            key,
            value,
            timestamp,
            ...(partition !== null && { partition }),
            ...(headers.length > 0 && { headers: headersOf(headers) }),
            ...(cause !== undefined && { trace: { cause } }),
          },
        ],
      });
      this.#failingSinceMs.delete(record);
      if (record.partition !== null && record.node === null && metadata?.baseOffset !== undefined)
        this.#options.changed(taskId, record, Number(metadata.baseOffset));
    } catch (error) {
      this.#failed(taskId, record, error);
    }
  }

  #failed(taskId: string, record: ProducedRecord, error: unknown): void {
    const { config, dropped } = this.#options;
    const handler = config['production.exception.handler'] ?? retryOrFail;
    const isRetriable = error instanceof KafkaError && error.retriable;
    try {
      const { result: decided, deadLetters = [] } = handler(
        contextOf(taskId, record, config),
        { kind: 'send', record, isRetriable },
        error,
      );
      for (const letter of deadLetters) this.#send(taskId, { ...letter, partition: null, node: null });
      const result = decided === 'retry' && !this.#mayRetry(record) ? 'fail' : decided;
      if (result !== 'retry') this.#failingSinceMs.delete(record);
      // The producer itself has tried for as long as it may: once more is a new send.
      if (result === 'retry') this.#send(taskId, record);
      else if (result === 'resume') dropped(taskId, record.node ?? '');
      else
        this.#failure ??= new StreamsError(
          'StreamsException',
          `Error encountered sending record to topic ${record.topic} for task ${taskId}: it was not sent in time, or the exception handler chose to fail.`,
          { cause: error },
        );
    } catch (thrown) {
      this.#failure ??= thrown as Error;
    }
  }

  /** Whether there is time left to send a record once more (`task.timeout.ms`). */
  #mayRetry(record: ProducedRecord): boolean {
    const { clock, config } = this.#options;
    const sinceMs = this.#failingSinceMs.get(record) ?? clock.now();
    this.#failingSinceMs.set(record, sinceMs);
    return clock.now() - sinceMs < (config['task.timeout.ms'] ?? taskTimeoutMsByDefault);
  }
}

function headersOf(headers: RecordHeaders): Headers {
  const byName: Record<string, (Uint8Array | null)[]> = {};
  for (const [name, value] of headers) (byName[name] ??= []).push(value);
  return byName;
}

function contextOf(taskId: string, record: ProducedRecord, config: StreamsConfig): ErrorHandlerContext {
  return {
    taskId,
    processorNodeId: record.node ?? '',
    topic: record.topic,
    partition: record.partition ?? -1,
    offset: -1,
    timestamp: record.timestamp,
    headers: record.headers,
    sourceRawKey: record.key,
    sourceRawValue: record.value,
    deadLetterTopic: config['errors.dead.letter.queue.topic.name'] ?? null,
  };
}
