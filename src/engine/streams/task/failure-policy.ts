import type { StreamRecord } from '../processor/record.js';
import { StreamsError } from '../streams-error.js';
import type { StreamsConfig } from '../streams-config.js';
import {
  logAndFail,
  retryOrFail,
  type ErrorHandlerContext,
  type HandlerResponse,
  type ProductionHandlerResponse,
} from './exception-handlers.js';
import type { CurrentRecord } from './node-context.js';
import type { RawRecord } from './raw-record.js';
import type { RecordCollector, SerializationFailure } from './record-collector.js';
import { ProcessingFailure } from './task-failure.js';

export interface FailurePolicyOptions {
  readonly taskId: string;
  readonly config: StreamsConfig;
  readonly collector: RecordCollector;
  /** Counts the record that is left out. */
  readonly dropped: (nodeName: string, reason: 'not-deserialized' | 'failed') => void;
}

/** What is done about a failure: asks the application's handler, sends its dead letters, and either goes on without the record or throws. */
export class FailurePolicy {
  readonly #options: FailurePolicyOptions;
  readonly #deadLetterTopic: string | null;

  constructor(options: FailurePolicyOptions) {
    this.#options = options;
    this.#deadLetterTopic = options.config['errors.dead.letter.queue.topic.name'] ?? null;
  }

  /** Returns if the record is to be skipped. */
  notDeserialized(nodeName: string, raw: RawRecord, error: unknown): void {
    const { timestamp, headers } = raw;
    const context = this.#context(nodeName, { timestamp, headers, origin: raw }, raw);
    const handler = this.#options.config['deserialization.exception.handler'] ?? logAndFail;
    const isResumed = this.#resolve(handler(context, raw, error));
    if (!isResumed)
      throw new StreamsError(
        'StreamsException',
        'Deserialization exception handler is set to fail upon a deserialization error. If you would rather have the streaming pipeline continue after a deserialization error, please set the deserialization.exception.handler appropriately.',
        { cause: error },
      );
    this.#options.dropped(nodeName, 'not-deserialized');
  }

  /** Returns if what the node threw is to be passed over. */
  notProcessed(
    nodeName: string,
    record: StreamRecord<unknown, unknown> | null,
    error: unknown,
    current: CurrentRecord,
    raw: RawRecord | null,
  ): void {
    if (error instanceof ProcessingFailure) throw error;
    const handler = this.#options.config['processing.exception.handler'] ?? logAndFail;
    if (!this.#resolve(handler(this.#context(nodeName, current, raw), record, error)))
      throw new ProcessingFailure(nodeName, error);
    this.#options.dropped(nodeName, 'failed');
  }

  /** Returns if the record is not to be sent. */
  notSerialized(nodeName: string, failure: SerializationFailure, current: CurrentRecord, raw: RawRecord | null): void {
    const handler = this.#options.config['production.exception.handler'] ?? retryOrFail;
    const { origin, topic, cause } = failure;
    const context = this.#context(nodeName, current, raw);
    if (!this.#resolve(handler(context, { kind: 'serialization', origin, topic }, cause)))
      throw new StreamsError(
        'StreamsException',
        `Unable to serialize the ${origin} of a record for ${topic}. The sink ${nodeName} needs a serde for what it is given, or a production.exception.handler that goes on.`,
        { cause },
      );
    this.#options.dropped(nodeName, 'failed');
  }

  #resolve({ result, deadLetters = [] }: HandlerResponse | ProductionHandlerResponse): boolean {
    for (const letter of deadLetters) this.#options.collector.sendDeadLetter(letter);
    return result === 'resume';
  }

  #context(
    nodeName: string,
    { timestamp, headers, origin }: CurrentRecord,
    raw: RawRecord | null,
  ): ErrorHandlerContext {
    return {
      taskId: this.#options.taskId,
      processorNodeId: nodeName,
      topic: origin?.topic ?? null,
      partition: origin?.partition ?? -1,
      offset: origin?.offset ?? -1,
      timestamp,
      headers,
      sourceRawKey: raw?.key ?? null,
      sourceRawValue: raw?.value ?? null,
      deadLetterTopic: this.#deadLetterTopic,
    };
  }
}
