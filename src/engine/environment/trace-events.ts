import type { Millis, TraceSink, Clock, Random, Timers } from './environment.js';

/**
 * The trace is the only window into the engine. Every event names its cause by the `id` of an earlier event:
 *
 *   command:3                       what the script or the learner did
 *   send:<client>:<n>               the n-th record (from 0) that a producer was given
 *   request:<connection>:<n>        the n-th request (from 0) on a connection
 *   append:<topic>-<partition>@<baseOffset>
 *   delivery:<client>:<n>           the n-th record (from 0) that was handed to a consumer's code
 *   processing:<client>:<task>:<topic>-<partition>@<offset>:<ms>   a streams task's processing of a record, told when it is done
 *   message:<queue or topic>:<n>, attempt:<…>   of the models
 */
export type EventId = string;

export interface TopicPartitionRef {
  readonly topic: string;
  readonly partition: number;
}

interface Caused {
  readonly id?: EventId;
  readonly cause?: EventId;
}

/** What a client, a broker or a model says happened. Bytes are left where they are: events carry names and numbers. */
export type TraceEvent = Caused &
  (
    | { kind: 'command'; text: string; args?: Readonly<Record<string, string | number | boolean | null>> }
    // log and broker
    | { kind: 'broker-started'; nodeId: number; leaderEpoch: number }
    | { kind: 'topic-created'; topic: string; topicId: string; partitions: number }
    | { kind: 'topic-deleted'; topic: string; topicId: string }
    | ({
        kind: 'batch-appended';
        baseOffset: number;
        lastOffset: number;
        bytes: number;
        segment: number;
        leaderEpoch: number;
        /** Of batches that an idempotent producer has numbered. */
        producer?: { readonly id: number; readonly epoch: number; readonly baseSequence: number };
      } & TopicPartitionRef)
    /** What a batch holds, in words, once it is durable: told where a run of applications is watched. Event times are `timestamp`s. */
    | ({ kind: 'records-stored'; baseOffset: number; records: readonly RecordInWords[] } & TopicPartitionRef)
    /** What had been appended from `logEndOffset` on could not be stored: the log ends there again. */
    | ({ kind: 'appends-taken-back'; logEndOffset: number } & TopicPartitionRef)
    | ({ kind: 'high-watermark-advanced'; highWatermark: number } & TopicPartitionRef)
    | ({ kind: 'segment-rolled'; baseOffset: number } & TopicPartitionRef)
    /** Retention looked at every log; it does so every `log.retention.check.interval.ms`. */
    | { kind: 'retention-checked'; deletedSegments: number }
    | ({ kind: 'log-start-advanced'; logStartOffset: number; reason: SegmentDeletionReason } & TopicPartitionRef)
    /** Out of sight from now on; their bytes go `file.delete.delay.ms` later. */
    | ({
        kind: 'segments-deleted';
        baseOffsets: readonly number[];
        reason: SegmentDeletionReason;
      } & TopicPartitionRef)
    /** The cleaner looked at a compacted log: `isChosen` false means that too little of it is dirty. */
    | ({
        kind: 'cleaner-checked';
        firstDirtyOffset: number;
        firstUncleanableOffset: number;
        cleanableRatio: number;
        isChosen: boolean;
      } & TopicPartitionRef)
    /** The cleaner has written a log anew between its start and `endOffset`. Offsets stay; those in `removed` (from, to; both included) are gone. */
    | ({
        kind: 'log-cleaned';
        firstDirtyOffset: number;
        endOffset: number;
        removed: readonly (readonly [number, number])[];
        segments: readonly { readonly baseOffset: number; readonly sizeInBytes: number }[];
        bytesBefore: number;
        bytesAfter: number;
      } & TopicPartitionRef)
    | ({
        kind: 'log-recovered';
        logStartOffset: number;
        logEndOffset: number;
        truncatedBytes: number;
        reason: string | null;
      } & TopicPartitionRef)
    /** A defect of the broker, not an answer: `error` is what a handler threw. */
    | { kind: 'request-failed'; api: string; error: string }
    // group coordinator
    /** `generation` is the group's epoch in the consumer protocol. */
    /** The coordinator knows of these groups what its log tells, and has forgotten what else it had decided. */
    | { kind: 'groups-read-back'; groups: readonly { readonly group: string; readonly members: readonly string[] }[] }
    | { kind: 'group-state-changed'; group: string; from: string; to: string; generation: number; reason: string }
    /** Of a group of the consumer protocol: what it subscribes to, or who is in it, has changed. */
    | { kind: 'group-epoch-changed'; group: string; epoch: number }
    /** The broker has shared out the partitions anew, for this epoch. */
    | { kind: 'target-assigned'; group: string; epoch: number }
    | {
        kind: 'member-epoch-changed';
        group: string;
        member: string;
        epoch: number;
        state: 'stable' | 'unrevoked' | 'unreleased' | 'unknown';
      }
    | { kind: 'group-converted'; group: string; to: 'classic' | 'consumer' }
    | { kind: 'member-joined'; group: string; member: string; client: string }
    | {
        kind: 'member-left';
        group: string;
        member: string;
        /** `replaced`: another member has come under the same instance id. */
        reason: 'left' | 'session-expired' | 'rebalance-timeout' | 'replaced';
      }
    /** All that the coordinator knew of the group is gone, its offsets too. */
    | { kind: 'group-deleted'; group: string; reason: 'deleted' | 'expired' }
    /** Durable now; the coordinator accepted it `waitedMs` before. */
    | ({
        kind: 'offset-committed';
        group: string;
        member: string;
        offset: number;
        waitedMs?: Millis;
      } & TopicPartitionRef)
    // client
    | ({ kind: 'record-sent'; client: string; send: number; hasKey: boolean } & TopicPartitionRef)
    | ({ kind: 'batch-sent'; client: string; request: EventId; sends: readonly EventId[] } & TopicPartitionRef)
    | ({ kind: 'record-acknowledged'; client: string; offset: number } & TopicPartitionRef)
    | { kind: 'request-sent'; client: string; api: string }
    | {
        kind: 'partitions-assigned';
        client: string;
        group: string;
        member: string;
        generation: number;
        partitions: readonly AssignedPartition[];
      }
    | {
        kind: 'partitions-revoked';
        client: string;
        group: string;
        member: string;
        generation: number;
        partitions: readonly TopicPartitionRef[];
        lost: boolean;
      }
    | ({ kind: 'record-delivered'; client: string; group: string; offset: number } & TopicPartitionRef)
    | ({ kind: 'record-handled'; client: string; group: string; offset: number } & TopicPartitionRef)
    /** A consumer has no offset to go on from, or the log has it no longer: `auto.offset.reset` said where to read instead. */
    | ({
        kind: 'offset-reset';
        client: string;
        group: string;
        offset: number;
        reason: 'no-offset' | 'out-of-range';
      } & TopicPartitionRef)
    // an application that polls a consumer
    | { kind: 'application-started'; client: string; group: string }
    | {
        kind: 'application-ended';
        client: string;
        group: string;
        end: 'stopped' | 'crashed' | 'failed';
        error?: { readonly code: string; readonly message: string };
      }
    | ({ kind: 'handling-begun'; client: string; group: string; offset: number } & TopicPartitionRef)
    | ({ kind: 'handling-ended'; client: string; group: string; offset: number } & TopicPartitionRef)
    | {
        kind: 'commit-refused';
        client: string;
        group: string;
        error: { readonly code: string; readonly message: string };
        offsets: readonly (TopicPartitionRef & { readonly offset: number })[];
      }
    // streams: `client` is the instance, a task is `<sub-topology>_<partition>`
    | { kind: 'application-state-changed'; client: string; application: string; from: string; to: string }
    | {
        kind: 'task-assigned';
        client: string;
        application: string;
        task: string;
        role: 'active' | 'standby';
        partitions: readonly TopicPartitionRef[];
      }
    /** A task has its state back, from so many records of its changelogs, and processes from now on. */
    | { kind: 'task-restored'; client: string; application: string; task: string; records: number }
    | {
        kind: 'task-ended';
        client: string;
        application: string;
        task: string;
        role: 'active' | 'standby';
        reason: 'revoked' | 'lost' | 'closed' | 'failed';
      }
    /** A record and everything below it is done. */
    | ({
        kind: 'record-processed';
        client: string;
        application: string;
        task: string;
        /** The source that read it. */
        node: string;
        offset: number;
        /** Its event time. */
        timestamp: Millis;
        streamTime: Millis;
      } & TopicPartitionRef)
    /** A record was skipped; `origin` is where it came from, if it came from a topic. */
    | {
        kind: 'record-dropped';
        client: string;
        application: string;
        task: string;
        node: string;
        reason: string;
        timestamp: Millis;
        streamTime: Millis;
        origin?: TopicPartitionRef & { readonly offset: number };
        /** Of a window that was closed. */
        window?: { readonly start: Millis; readonly end: Millis };
      }
    | {
        kind: 'punctuated';
        client: string;
        application: string;
        task: string;
        node: string;
        clock: 'stream-time' | 'wall-clock';
        timestamp: Millis;
      }
    /** Everything that these tasks sent has arrived, and their offsets are committed. */
    | { kind: 'tasks-committed'; client: string; application: string; tasks: readonly string[] }
    /** The code that an application's instances run from now on, and the topics that it makes for itself. */
    | {
        kind: 'topology-built';
        application: string;
        nodes: readonly BuiltNode[];
        stores: readonly { readonly store: string; readonly subTopology: number; readonly changelog: string | null }[];
        repartitionTopics: readonly string[];
      }
    // models: a message has the number it was given when it was sent, from 0
    | { kind: 'message-enqueued'; queue: string; message: number }
    | { kind: 'message-taken'; queue: string; message: number; worker: string; attempt: number; timeoutAt: Millis }
    | { kind: 'message-handled'; queue: string; message: number; worker: string; attempt: number }
    | { kind: 'message-acknowledged'; queue: string; message: number; worker: string; attempt: number }
    | { kind: 'message-redelivered'; queue: string; message: number; worker: string; reason: 'timeout' | 'worker-gone' }
    | { kind: 'subscriber-came'; topic: string; subscriber: string }
    | { kind: 'subscriber-left'; topic: string; subscriber: string; dropped: number }
    | { kind: 'message-published'; topic: string; message: number; listeners: number }
    | { kind: 'message-received'; topic: string; message: number; subscriber: string }
    | { kind: 'message-taken-up'; topic: string; message: number; subscriber: string }
    | { kind: 'message-finished'; topic: string; message: number; subscriber: string }
  );

/** Why segments went: all of them below the log's start, too old, or the log too large. */
export type SegmentDeletionReason = 'log-start' | 'retention-ms' | 'retention-bytes' | 'delete-records';

/** A record as one can read it. `window` is that of its key, if it has one: `end` is exclusive but for sessions and sliding windows. */
export interface RecordInWords {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: Millis;
  readonly window?: { readonly start: Millis; readonly end: Millis };
  /** Of the changelog of a store that keeps several values of one key and time: which of them. */
  readonly sequence?: number;
}

/** A node of an application's topology; `subTopology` -1 is the global part, which every instance runs whole. */
export interface BuiltNode {
  readonly subTopology: number;
  readonly name: string;
  readonly kind: 'source' | 'processor' | 'sink';
  /** Of sources and sinks. */
  readonly topics: readonly string[];
  readonly stores: readonly string[];
  readonly children: readonly string[];
}

export interface AssignedPartition extends TopicPartitionRef {
  /** Where reading begins; -1 when not yet known. */
  readonly startOffset: number;
  readonly source: 'committed' | 'reset' | 'seek';
}

/** An event as it was recorded: numbered from 0 without gaps, stamped with the environment's clock, and with the component that said it. */
export type RecordedEvent = TraceEvent & { readonly index: number; readonly at: Millis; readonly source: string };

export type Tracer = TraceSink<TraceEvent>;

/** A tracer that keeps nothing, for programs that nobody watches. */
export const silentTracer: Tracer = { emit() {} };

/** What every client, coordinator and runner takes as its first argument. */
export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly tracer: Tracer;
}
