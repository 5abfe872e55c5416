import type { Serde } from './serdes.js';
import { StreamsError } from './streams-error.js';
import type {
  DeserializationExceptionHandler,
  ProcessingExceptionHandler,
  ProductionExceptionHandler,
} from './task/exception-handlers.js';
import type { TimestampExtractor } from './topology/topology-node.js';

/** The configuration of an application, by Kafka's names (`StreamsConfig`); what Kafka names a class for is the thing itself here. Times are in ms. */
export interface StreamsConfig {
  /** Names the application: its consumer group, and the prefix of its internal topics. */
  readonly 'application.id': string;
  /** For sources, sinks and stores without one; none by default. */
  readonly 'default.key.serde'?: Serde<unknown>;
  readonly 'default.value.serde'?: Serde<unknown>;
  /** `failOnInvalidTimestamp` by default. */
  readonly 'default.timestamp.extractor'?: TimestampExtractor;
  /** `logAndFail` by default. */
  readonly 'deserialization.exception.handler'?: DeserializationExceptionHandler;
  /** `logAndFail` by default (KIP-1033). */
  readonly 'processing.exception.handler'?: ProcessingExceptionHandler;
  /** `retryOrFail` by default. */
  readonly 'production.exception.handler'?: ProductionExceptionHandler;
  /** Where the handlers that come with Partita send what failed (KIP-1034); nowhere by default. */
  readonly 'errors.dead.letter.queue.topic.name'?: string;
  /** 0 by default: an empty partition is waited for while the broker is known to have more of it. -1 never waits; more waits so long beyond that. */
  readonly 'max.task.idle.ms'?: number;
  /** A partition with so many records waiting is paused; 1000 by default. */
  readonly 'buffered.records.per.partition'?: number;
  /** 30 000 by default. */
  readonly 'commit.interval.ms'?: number;
  /** How long a poll waits for records; 100 by default. */
  readonly 'poll.ms'?: number;
  /** 10 MiB by default; 0 switches caches off. */
  readonly 'statestore.cache.max.bytes'?: number;
  /** `none` by default. */
  readonly 'topology.optimization'?: string;
  /** How many copies of a task's stores other instances keep up to date; 0 by default. */
  readonly 'num.standby.replicas'?: number;
  /** How long what could not be sent is tried again; 300 000 by default. */
  readonly 'task.timeout.ms'?: number;
  /** Repartition topics are purged of what is committed so often; 30 000 by default. */
  readonly 'repartition.purge.interval.ms'?: number;
  /** What window stores' changelogs keep beyond the store's own retention; a day by default. */
  readonly 'windowstore.changelog.additional.retention.ms'?: number;
  /** Of internal topics; -1, the broker's default, by default. */
  readonly 'replication.factor'?: number;
  /** Only `at_least_once`. */
  readonly 'processing.guarantee'?: 'at_least_once';
  /** Told to others for interactive queries (`host:port`, or any name that they can route by). */
  readonly 'application.server'?: string;
  /** What else operators read by its Kafka name. */
  readonly [name: string]: unknown;
}

/** The value of a configuration as operators may ask for it. */
export function plainConfig(config: StreamsConfig, name: string): string | number | boolean | undefined {
  const value = config[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** Settings that are numbers, and the least that each may be. */
const leastOf: Readonly<Record<string, number>> = {
  'max.task.idle.ms': -1,
  'buffered.records.per.partition': 1,
  'commit.interval.ms': 0,
  'poll.ms': 0,
  'statestore.cache.max.bytes': 0,
  'num.standby.replicas': 0,
  'task.timeout.ms': 0,
  'repartition.purge.interval.ms': 1,
  'windowstore.changelog.additional.retention.ms': 0,
  'replication.factor': -1,
};

/** @throws StreamsError ConfigException for what cannot be, or is not there yet */
export function checkConfig(config: StreamsConfig): void {
  const applicationId = config['application.id'] as string | undefined;
  if (applicationId === undefined || !/^[a-zA-Z0-9._-]{1,200}$/.test(applicationId))
    throw invalid('application.id', applicationId, 'a name of letters, digits, ".", "_" and "-", as of a topic');
  for (const [name, least] of Object.entries(leastOf)) {
    const value = config[name];
    if (value !== undefined && !(typeof value === 'number' && Number.isInteger(value) && value >= least))
      throw invalid(name, value, `a whole number of ${least} or more`);
  }
  const guarantee = config['processing.guarantee'] as string | undefined;
  if (guarantee !== undefined && guarantee !== 'at_least_once')
    throw invalid('processing.guarantee', guarantee, 'at_least_once: transactions are not built yet');
  const threads = config['num.stream.threads'];
  if (threads !== undefined && threads !== 1)
    throw invalid(
      'num.stream.threads',
      threads,
      '1: start another instance, in a worker of its own, to use another core',
    );
}

function invalid(name: string, value: unknown, expected: string): StreamsError {
  return new StreamsError(
    'ConfigException',
    `Invalid value ${String(value)} for configuration ${name}: expected is ${expected}.`,
  );
}
