import type { RunRecord } from '../../engine/scenario/run-spec.js';

/**
 * Short names of records, for cells and bars: the key's own ending (`2` of `order-2`) and a letter for its place among the records of that
 * key (`2b`). Keys whose endings are long or alike are numbered by first appearance; a record without a key has its number.
 */
export function labelRecords(records: readonly RunRecord[]): (record: number) => string {
  const keys = [...new Set(records.flatMap(({ key }) => key ?? []))];
  const endings = keys.map((key) => /[^\s:_/.-]+$/.exec(key)?.[0] ?? key);
  const usable = new Set(endings).size === keys.length && endings.every((ending) => ending.length <= 3);
  const names = new Map(keys.map((key, at) => [key, usable ? (endings[at] ?? key) : String(at + 1)]));
  const seen = new Map<string, number>();
  const labels = records.map(({ key }, at) => {
    if (key === null) return `#${at + 1}`;
    const place = seen.get(key) ?? 0;
    seen.set(key, place + 1);
    return `${names.get(key) ?? ''}${letters(place)}`;
  });
  return (record) => labels[record] ?? '';
}

/** 0 → a, 25 → z, 26 → aa. */
function letters(place: number): string {
  const last = String.fromCharCode(97 + (place % 26));
  return place < 26 ? last : letters(Math.floor(place / 26) - 1) + last;
}
