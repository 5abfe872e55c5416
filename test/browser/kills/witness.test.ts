import { describe, expect, test } from 'vitest';
import type { FoundPartition, FoundRecord } from '../log-page/workload.js';
import { readValue, valueOf } from '../log-page/workload.js';
import { Witness, type Verdict } from './witness.js';

const clean: Verdict = { lost: { strict: 0, relaxed: 0 }, wrong: [] };

const record = (offset: number, number: number, run = 0, key: string | null = null): FoundRecord => ({
  offset,
  key,
  id: { run, number },
});

function partition(records: readonly FoundRecord[], given: Partial<FoundPartition> = {}): FoundPartition {
  const endOffset = (records.at(-1)?.offset ?? -1) + 1;
  return { topic: 'plain', partition: 0, logStartOffset: 0, endOffset, bytes: 1_000_000, records, ...given };
}

/** Five records were acknowledged, at 0 to 4. */
function witness(given: { topic?: string; durability?: 'strict' | 'relaxed'; keys?: (string | null)[] } = {}): Witness {
  const { topic = 'plain', durability = 'strict', keys = [null, null, null, null, null] } = given;
  const heard = new Witness();
  heard.hear({ kind: 'records', topic, partition: 0, baseOffset: 0, run: 0, first: 0, keys, durability });
  return heard;
}

const five = [0, 1, 2, 3, 4].map((at) => record(at, at));

describe('the witness of kills', () => {
  test('accepts a log that holds what was acknowledged, and more', () => {
    const heard = witness();
    expect(heard.judge({ partitions: [partition([...five, record(5, 5)])], committed: -1 })).toEqual(clean);
    expect(heard.acknowledged).toEqual({ strict: 5, relaxed: 0 });
  });

  test('counts an end that is gone by what was promised of it, and takes it as it is from then on', () => {
    for (const durability of ['strict', 'relaxed'] as const) {
      const heard = witness({ durability });
      const log = { partitions: [partition(five.slice(0, 3))], committed: -1 };
      expect(heard.judge(log)).toEqual({ lost: { ...clean.lost, [durability]: 2 }, wrong: [] });
      expect(heard.judge(log)).toEqual(clean);
    }
  });

  test.each([
    ['a hole', [record(0, 0), record(1, 1), record(3, 3), record(4, 4)]],
    ['a record that is missing where offsets go on', [0, 1, 2, 4, 5].map((number, offset) => record(offset, number))],
    ['a record that is there twice', [0, 1, 1, 2, 3, 4].map((number, offset) => record(offset, number))],
    ['two that have changed places', [0, 2, 1, 3, 4].map((number, offset) => record(offset, number))],
    ['what nobody sent', [...five.slice(0, 4), { offset: 4, key: null, id: undefined }]],
    ['another key', [...five.slice(0, 4), record(4, 4, 0, 'key')]],
    ['a log without its first records', five.map((each) => ({ ...each, offset: each.offset + 1 }))],
  ])('finds %s', (_, records) => {
    expect(witness().judge({ partitions: [partition(records)], committed: -1 }).wrong).not.toEqual([]);
  });

  test('finds a partition that is gone, and one that begins too late', () => {
    expect(witness().judge({ partitions: [], committed: -1 })).toEqual({
      lost: { strict: 5, relaxed: 0 },
      wrong: ['plain-0 is gone'],
    });
    const late = partition(five.slice(2), { logStartOffset: 2 });
    expect(witness().judge({ partitions: [late], committed: -1 }).wrong).not.toEqual([]);
    const kept = { ...late, topic: 'kept' };
    expect(witness({ topic: 'kept' }).judge({ partitions: [kept], committed: -1 })).toEqual(clean);
    const tooShort = { ...kept, bytes: 100 };
    expect(witness({ topic: 'kept' }).judge({ partitions: [tooShort], committed: -1 }).wrong).not.toEqual([]);
  });

  test('of a compacted topic only what has a newer record may be gone', () => {
    const keys = ['a', 'b', 'a', 'b', 'a'];
    const kept = [record(3, 3, 0, 'b'), record(4, 4, 0, 'a')];
    const judged = (records: readonly FoundRecord[]): Verdict =>
      witness({ topic: 'compacted', keys }).judge({
        partitions: [partition(records, { topic: 'compacted', endOffset: 5 })],
        committed: -1,
      });
    expect(judged(kept)).toEqual(clean);
    expect(judged(kept.slice(1)).wrong).not.toEqual([]);
  });

  test('what was read once may not change, acknowledged or not', () => {
    const heard = witness();
    heard.judge({ partitions: [partition([...five, record(5, 5)])], committed: -1 });
    expect(heard.judge({ partitions: [partition(five)], committed: -1 }).wrong).not.toEqual([]);
  });

  test('an offset that was committed is not taken back', () => {
    const heard = new Witness();
    heard.hear({ kind: 'commit', offset: 7 });
    expect(heard.judge({ partitions: [], committed: 9 })).toEqual(clean);
    expect(heard.judge({ partitions: [], committed: 8 }).wrong).not.toEqual([]);
  });

  test('a value tells which it is, and no other one passes for it', () => {
    const value = valueOf(3, 14, 40);
    expect(readValue(value)).toEqual({ run: 3, number: 14 });
    expect(readValue(value.replace(/.$/, '!'))).toBeUndefined();
    expect(readValue('')).toBeUndefined();
  });
});
