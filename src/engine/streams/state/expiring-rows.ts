import { memorySegmentIntervalOf, Retention, segmentIntervalOf } from './retention.js';
import type { StoredValue } from './stored-value.js';
import { TimedRows, type RowRange, type TimedRow } from './timed-rows.js';

export interface ExpiringRowsOptions {
  readonly retentionMs: number;
  readonly inMemory: boolean;
  /** See `Retention`. */
  readonly showsLast?: boolean;
}

/** The rows of a window or session store, which stream time leaves behind by the retention. Which row is meant is said as in `TimedRow`. */
export class ExpiringRows {
  readonly rows: TimedRows;
  /** How many times something was written. */
  version = 0;
  private readonly retention: Retention;

  constructor({ retentionMs, inMemory, showsLast }: ExpiringRowsOptions) {
    this.rows = new TimedRows((inMemory ? memorySegmentIntervalOf : segmentIntervalOf)(retentionMs));
    this.retention = new Retention(retentionMs, inMemory, showsLast);
  }

  get streamTime(): number {
    return this.retention.streamTime;
  }

  /** @returns false if it has expired */
  write(key: string, time: number, rank: number, after: StoredValue | null): boolean {
    this.retention.observe(time);
    if (!this.retention.accepts(time, (each) => this.rows.idOf(each))) return false;
    if (!this.rows.hasSegment(time)) this.rows.expireBefore(this.retention.firstKept);
    this.version += 1;
    // Written out: a spread costs half of what all else costs that a record goes through to be counted in a window.
    if (after !== null) this.rows.put({ key, time, rank, stored: after });
    else this.rows.delete(key, time, rank);
    return true;
  }

  get(key: string, time: number, rank: number): StoredValue | null {
    return time >= this.retention.firstShown ? this.rows.get(key, time, rank) : null;
  }

  /** The rows of one key in [timeFrom, timeTo] by time and rank. */
  ofKey(key: string, timeFrom: number, timeTo: number, isBackward: boolean): TimedRow[] {
    const found = this.rows.ofKey(key, Math.max(timeFrom, this.retention.firstShown), timeTo);
    return isBackward ? found.reverse() : found;
  }

  /** Those of several keys, by time or as they lie in the segments. */
  between(range: RowRange, isByTime: boolean, isBackward: boolean): TimedRow[] {
    const shown = { ...range, timeFrom: Math.max(range.timeFrom, this.retention.firstShown) };
    const found = isByTime ? this.rows.byTime(shown) : this.rows.byKey(shown);
    return isBackward ? found.reverse() : found;
  }

  clear(): void {
    this.rows.clear();
  }
}
