import type { Millis } from '../environment/environment.js';
import type { SequenceJudgement } from '../history/sequence.js';
import type { LaneId } from './run-spec.js';

/**
 * What a run looks like at one moment: a pure function of the run's spec and its trace up to then. The page draws this and nothing else.
 * All times are run times in milliseconds: 0 is when the first record is sent. Records are named by their index in the spec.
 */
export interface RunView {
  /** The moment that is shown. Nothing later than it is in here. */
  readonly atMs: Millis;
  /** Nothing more will happen: every record is sent and every handling that will come has come. */
  readonly finished: boolean;
  readonly sent: readonly SentRecord[];
  readonly lanes: readonly LaneView[];
}

export interface SentRecord {
  readonly record: number;
  readonly atMs: Millis;
}

export type LaneView = QueueView | PublishSubscribeView | TopicView;

/** One record in one actor's hands. */
export interface Handling {
  readonly record: number;
  /** 1, or more after a redelivery. */
  readonly attempt: number;
  readonly fromMs: Millis;
  /** Undefined while it is being handled. */
  readonly toMs: Millis | undefined;
  /** Where it was read (topic lane). */
  readonly partition?: number;
  readonly offset?: number;
  /** The events that tell of it, for the inspector: cite `deliveryEvent` as the start of the chain of causes. */
  readonly deliveryEvent: number;
  readonly handledEvent: number | undefined;
}

/** A row of bars. */
export interface ActorView {
  readonly actor: string;
  /** The group it belongs to (topic lane). */
  readonly group?: string;
  /** When it came (joined, subscribed, connected); undefined if not yet. */
  readonly presentSinceMs: Millis | undefined;
  readonly standsBy: boolean;
  /** Topic lane: what it owns now. */
  readonly partitions?: readonly number[];
  readonly generation?: number;
  readonly handlings: readonly Handling[];
  /** Delivered to it and finished by it, each record counted once an attempt. */
  readonly deliveredCount: number;
  readonly handledCount: number;
}

export type { Overtaking } from '../history/sequence.js';

/** Whether sequence was kept among those that share the work (`scope`: the queue, one subscriber, one group), judged key by key. */
export type SequenceVerdict = SequenceJudgement;

interface LaneCommon {
  readonly lane: LaneId;
  readonly actors: readonly ActorView[];
  readonly verdicts: readonly SequenceVerdict[];
  /** How many handlings were begun in all. */
  readonly deliveredCount: number;
  readonly handledCount: number;
}

export interface QueueView extends LaneCommon {
  readonly lane: 'queue';
  readonly ready: readonly number[];
  readonly inFlight: readonly {
    readonly record: number;
    readonly actor: string;
    readonly attempt: number;
    readonly timeoutAtMs: Millis;
  }[];
  readonly acknowledgedCount: number;
  readonly redeliveredCount: number;
}

export interface PublishSubscribeView extends LaneCommon {
  readonly lane: 'publish-subscribe';
  readonly inboxes: readonly { readonly actor: string; readonly waiting: readonly number[] }[];
  /** Published before the subscriber came: it will never see them. */
  readonly missed: readonly { readonly actor: string; readonly records: readonly number[] }[];
}

export interface TopicView extends LaneCommon {
  readonly lane: 'topic';
  readonly partitions: readonly PartitionView[];
  readonly groups: readonly GroupView[];
}

export interface PartitionView {
  readonly partition: number;
  readonly highWatermark: number;
  readonly logEndOffset: number;
  /** Oldest first. */
  readonly cells: readonly {
    readonly offset: number;
    readonly record: number;
    readonly appendedAtMs: Millis;
    readonly event: number;
  }[];
}

export interface GroupView {
  readonly group: string;
  readonly state: string;
  readonly generation: number;
  readonly startedAtMs: Millis | undefined;
  /** Per partition: the committed offset, and the position of the member that reads it (undefined: nobody does). */
  readonly partitions: readonly {
    readonly partition: number;
    readonly committed: number | undefined;
    readonly position: number | undefined;
    readonly owner: string | undefined;
  }[];
}
