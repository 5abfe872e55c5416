import type { Millis } from '../environment/environment.js';

/**
 * A run, as data: which records are sent, who shares them and how fast. The same spec gives the same trace, to the byte, in the page,
 * in a test and after a reload. Times are virtual, counted from the moment when the first record is sent (clients connect before that).
 */
export interface RunSpec {
  /** Any text; draws delays of network and disk, ids and the partitions of records without a key. */
  readonly seed: string;
  readonly records: readonly RunRecord[];
  /** Time from one record to the next. */
  readonly recordIntervalMs: Millis;
  /** Each lane is fed all records. Lanes do not touch each other: a lane does the same alone as beside others. */
  readonly lanes: readonly LaneSpec[];
  /** Handlings that take longer (or shorter) than their actor's usual: a bar whose end was dragged. */
  readonly overrides: readonly HandlingOverride[];
}

export interface RunRecord {
  readonly key: string | null;
  readonly value: string;
}

export interface HandlingOverride {
  readonly lane: LaneId;
  readonly actor: string;
  /** The record's index in `RunSpec.records`. */
  readonly record: number;
  readonly handlingMs: Millis;
}

export type LaneId = 'queue' | 'publish-subscribe' | 'topic';
export type LaneSpec = QueueLane | PublishSubscribeLane | TopicLane;

/** A worker, subscriber or member: handles one record at a time, each for `handlingMs`. Ids are unique in a lane (`worker-1`, `A-1`). */
export interface Actor {
  readonly id: string;
  readonly handlingMs: Millis;
}

export interface QueueLane {
  readonly lane: 'queue';
  readonly workers: readonly Actor[];
  /** `exclusive`: the first worker takes everything, the others stand by. */
  readonly delivery: 'competing' | 'exclusive';
  /** A message that is not acknowledged for so long is ready again. */
  readonly acknowledgementTimeoutMs: Millis;
}

export interface PublishSubscribeLane {
  readonly lane: 'publish-subscribe';
  /** `joinsAtMs` 0 or less: before the first record. */
  readonly subscribers: readonly (Actor & { readonly joinsAtMs: Millis })[];
}

export interface TopicLane {
  readonly lane: 'topic';
  readonly topic: string;
  readonly partitions: number;
  /** false: records are sent without their keys, with `batch.size` 0, so that each chooses a partition anew. */
  readonly keyed: boolean;
  readonly groups: readonly GroupSpec[];
}

export interface GroupSpec {
  readonly group: string;
  readonly members: readonly Actor[];
  readonly starts:
    | { readonly kind: 'before-the-first-record' }
    | { readonly kind: 'when-all-are-stored' }
    | { readonly kind: 'at'; readonly atMs: Millis };
  readonly autoOffsetReset: 'earliest' | 'latest';
}
