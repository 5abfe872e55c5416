import { OrderedMap } from './ordered-map.js';
import type { StoredValue } from './stored-value.js';

/** What a window or session store keeps: for a key, a time that decides about its expiry, and what tells rows of one key and time apart. */
export interface TimedRow {
  readonly key: string;
  /** Start of a window, end of a session, ms. */
  readonly time: number;
  /** Number of a duplicate, start of a session. */
  readonly rank: number;
  readonly stored: StoredValue;
}

/** Which times and keys are asked for, both ends included; `null` is open. */
export interface RowRange {
  readonly keyFrom: string | null;
  readonly keyTo: string | null;
  readonly timeFrom: number;
  readonly timeTo: number;
}

interface Segment {
  readonly id: number;
  readonly rowsOfKeys: OrderedMap<string, TimedRow[]>;
}

/**
 * Rows by key and time in segments of time, which expire whole. Iteration is by segment, then key, then time, as in Kafka's
 * persistent stores; or by time, then key, as in its in-memory ones: that order is kept once somebody has asked for it.
 */
export class TimedRows {
  private segments: Segment[] = [];
  private keysOfTimes: OrderedMap<number, OrderedMap<string, TimedRow[]>> | null = null;

  constructor(private readonly segmentIntervalMs: number) {}

  get(key: string, time: number, rank: number): StoredValue | null {
    const rows = this.segmentAt(time)?.rowsOfKeys.get(key);
    if (rows === undefined) return null;
    const row = rows[firstNotBefore(rows, time, rank)];
    return row?.time === time && row.rank === rank ? row.stored : null;
  }

  put(row: TimedRow): void {
    insert(this.segmentFor(row.time).rowsOfKeys, row.key, row);
    if (this.keysOfTimes !== null) insertByTime(this.keysOfTimes, row);
  }

  delete(key: string, time: number, rank: number): void {
    const segment = this.segmentAt(time);
    if (segment === undefined || !remove(segment.rowsOfKeys, key, time, rank)) return;
    // The last one is about to be filled again.
    if (segment.rowsOfKeys.size === 0 && segment !== this.segments[this.segments.length - 1]) {
      this.segments.splice(this.segments.indexOf(segment), 1);
    }
    const keys = this.keysOfTimes?.get(time);
    if (keys === undefined) return;
    remove(keys, key, time, rank);
    if (keys.size === 0) this.keysOfTimes?.delete(time);
  }

  /** The rows of one key in [timeFrom, timeTo], ascending by time and rank. */
  ofKey(key: string, timeFrom: number, timeTo: number): TimedRow[] {
    const found: TimedRow[] = [];
    for (const segment of this.segmentsBetween(timeFrom, timeTo)) {
      const rows = segment.rowsOfKeys.get(key);
      if (rows !== undefined) collect(rows, timeFrom, timeTo, found);
    }
    return found;
  }

  /** By segment, key, time, rank. */
  byKey({ keyFrom, keyTo, timeFrom, timeTo }: RowRange): TimedRow[] {
    const found: TimedRow[] = [];
    for (const segment of this.segmentsBetween(timeFrom, timeTo)) {
      for (const [, rows] of segment.rowsOfKeys.between(keyFrom, keyTo)) collect(rows, timeFrom, timeTo, found);
    }
    return found;
  }

  /** By time, key, rank. */
  byTime({ keyFrom, keyTo, timeFrom, timeTo }: RowRange): TimedRow[] {
    const found: TimedRow[] = [];
    for (const [, keys] of this.times().between(timeFrom, timeTo)) {
      for (const [, rows] of keys.between(keyFrom, keyTo)) found.push(...rows);
    }
    return found;
  }

  /** Removes the segments that end before `time`. */
  expireBefore(time: number): void {
    const firstLive = this.idOf(time);
    const live = this.segments.findIndex(({ id }) => id >= firstLive);
    const expired = this.segments.splice(0, live < 0 ? this.segments.length : live);
    if (this.keysOfTimes === null || expired.length === 0) return;
    const end = firstLive * this.segmentIntervalMs;
    for (const expiredTime of this.keysOfTimes.keysBetween(null, end - 1)) this.keysOfTimes.delete(expiredTime);
  }

  idOf(time: number): number {
    return Math.trunc(time / this.segmentIntervalMs);
  }

  hasSegment(time: number): boolean {
    return this.segmentAt(time) !== undefined;
  }

  clear(): void {
    this.segments = [];
    this.keysOfTimes = null;
  }

  private segmentAt(time: number): Segment | undefined {
    const id = this.idOf(time);
    // The latest is asked for most.
    for (let at = this.segments.length - 1; at >= 0; at--) {
      const segment = this.segments[at] as Segment;
      if (segment.id === id) return segment;
      if (segment.id < id) return undefined;
    }
    return undefined;
  }

  private segmentFor(time: number): Segment {
    const present = this.segmentAt(time);
    if (present !== undefined) return present;
    const segment: Segment = { id: this.idOf(time), rowsOfKeys: new OrderedMap() };
    const later = this.segments.findIndex(({ id }) => id > segment.id);
    this.segments.splice(later < 0 ? this.segments.length : later, 0, segment);
    return segment;
  }

  private segmentsBetween(timeFrom: number, timeTo: number): readonly Segment[] {
    const first = this.idOf(timeFrom);
    const last = this.idOf(timeTo);
    return this.segments.filter(({ id }) => id >= first && id <= last);
  }

  private times(): OrderedMap<number, OrderedMap<string, TimedRow[]>> {
    if (this.keysOfTimes !== null) return this.keysOfTimes;
    const times = new OrderedMap<number, OrderedMap<string, TimedRow[]>>();
    for (const { rowsOfKeys } of this.segments) {
      for (const [, rows] of rowsOfKeys.unordered()) for (const row of rows) insertByTime(times, row);
    }
    this.keysOfTimes = times;
    return times;
  }
}

function insertByTime(times: OrderedMap<number, OrderedMap<string, TimedRow[]>>, row: TimedRow): void {
  let keys = times.get(row.time);
  if (keys === undefined) {
    keys = new OrderedMap();
    times.set(row.time, keys);
  }
  insert(keys, row.key, row);
}

function insert(rowsOfKeys: OrderedMap<string, TimedRow[]>, key: string, row: TimedRow): void {
  const rows = rowsOfKeys.get(key);
  if (rows === undefined) {
    rowsOfKeys.set(key, [row]);
    return;
  }
  const at = firstNotBefore(rows, row.time, row.rank);
  const there = rows[at];
  if (there?.time === row.time && there.rank === row.rank) rows[at] = row;
  else if (at === rows.length) rows.push(row);
  else rows.splice(at, 0, row);
}

function remove(rowsOfKeys: OrderedMap<string, TimedRow[]>, key: string, time: number, rank: number): boolean {
  const rows = rowsOfKeys.get(key);
  if (rows === undefined) return false;
  const at = firstNotBefore(rows, time, rank);
  if (rows[at]?.time !== time || rows[at].rank !== rank) return false;
  rows.splice(at, 1);
  if (rows.length === 0) rowsOfKeys.delete(key);
  return true;
}

function collect(rows: readonly TimedRow[], timeFrom: number, timeTo: number, found: TimedRow[]): void {
  for (let at = firstNotBefore(rows, timeFrom, -Infinity); at < rows.length; at++) {
    const row = rows[at] as TimedRow;
    if (row.time > timeTo) return;
    found.push(row);
  }
}

/** Rows of a key are in the order of time and rank, and mostly the end is meant. */
function firstNotBefore(rows: readonly TimedRow[], time: number, rank: number): number {
  const last = rows[rows.length - 1];
  if (last === undefined || last.time < time || (last.time === time && last.rank < rank)) return rows.length;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle] as TimedRow;
    if (row.time < time || (row.time === time && row.rank < rank)) low = middle + 1;
    else high = middle;
  }
  return low;
}
