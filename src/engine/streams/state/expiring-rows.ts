import { memorySegmentIntervalOf, Retention, segmentIntervalOf } from './retention.js';
import type { StoredValue } from './stored-value.js';
import { TimedRows, type TimedRow } from './timed-rows.js';

export interface ExpiringRowsOptions {
  readonly retentionMs: number;
  readonly inMemory: boolean;
  /** See `Retention`. */
  readonly showsLast?: boolean;
  /** Under which key a cache has that row. */
  readonly cacheKeyOf: (key: string, time: number, rank: number) => string;
}

/**
 * The rows of a window or session store, which stream time leaves behind by the retention. What is in the store's cache is shown although it has
 * expired, as by Kafka: the store itself hears of it only when the cache lets it go. Which row is meant is said as in `TimedRow`.
 */
export class ExpiringRows {
  readonly rows: TimedRows;
  private readonly retention: Retention;
  private cache: { has(key: string): boolean } | null = null;

  constructor(private readonly options: ExpiringRowsOptions) {
    const intervalOf = options.inMemory ? memorySegmentIntervalOf : segmentIntervalOf;
    this.rows = new TimedRows(intervalOf(options.retentionMs));
    this.retention = new Retention(options.retentionMs, options.inMemory, options.showsLast);
  }

  /** From now on the cache decides, too, what is shown. */
  showCached(cache: { has(key: string): boolean } | null): void {
    this.cache = cache;
  }

  get streamTime(): number {
    return this.retention.streamTime;
  }

  /** Where a cache may have more than the store shows, its rows are looked at too. */
  get firstRead(): number {
    return this.cache === null ? this.retention.firstShown : 0;
  }

  /** Whether the store itself shows what has this time. */
  isLive(time: number): boolean {
    return time >= this.retention.firstShown;
  }

  isShown(key: string, time: number, rank: number): boolean {
    return this.isLive(time) || this.isCached(key, time, rank);
  }

  shown(rows: TimedRow[]): TimedRow[] {
    return this.cache === null ? rows : rows.filter(({ key, time, rank }) => this.isShown(key, time, rank));
  }

  /** @returns false if it has expired */
  write(key: string, time: number, rank: number, after: StoredValue | null): boolean {
    this.retention.observe(time);
    if (!this.accepts(time)) return false;
    if (!this.rows.hasSegment(time)) this.rows.expireBefore(this.retention.firstKept);
    this.put(key, time, rank, after);
    return true;
  }

  /** Keeps a row for the cache, whatever its time. */
  put(key: string, time: number, rank: number, after: StoredValue | null): void {
    // Written out: a spread costs half of what all else costs that a record goes through to be counted in a window.
    if (after !== null) this.rows.put({ key, time, rank, stored: after });
    else this.rows.delete(key, time, rank);
  }

  /**
   * The cache lets go of a row of that time.
   *
   * @returns false if it has expired
   */
  passTime(time: number): boolean {
    const { firstKept } = this.retention;
    this.retention.observe(time);
    // What is kept of earlier segments goes when the cache gives it up.
    if (this.rows.idOf(this.retention.firstKept) !== this.rows.idOf(firstKept))
      this.rows.removeBetween(firstKept, this.retention.firstKept, ({ key, time: at, rank }) => {
        return this.isCached(key, at, rank);
      });
    return this.accepts(time);
  }

  /** The cache has given up a row. */
  evicted(key: string, time: number, rank: number): void {
    if (!this.isLive(time)) this.rows.delete(key, time, rank);
  }

  private isCached(key: string, time: number, rank: number): boolean {
    return this.cache?.has(this.options.cacheKeyOf(key, time, rank)) === true;
  }

  private accepts(time: number): boolean {
    return this.retention.accepts(time, (each) => this.rows.idOf(each));
  }
}
