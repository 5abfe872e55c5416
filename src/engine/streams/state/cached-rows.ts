import type { ExpiringRows } from './expiring-rows.js';
import { merged, type CachedRow, type HeldContext, type StoreCache } from './record-cache.js';
import { segmentIntervalOf } from './retention.js';
import type { StoredValue } from './stored-value.js';
import type { RowRange, TimedRow } from './timed-rows.js';

/** Which row of a window or session store is meant, as in `TimedRow`, and the bytes of its key. */
export interface TimedPlace {
  readonly key: string;
  readonly keyBytes: Uint8Array;
  readonly time: number;
  readonly rank: number;
}

/** In Kafka's cache the number of the segment stands before the key. */
export const segmentIdBytes = 8;

/**
 * The rows of a window or session store with what its cache has of them (Kafka's CachingWindowStore and CachingSessionStore). The
 * cache knows of no retention: what has expired is shown as long as it is there.
 */
export class CachedRows {
  private readonly segmentMs: number;

  constructor(
    private readonly stored: ExpiringRows,
    private readonly cache: StoreCache<TimedPlace>,
    private readonly options: {
      readonly retentionMs: number;
      readonly inMemory: boolean;
      /** Whether store and cache are in the order of the times, as in memory. */
      readonly isByTime: boolean;
      /** Whether a read of one key begins, in memory, with the earliest that is cached (Kafka's `fetch(key, key, …)`). */
      readonly usesEarlier: boolean;
    },
  ) {
    this.segmentMs = segmentIntervalOf(options.retentionMs);
  }

  put(place: TimedPlace, value: StoredValue | null, context: HeldContext, keyBytes: number): void {
    this.cache.put(this.cacheKey(place.key, place.time, place.rank), place, value, context, keyBytes);
  }

  get(key: string, time: number, rank: number): StoredValue | null {
    const cached = this.cache.get(this.cacheKey(key, time, rank));
    return cached === undefined ? this.stored.get(key, time, rank) : cached;
  }

  /** As `ExpiringRows.ofKey`. */
  ofKey(key: string, timeFrom: number, timeTo: number, isBackward: boolean): IterableIterator<TimedRow> {
    // Kafka's persistent stores are read as they were, those in memory as they are by then: what goes out meanwhile is seen there.
    const stored = this.options.inMemory
      ? this.liveOfKey(key, timeFrom, timeTo, isBackward)
      : this.stored.ofKey(key, timeFrom, timeTo, isBackward);
    return this.merged(stored, this.cachedOfKey(key, Math.max(0, timeFrom), timeTo, isBackward), isBackward);
  }

  /** Those of several keys. */
  between(range: RowRange, isBackward: boolean): IterableIterator<TimedRow> {
    const stored = this.stored.between(range, this.options.isByTime, isBackward);
    return this.merged(stored, within(this.cache.between(null, null, isBackward), range), isBackward);
  }

  private merged(
    stored: Iterable<TimedRow>,
    cached: Iterable<CachedRow<TimedPlace>>,
    isBackward: boolean,
  ): IterableIterator<TimedRow> {
    const sign = isBackward ? -1 : 1;
    return merged(stored, cached, (one, other) => sign * this.order(one, other), timedRow);
  }

  private *liveOfKey(key: string, timeFrom: number, timeTo: number, isBackward: boolean): IterableIterator<TimedRow> {
    let [from, to, at] = [timeFrom, timeTo, 0];
    let { version } = this.stored;
    let rows = this.stored.ofKey(key, from, to, isBackward);
    for (;;) {
      if (version !== this.stored.version) {
        version = this.stored.version;
        rows = this.stored.ofKey(key, from, to, isBackward);
        at = 0;
      }
      const row = rows[at++];
      if (row === undefined) return;
      if (isBackward) to = row.time - 1;
      else from = row.time + 1;
      yield row;
    }
  }

  private *cachedOfKey(
    key: string,
    timeFrom: number,
    timeTo: number,
    isBackward: boolean,
  ): IterableIterator<CachedRow<TimedPlace>> {
    const range = { keyFrom: key, keyTo: key, timeFrom, timeTo };
    const [from, to] = [textOfNumber(timeFrom), `${textOfNumber(timeTo)}\uffff`];
    if (this.options.isByTime) {
      // What others have in between is used by this, too; by a read of windows, all that is earlier.
      const begin = this.options.usesEarlier ? null : from + key;
      const end = `${textOfNumber(timeTo)}${key}\uffff`;
      yield* within(this.cache.between(begin, end, isBackward), range);
      return;
    }
    const segments = this.segmentsBetween(this.segmentOf(timeFrom), this.segmentOf(timeTo));
    for (const segment of isBackward ? segments.reverse() : segments) {
      const prefix = `${textOfNumber(segment)}${key}`;
      yield* within(this.cache.between(prefix + from, prefix + to, isBackward), range);
    }
  }

  /** The segments that the cache has rows of. */
  private segmentsBetween(first: number, last: number): number[] {
    const found: number[] = [];
    let key = this.cache.keyAfter(textOfNumber(first));
    while (key !== undefined) {
      const segment = numberOfText(key);
      if (segment > last) break;
      found.push(segment);
      key = this.cache.keyAfter(textOfNumber(segment + 1));
    }
    return found;
  }

  private segmentOf(time: number): number {
    return Math.floor(time / this.segmentMs);
  }

  private cacheKey(key: string, time: number, rank: number): string {
    const at = textOfNumber(time);
    const end = textOfNumber(rank);
    return this.options.isByTime ? `${at}${key}${end}` : `${textOfNumber(this.segmentOf(time))}${key}${at}${end}`;
  }

  private order(one: TimedPlace, other: TimedRow): number {
    const byTime = one.time - other.time;
    const byPlace = this.options.isByTime ? byTime : this.segmentOf(one.time) - this.segmentOf(other.time);
    if (byPlace !== 0) return byPlace;
    return one.key < other.key ? -1 : one.key > other.key ? 1 : byTime || one.rank - other.rank;
  }
}

function* within(
  cached: Iterable<CachedRow<TimedPlace>>,
  { keyFrom, keyTo, timeFrom, timeTo }: RowRange,
): IterableIterator<CachedRow<TimedPlace>> {
  for (const row of cached) {
    const { key, time } = row.place;
    if (time < timeFrom || time > timeTo) continue;
    if ((keyFrom === null || key >= keyFrom) && (keyTo === null || key <= keyTo)) yield row;
  }
}

function timedRow({ key, time, rank }: TimedPlace, stored: StoredValue): TimedRow {
  return { key, time, rank, stored };
}

/** Four characters that order as the numbers do. */
function textOfNumber(number: number): string {
  const whole = Math.min(number, Number.MAX_SAFE_INTEGER);
  const high = Math.floor(whole / 0x1_0000_0000);
  const low = whole % 0x1_0000_0000;
  return String.fromCharCode(high >>> 16, high & 0xffff, low >>> 16, low & 0xffff);
}

function numberOfText(text: string): number {
  const [first, second, third, fourth] = [0, 1, 2, 3].map((at) => text.charCodeAt(at)) as [
    number,
    number,
    number,
    number,
  ];
  return (first * 0x1_0000 + second) * 0x1_0000_0000 + third * 0x1_0000 + fourth;
}
