import type { Millis } from '../environment/environment.js';
import type { SequenceJudgement } from '../history/sequence.js';
import type { RunGroupProtocol } from './group-run-spec.js';

/** Consumer groups at one moment: a pure function of the run's spec and its trace up to then. The page draws this and nothing else. All times are run times in milliseconds; nothing later than `atMs` is in it. */
export interface GroupRunView {
  readonly atMs: Millis;
  readonly finished: boolean;
  readonly topics: readonly TopicTrackView[];
  /** In the sequence of the spec. */
  readonly groups: readonly GroupBandView[];
  /** What the script asked of the broker, and what it answered. */
  readonly actions: readonly ActionView[];
}

export interface TopicTrackView {
  readonly topic: string;
  readonly partitions: readonly PartitionTrackView[];
}

export interface PartitionTrackView {
  readonly partition: number;
  /** Below 0: it was there before the script began. */
  readonly addedAtMs: Millis;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** Every record that was appended, by offset, also those below the log's start. */
  readonly cells: readonly TrackCell[];
}

export interface TrackCell {
  readonly offset: number;
  /** Its index among the script's `send` steps. */
  readonly record: number;
  readonly key: string | null;
  readonly value: string;
  readonly appendedAtMs: Millis;
  readonly event: number;
}

export interface GroupBandView {
  readonly group: string;
  readonly topic: string;
  readonly protocol: RunGroupProtocol;
  /** The state that it is in, in Kafka's words; `Empty` before its first member. */
  readonly state: string;
  /** Generation (classic) or group epoch (consumer); 0 before the first. */
  readonly epoch: number;
  /** Its states in time, without gaps from the first member on. */
  readonly states: readonly GroupStateSpan[];
  readonly partitions: readonly GroupPartitionView[];
  /** In the sequence of the spec. */
  readonly members: readonly MemberRowView[];
  readonly commits: readonly CommitView[];
  /** A partition that had an owner and had none for a while. */
  readonly pauses: readonly PauseView[];
  /** How often a partition went from one member to another. */
  readonly movedCount: number;
  /** Times of all pauses together. */
  readonly pausedMs: Millis;
  /** Handlings that were finished, and how many different records that were. */
  readonly handledCount: number;
  readonly handledRecords: readonly number[];
  /** Whether the records of each key were handled in the sequence in which they were sent. */
  readonly verdict: SequenceJudgement;
}

export interface GroupStateSpan {
  readonly state: string;
  readonly epoch: number;
  readonly fromMs: Millis;
  /** undefined: it is in this state. */
  readonly toMs: Millis | undefined;
  /** What the coordinator says led to it. */
  readonly reason: string;
  readonly event: number;
}

export interface GroupPartitionView {
  readonly partition: number;
  readonly committed: number | undefined;
  /** Where its owner reads next; undefined without an owner. */
  readonly position: number | undefined;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** Log end minus committed offset; undefined without a committed offset. */
  readonly lag: number | undefined;
  readonly owner: string | undefined;
  /** How its present (or last) owner found where to begin. */
  readonly start: PartitionStart | undefined;
}

export interface PartitionStart {
  readonly atMs: Millis;
  readonly offset: number;
  /** A committed offset was there; it was not (`auto.offset.reset` decided); or the log no longer had the offset (`auto.offset.reset` decided then). */
  readonly source: 'committed' | 'reset' | 'out-of-range';
  readonly event: number;
}

export interface MemberRowView {
  readonly member: string;
  readonly instanceId: string | undefined;
  readonly lives: readonly MemberLife[];
  readonly owned: readonly OwnedSpan[];
  readonly handlings: readonly GroupHandling[];
  /** The coordinator took it out of the group, and why. */
  readonly removals: readonly { readonly atMs: Millis; readonly reason: string; readonly event: number }[];
  /** Generation or member epoch it has its partitions from; undefined if it is in no group. */
  readonly epoch: number | undefined;
  readonly handledCount: number;
}

/** From its start until it was stopped, killed or failed. */
export interface MemberLife {
  readonly fromMs: Millis;
  readonly toMs: Millis | undefined;
  readonly end: 'stopped' | 'crashed' | 'failed' | undefined;
  /** What it failed with: Kafka's name of the error and its message. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly event: number;
  readonly endEvent: number | undefined;
}

export interface OwnedSpan {
  readonly partition: number;
  readonly fromMs: Millis;
  readonly toMs: Millis | undefined;
  /** It was not given up: the member was out of the group, or gone. */
  readonly isLost: boolean;
  readonly epoch: number;
  readonly event: number;
}

export interface GroupHandling {
  readonly record: number;
  readonly partition: number;
  readonly offset: number;
  /** 1, or more if the group has had the record before. */
  readonly attempt: number;
  readonly fromMs: Millis;
  /** undefined: it is being handled, or its process died over it (`isCutShort`). */
  readonly toMs: Millis | undefined;
  readonly isCutShort: boolean;
  readonly event: number;
  readonly endEvent: number | undefined;
}

export interface CommitView {
  readonly atMs: Millis;
  readonly member: string;
  readonly partition: number;
  readonly offset: number;
  /** Kafka's name of the error if it was refused. */
  readonly refused: string | undefined;
  readonly event: number;
}

export interface PauseView {
  readonly partition: number;
  readonly fromMs: Millis;
  readonly toMs: Millis | undefined;
}

/** An act of an administrator, from the script: its index there, and how it was answered. */
export interface ActionView {
  readonly step: number;
  readonly atMs: Millis;
  readonly answeredAtMs: Millis | undefined;
  /** Kafka's name of the error, and its message, if it was refused. */
  readonly refused: { readonly code: string; readonly message: string } | undefined;
  readonly event: number;
  readonly answerEvent: number | undefined;
}
