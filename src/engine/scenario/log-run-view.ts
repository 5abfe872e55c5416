/** One partition's log at one moment: a pure function of its spec and its trace up to then. The page draws this and nothing else. All times are run times in milliseconds; offsets are never used twice. */
export interface LogRunView {
  readonly atMs: number;
  readonly finished: boolean;
  readonly settings: LogSettingsView;
  /** Every record that was ever appended, by offset: those that are gone are drawn as outlines. */
  readonly records: readonly LogRecordView[];
  /** Every segment that there was, by base offset; of those with one base offset the newest is the one that is there. */
  readonly segments: readonly LogSegmentView[];
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly logEndOffset: number;
  readonly checks: readonly RetentionCheckView[];
  /** When retention looks next; undefined if nobody does. */
  readonly nextCheckMs: number | undefined;
  readonly passes: readonly CleanerPassView[];
  readonly readers: readonly LogReaderView[];
}

/** What the log is configured to; undefined where its cleanup policy has no use for it. */
export interface LogSettingsView {
  readonly retentionMs: number | undefined;
  readonly retentionBytes: number | undefined;
  readonly segmentBytes: number | undefined;
  readonly checkIntervalMs: number | undefined;
  readonly minCleanableDirtyRatio: number | undefined;
  readonly deleteRetentionMs: number | undefined;
}

export interface LogRecordView {
  readonly offset: number;
  readonly key: string | null;
  /** null: a tombstone. */
  readonly value: string | null;
  readonly timestampMs: number;
  readonly appendedAtMs: number;
  /** The segment that it is in, or was in when it went. */
  readonly segment: number;
  /** `removed`: the cleaner left it out. `deleted`: its segment was deleted, or the log begins after it. */
  readonly state: 'stored' | 'removed' | 'deleted';
  readonly goneAtMs: number | undefined;
  /** A tombstone's delete horizon, once a pass has set it: a pass after it removes the tombstone. */
  readonly deleteHorizonMs: number | undefined;
  /** Index of the event that stored it, and of the one by which it went. */
  readonly event: number;
  readonly goneEvent: number | undefined;
}

export interface LogSegmentView {
  readonly baseOffset: number;
  /** The offset after its last record's; where it is the active one, that of the next record. */
  readonly endOffset: number;
  readonly sizeInBytes: number;
  /** The newest timestamp in it; undefined while it is empty. */
  readonly largestTimestampMs: number | undefined;
  readonly createdAtMs: number;
  readonly isActive: boolean;
  readonly deleted: { readonly atMs: number; readonly reason: string; readonly event: number } | undefined;
}

/** Retention looked at the log. */
export interface RetentionCheckView {
  readonly atMs: number;
  readonly deletedSegments: number;
  readonly event: number;
}

/** The cleaner looked at the log, and cleaned it if enough was dirty. */
export interface CleanerPassView {
  readonly atMs: number;
  readonly firstDirtyOffset: number;
  readonly firstUncleanableOffset: number;
  readonly cleanableRatio: number;
  readonly isChosen: boolean;
  readonly event: number;
  /** What it did; undefined if it was not chosen, or is not done. */
  readonly cleaned:
    | {
        readonly atMs: number;
        readonly removed: readonly number[];
        readonly bytesBefore: number;
        readonly bytesAfter: number;
        readonly event: number;
      }
    | undefined;
}

export interface LogReaderView {
  readonly reader: string;
  readonly position: number;
  /** The log no longer has what it asked for, or had not at that moment. */
  readonly outOfRange: { readonly atMs: number; readonly offset: number; readonly event: number } | undefined;
}
