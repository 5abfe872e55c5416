import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Assignor } from './assignors/assignor.js';
import { cooperativeStickyAssignor } from './assignors/cooperative-sticky.js';
import { rangeAssignor } from './assignors/range.js';
import type { RetryOptions } from './backoff.js';
import { isolationLevels } from './list-offsets.js';
import { commonProtocol } from './membership/rebalance-protocol.js';
import type { ReadingConfig } from './reading.js';
import { checkReset, type AutoOffsetReset } from './reset-policy.js';

/** How a consumer reads. Names are KafkaJS's where it has one, defaults are those of Kafka 4's own consumer. Times are in milliseconds. */
export interface ConsumerConfig {
  /** Without one it can only read partitions that are assigned, and commits nothing. */
  readonly groupId?: string;
  /** `classic` (the default): members share the partitions out themselves. `consumer`: the broker does, and only what moves pauses (KIP-848). */
  readonly groupProtocol?: 'classic' | 'consumer';
  /** The broker's assignor, `uniform` or `range`; for the group protocol `consumer` only. The broker's first by default. */
  readonly groupRemoteAssignor?: string;
  /** Where reading begins without a usable committed offset: `latest` by default. A subscription's `fromBeginning` goes before it. */
  readonly autoOffsetReset?: AutoOffsetReset;
  /**
   * The assignors that this member knows, best first; for classic groups only. Range and cooperative-sticky by default, with which rebalances are eager; they are
   * cooperative if all assignors can be.
   */
  readonly partitionAssigners?: readonly Assignor[];
  /** A name that makes the member static (KIP-345): it keeps its place while it is away for less than the session timeout. */
  readonly groupInstanceId?: string;
  /** Without a heartbeat for so long the member is out; 45 000 by default. For classic groups only: else the broker says. */
  readonly sessionTimeout?: Millis;
  /** How long a rebalance waits for a member whose user is busy; `maxPollInterval` by default. */
  readonly rebalanceTimeout?: Millis;
  /** 3 000 by default. For classic groups only: else the broker says. */
  readonly heartbeatInterval?: Millis;
  /** A user who neither polls, nor finishes a record, nor calls `heartbeat` for so long is taken for stuck: the member leaves, and joins again when it goes on. 300 000 by default. */
  readonly maxPollInterval?: Millis;
  /** How many records a poll returns at most; 500 by default. */
  readonly maxPollRecords?: number;
  /** Whether polls commit by themselves what earlier polls returned; true by default. `run` has its own setting. */
  readonly autoCommit?: boolean;
  /** How often they do; 5 000 by default. */
  readonly autoCommitInterval?: Millis;
  /** `read_committed` leaves out what belongs to transactions that were aborted, and waits for those that are open; `read_uncommitted` by default. */
  readonly isolationLevel?: keyof typeof isolationLevels;
  /** KafkaJS's way to say so: false is `read_committed`. */
  readonly readUncommitted?: boolean;
  /** Where the consumer is: tells the broker and the leader's assignor. */
  readonly rackId?: string;
  /** Metadata older than this is asked for again; 300 000 by default. */
  readonly metadataMaxAge?: Millis;
  /** Whether subscribing to an unknown topic may create it, if the broker allows it too; true by default. */
  readonly allowAutoTopicCreation?: boolean;
  /** How long the broker may wait for records; 500 by default. */
  readonly maxWaitTimeInMs?: Millis;
  /** 1 by default. */
  readonly minBytes?: number;
  /** 50 MiB by default. */
  readonly maxBytes?: number;
  /** 1 MiB by default. */
  readonly maxBytesPerPartition?: number;
  /** `restartOnFailure`: asked after a crash whether to run again; yes when absent. */
  readonly retry?: RetryOptions & { readonly restartOnFailure?: (error: Error) => Promise<boolean> };
}

/** What only one of the group protocols knows. */
const classicOnly = ['sessionTimeout', 'heartbeatInterval', 'partitionAssigners'] as const;

/** The settings with their defaults. Throws INVALID_CONFIG, in Kafka's words, for what does not go together. */
export function readingConfig(config: ConsumerConfig): ReadingConfig {
  const groupProtocol: string = config.groupProtocol ?? 'classic';
  if (groupProtocol !== 'classic' && groupProtocol !== 'consumer')
    throw invalid(`groupProtocol is "${groupProtocol}". Give classic or consumer.`);
  const foreign = groupProtocol === 'consumer' ? classicOnly.find((name) => config[name] !== undefined) : undefined;
  if (foreign !== undefined)
    throw invalid(`${foreign} cannot be set when groupProtocol is consumer: the broker decides it. Leave it out.`);
  if (groupProtocol === 'classic' && config.groupRemoteAssignor !== undefined)
    throw invalid('groupRemoteAssignor cannot be set when groupProtocol is classic. Give partitionAssigners instead.');
  if (config.autoOffsetReset !== undefined) checkReset(config.autoOffsetReset);
  const maxPollIntervalMs = config.maxPollInterval ?? 300_000;
  const assignors = config.partitionAssigners ?? [rangeAssignor, cooperativeStickyAssignor];
  commonProtocol(assignors);
  const isolationLevel = config.isolationLevel ?? (config.readUncommitted === false ? 'read_committed' : undefined);
  return {
    groupProtocol,
    remoteAssignor: config.groupRemoteAssignor ?? null,
    assignors,
    groupInstanceId: config.groupInstanceId ?? null,
    rackId: config.rackId ?? null,
    sessionTimeoutMs: config.sessionTimeout ?? 45_000,
    rebalanceTimeoutMs: config.rebalanceTimeout ?? maxPollIntervalMs,
    heartbeatIntervalMs: config.heartbeatInterval ?? 3_000,
    maxPollIntervalMs,
    metadataMaxAgeMs: config.metadataMaxAge ?? 300_000,
    allowAutoTopicCreation: config.allowAutoTopicCreation ?? true,
    isolationLevel: isolationLevels[isolationLevel ?? 'read_uncommitted'],
    maxWaitMs: config.maxWaitTimeInMs ?? 500,
    minBytes: config.minBytes ?? 1,
    maxBytes: config.maxBytes ?? 50 * 1024 * 1024,
    maxBytesPerPartition: config.maxBytesPerPartition ?? 1024 * 1024,
  };
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_CONFIG', message);
}
