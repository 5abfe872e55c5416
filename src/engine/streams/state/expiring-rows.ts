import { memorySegmentIntervalOf, Retention, segmentIntervalOf } from './retention.js';
import type { StoredValue } from './stored-value.js';
import { TimedRows, type TimedRow } from './timed-rows.js';

/** Which row: see `TimedRow`. */
type Place = Omit<TimedRow, 'stored'>;

export interface ExpiringRowsOptions {
  readonly retentionMs: number;
  readonly inMemory: boolean;
  /** See `Retention`. */
  readonly showsLast?: boolean;
  /** Under which key a cache has that row. */
  readonly cacheKeyOf: (place: Place) => string;
}

/**
 * The rows of a window or session store, which stream time leaves behind by the retention. What is in the store's cache is shown although it has
 * expired, as by Kafka: the store itself hears of it only when the cache lets it go.
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

  isShown(place: Place): boolean {
    return this.isLive(place.time) || this.isCached(place);
  }

  shown(rows: TimedRow[]): TimedRow[] {
    return this.cache === null ? rows : rows.filter((row) => this.isShown(row));
  }

  /** @returns false if it has expired */
  write(place: Place, after: StoredValue | null): boolean {
    this.retention.observe(place.time);
    if (!this.accepts(place.time)) return false;
    if (!this.rows.hasSegment(place.time)) this.rows.expireBefore(this.retention.firstKept);
    this.put(place, after);
    return true;
  }

  /** Keeps a row for the cache, whatever its time. */
  put(place: Place, after: StoredValue | null): void {
    if (after !== null) this.rows.put({ ...place, stored: after });
    else this.rows.delete(place.key, place.time, place.rank);
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
      this.rows.removeBetween(firstKept, this.retention.firstKept, (row) => this.isCached(row));
    return this.accepts(time);
  }

  /** The cache has given up a row. */
  evicted({ key, time, rank }: Place): void {
    if (!this.isLive(time)) this.rows.delete(key, time, rank);
  }

  private isCached(place: Place): boolean {
    return this.cache?.has(this.options.cacheKeyOf(place)) === true;
  }

  private accepts(time: number): boolean {
    return this.retention.accepts(time, (each) => this.rows.idOf(each));
  }
}
