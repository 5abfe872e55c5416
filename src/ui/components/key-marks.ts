import type { RunRecord } from '../../engine/scenario/run-spec.js';

/** How many keys get a colour and a pattern of their own; the rest are grey. */
export const markedKeys = 8;

/** The mark of a key: 1 to 8 is a colour (`--key-1`…) and a pattern, 0 is grey, for records without a key and for further keys. */
export type KeyMark = number;

/** Marks of keys that come one after the other: a key keeps the one that it had first. */
export class LastingMarks {
  private readonly marks = new Map<string, KeyMark>();

  of(key: string | null): KeyMark {
    if (key === null) return 0;
    const known = this.marks.get(key);
    if (known !== undefined || this.marks.size >= markedKeys) return known ?? 0;
    this.marks.set(key, this.marks.size + 1);
    return this.marks.size;
  }
}

/** Gives each key its mark by first appearance, so that a key keeps its colour for the whole run and in every lane. */
export function markOfRecords(records: readonly RunRecord[]): (record: number) => KeyMark {
  const marks = new Map<string, KeyMark>();
  for (const { key } of records) {
    if (key !== null && !marks.has(key) && marks.size < markedKeys) marks.set(key, marks.size + 1);
  }
  return (record) => {
    const key = records[record]?.key ?? null;
    return key === null ? 0 : (marks.get(key) ?? 0);
  };
}
