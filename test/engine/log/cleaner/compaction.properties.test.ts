import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanDirtiest } from '../../../../src/engine/log/cleaner/log-cleaner.js';
import type { PartitionLog } from '../../../../src/engine/log/partition-log.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../../../src/engine/protocol/record-batch.js';
import { openOrders, tracedEnvironment } from '../log-builder.js';

const deleteRetentionMs = 100;
const text = new TextDecoder();
const bytes = (value: string) => new TextEncoder().encode(value);

interface Kept {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

type Command =
  | { readonly does: 'append'; readonly records: readonly { readonly key: string; readonly value: string | null }[] }
  | { readonly does: 'roll' | 'clean' }
  | { readonly does: 'wait'; readonly ms: number };

const record = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  value: fc.option(fc.string({ maxLength: 6 }), { freq: 3 }),
});
const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Command>[]>(
    {
      weight: 8,
      arbitrary: fc.record({ does: fc.constant('append'), records: fc.array(record, { minLength: 1, maxLength: 3 }) }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('roll') }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('clean') }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.nat({ max: 150 }) }) },
  ),
  { maxLength: 40, size: 'max' },
);

/** A compacted log whose cleaner and clock are ours. */
class CompactedLog {
  private now = 1_000_000;
  readonly all: Kept[] = [];
  /** When a cleaning first went over an offset. */
  readonly firstCleanedAt = new Map<number, number>();
  private before: readonly Kept[] = [];

  private constructor(private readonly log: { current?: PartitionLog } = {}) {}

  static async open(): Promise<CompactedLog> {
    const opened = new CompactedLog();
    const environment = tracedEnvironment({ now: () => opened.now });
    opened.log.current = await openOrders({
      environment,
      config: { segmentBytes: 300, isCompacted: true, isDeleted: false, minCleanableDirtyRatio: 0, deleteRetentionMs },
    });
    return opened;
  }

  private get partition(): PartitionLog {
    if (this.log.current === undefined) throw new Error('The log is not open.');
    return this.log.current;
  }

  async carryOut(command: Command): Promise<void> {
    if (command.does === 'append') return this.append(command.records);
    if (command.does === 'wait') this.now += command.ms;
    else if (command.does === 'roll') this.partition.roll();
    else await this.clean();
  }

  private async append(records: readonly { key: string; value: string | null }[]): Promise<void> {
    const encoded = encodeBatch({
      records: records.map(({ key, value }) => ({
        key: bytes(key),
        value: value === null ? null : bytes(value),
        timestamp: this.now,
      })),
    });
    const { baseOffset, durable } = this.partition.append(encoded, { durability: 'relaxed' });
    await durable;
    records.forEach(({ key, value }, index) => this.all.push({ offset: baseOffset + index, key, value }));
  }

  private async clean(): Promise<void> {
    this.before = await this.kept();
    const active = this.partition.segments.at(-1)?.baseOffset ?? 0;
    const settings = { dedupeBufferBytes: 24 * 100, now: () => this.now };
    const { cleaned } = await cleanDirtiest([this.partition], settings);
    const after = await this.kept();
    this.judge(after, active);
    if (cleaned === undefined) return;
    for (const { offset } of this.before)
      if (offset < cleaned.endOffset && !this.firstCleanedAt.has(offset)) this.firstCleanedAt.set(offset, this.now);
    await cleanDirtiest([this.partition], settings);
    expect(await this.kept(), 'CMP-5 cleaning again changes nothing').toEqual(after);
  }

  private judge(after: readonly Kept[], active: number): void {
    expect(folded(after), 'CMP-1 the last values are those of the whole log').toEqual(folded(this.all));
    const known = new Map(this.all.map((each) => [each.offset, each]));
    for (const each of after) expect(each, 'CMP-2 what stays is what it was').toEqual(known.get(each.offset));
    expect(
      after.map(({ offset }) => offset),
      'CMP-2 in its sequence',
    ).toEqual(after.map(({ offset }) => offset).toSorted((a, b) => a - b));
    expect(
      after.filter(({ offset }) => offset >= active),
      'CMP-3 the active segment is left alone',
    ).toEqual(this.all.filter(({ offset }) => offset >= active));
    const left = new Set(after.map(({ offset }) => offset));
    for (const { offset, key, value } of this.before) {
      const isLast = !this.all.some((later) => later.key === key && later.offset > offset);
      if (left.has(offset) || value !== null || !isLast) continue;
      const since = this.firstCleanedAt.get(offset);
      expect(since, 'CMP-4 a tombstone outlives the first cleaning').toBeDefined();
      expect(this.now - (since ?? 0), 'CMP-4 and stays for delete.retention.ms').toBeGreaterThanOrEqual(
        deleteRetentionMs,
      );
    }
  }

  /** Everything that can be read. */
  async kept(): Promise<Kept[]> {
    const kept: Kept[] = [];
    const end = this.partition.highWatermark;
    for (let offset = this.partition.logStartOffset; offset < end;) {
      const read = await this.partition.read(offset, 100_000, { minOneMessage: true });
      let next = offset;
      for (const { header } of batchesIn(read)) {
        next = header.lastOffset + 1;
        for (const each of decodeRecords(read, header))
          kept.push({
            offset: each.offset,
            key: text.decode(each.key ?? undefined),
            value: each.value === null ? null : text.decode(each.value),
          });
      }
      if (next === offset) break;
      offset = next;
    }
    return kept;
  }
}

/** The last value of each key; a tombstone leaves none. */
function folded(records: readonly Kept[]): Record<string, string> {
  const last = new Map<string, string>();
  for (const { key, value } of records) {
    if (value === null) last.delete(key);
    else last.set(key, value);
  }
  return Object.fromEntries([...last].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('compaction', () => {
  it('CMP-1 to CMP-5 and CMP-9 hold for all sequences of appends, rolls, cleanings and pauses', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const log = await CompactedLog.open();
        for (const command of sequence) await log.carryOut(command);
      }),
      { numRuns: 60 },
    );
  });
});
