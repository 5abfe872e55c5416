/** The words of the stage of one partition's log. Times are run times in milliseconds. */
export interface LogTexts {
  /** `The log of prices-0`. */
  readonly title: string;
  readonly keyboardHint: string;
  /** Said of the track in pick mode: `Pick records with Enter or Space.` */
  readonly pickHint: string;
  readonly offset: string;
  /** How old a record is, in whole seconds: `65 s`. */
  readonly ageShort: (ageMs: number) => string;
  /** Row of the records' ages. */
  readonly age: string;
  readonly logStart: (offset: number) => string;
  readonly highWatermark: (offset: number) => string;
  readonly logEnd: (offset: number) => string;
  /** Several of the above at one offset. */
  readonly together: (names: readonly string[]) => string;
  readonly reader: (reader: string, position: number) => string;
  readonly outOfRange: (reader: string, offset: number) => string;
  /** `offset 4, sku-2, tombstone, 12 s old`. */
  readonly recordLong: (record: {
    readonly offset: number;
    readonly key: string | null;
    readonly value: string | null;
    readonly ageMs: number | undefined;
    readonly state: 'stored' | 'removed' | 'deleted';
  }) => string;
  readonly segment: (baseOffset: number) => string;
  readonly active: string;
  /** `216 of 216 bytes`. */
  readonly size: (bytes: number, of: number | undefined) => string;
  readonly newest: (timestampMs: number) => string;
  readonly empty: string;
  readonly deletedAt: (atMs: number) => string;
  /** Why a segment went, from the reason that the broker tells. */
  readonly reason: (reason: string) => string;
  /** Heads the list of segments that went. */
  readonly gone: string;
  readonly goneSentence: (baseOffset: number, atMs: number, reason: string) => string;
  readonly segmentLong: (segment: {
    readonly baseOffset: number;
    readonly endOffset: number;
    readonly bytes: number;
    readonly of: number | undefined;
    readonly newestMs: number | undefined;
    readonly isActive: boolean;
    readonly isOverdue: boolean;
    readonly deletedAtMs: number | undefined;
  }) => string;
  readonly times: string;
  /** Which moments the rows show: `each record at its timestamp`. */
  readonly timesLegend: string;
  /** At the line: `60 s ago`. */
  readonly ago: (retentionMs: number) => string;
  readonly horizonLong: (retentionMs: number, atMs: number) => string;
  readonly overdue: (retentionMs: number) => string;
  readonly newestAge: (ageMs: number) => string;
  readonly checks: string;
  readonly checkLong: (atMs: number, deleted: number) => string;
  readonly nextCheck: (inMs: number) => string;
  readonly deletedCount: (count: number) => string;
  readonly cleaner: string;
  readonly noPass: string;
  readonly passLong: (atMs: number, ratio: number, isChosen: boolean) => string;
  readonly passAt: (atMs: number) => string;
  readonly chosen: string;
  readonly notChosen: string;
  readonly ratio: (ratio: number) => string;
  readonly threshold: (ratio: number) => string;
  readonly clean: string;
  readonly dirty: string;
  readonly uncleanable: string;
  readonly firstDirty: (offset: number) => string;
  readonly firstUncleanable: (offset: number) => string;
  readonly removed: (offsets: readonly number[]) => string;
  readonly removedNothing: string;
  readonly bytes: (before: number, after: number) => string;
  /** `The tombstone at 4 may go from 69 s, in 12 s.` */
  readonly horizon: (offset: number, horizonMs: number, leftMs: number) => string;
  readonly table: {
    readonly title: string;
    readonly key: string;
    readonly value: string;
    readonly offset: string;
    readonly nothing: string;
  };
  readonly tables: {
    readonly records: string;
    readonly segments: string;
    readonly checks: string;
    readonly passes: string;
    readonly readers: string;
    readonly state: string;
    readonly states: Readonly<Record<'stored' | 'removed' | 'deleted', string>>;
    readonly timestamp: string;
    readonly segment: string;
    readonly base: string;
    readonly size: string;
    readonly newest: string;
    readonly at: string;
    readonly deleted: string;
    readonly reader: string;
    readonly position: string;
    readonly ratio: string;
    readonly outcome: string;
    readonly outOfRange: string;
    readonly none: string;
  };
  readonly timeline: {
    readonly appended: string;
    readonly checked: string;
    readonly cleaned: string;
  };
}
