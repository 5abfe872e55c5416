import type { Millis } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import type { Network } from '../protocol/connection.js';
import { Admin, type AdminEventPayloads } from './admin.js';
import type { RetryOptions } from './backoff.js';
import type { ClientContext } from './broker-connection.js';
import type { ConsumerEventPayloads } from './consumer-events.js';
import type { ConsumerConfig } from './consumer-config.js';
import { Consumer } from './consumer.js';
import { Instrumentation, type RequestEventPayload } from './instrumentation.js';
import { Lifetime } from './lifetime.js';
import { Logger, logLevel, type LogCreator, type LogLevel } from './logger.js';
import { Producer, type ProducerConfig, type ProducerEventPayloads } from './producer.js';

/** What all clients of one application share. In place of KafkaJS's `brokers` stands a network, which knows where to begin. */
export interface KafkaConfig {
  readonly network: Network;
  /** Names the client in requests, traces and member ids; `partita` by default. */
  readonly clientId?: string;
  /** How attempts are repeated; KafkaJS's defaults. */
  readonly retry?: RetryOptions;
  /** The longest wait for an answer, in milliseconds; 30 000 by default. */
  readonly requestTimeout?: Millis;
  /** The longest wait for a connection, in milliseconds; 10 000 by default. */
  readonly connectionTimeout?: Millis;
  /** INFO by default. Nothing is written without a `logCreator`. */
  readonly logLevel?: LogLevel;
  /** Where log entries go, in KafkaJS's shape. */
  readonly logCreator?: LogCreator;
}

/** Where clients come from, in KafkaJS's shape. Each has connections of its own. */
export class Kafka {
  readonly #environment: Environment;
  readonly #config: KafkaConfig;
  readonly #logger: Logger;

  constructor(environment: Environment, config: KafkaConfig) {
    const level = config.logLevel ?? logLevel.INFO;
    this.#environment = environment;
    this.#config = config;
    this.#logger = new Logger(environment.clock, 'Kafka', level, config.logCreator?.(level));
  }

  /** Makes a producer; nothing is sent before its `connect`. */
  producer(config: ProducerConfig = {}): Producer {
    const instrumentation = this.#instrumentation<ProducerEventPayloads>('Producer');
    const context = this.#context('Producer', config.retry, () =>
      instrumentation.hears('producer.network.request')
        ? (request) => instrumentation.emit('producer.network.request', request)
        : undefined,
    );
    return new Producer(context, instrumentation, config);
  }

  /** Makes a consumer; it joins its group when it runs or polls. */
  consumer(config: ConsumerConfig): Consumer {
    const instrumentation = this.#instrumentation<ConsumerEventPayloads>('Consumer');
    const context = this.#context('Consumer', config.retry, () =>
      instrumentation.hears('consumer.network.request')
        ? (request) => instrumentation.emit('consumer.network.request', request)
        : undefined,
    );
    return new Consumer(context, instrumentation, config);
  }

  /** Makes an admin client; `retry` in place of what all clients share. */
  admin(config: { readonly retry?: RetryOptions } = {}): Admin {
    const instrumentation = this.#instrumentation<AdminEventPayloads>('Admin');
    const context = this.#context('Admin', config.retry, () =>
      instrumentation.hears('admin.network.request')
        ? (request) => instrumentation.emit('admin.network.request', request)
        : undefined,
    );
    return new Admin(context, instrumentation);
  }

  /** What the clients log with, for an application that logs in the same way. */
  logger(): Logger {
    return this.#logger;
  }

  #instrumentation<Payloads extends object>(namespace: string): Instrumentation<Payloads> {
    return new Instrumentation<Payloads>(this.#environment.clock, this.#logger.namespace(namespace));
  }

  #context(
    namespace: string,
    retry: RetryOptions | undefined,
    onRequest: () => ((request: RequestEventPayload) => void) | undefined,
  ): ClientContext {
    return {
      environment: this.#environment,
      network: this.#config.network,
      clientId: this.#config.clientId ?? 'partita',
      requestTimeoutMs: this.#config.requestTimeout ?? 30_000,
      connectionTimeoutMs: this.#config.connectionTimeout ?? 10_000,
      retry: { ...this.#config.retry, ...retry },
      logger: this.#logger.namespace(namespace),
      lifetime: new Lifetime(this.#environment.timers),
      onRequest,
    };
  }
}
