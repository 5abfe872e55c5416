import type { Crash } from '../../../../src/engine/environment/memory-disk.js';
import type { PartitionLog } from '../../../../src/engine/log/partition-log.js';
import { lastSequenceOf } from '../../../../src/engine/log/producers/producer-entry.js';
import { firstOpenOffset, invisibleBatches, modelBatches, type ModelBatch, type PossibleLog } from './log-model.js';
import type { PromisedLog } from './log-model.js';

/** What was found in a log that a crash has left. */
export interface FoundLog {
  readonly start: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly end: number;
  readonly batches: readonly ModelBatch[];
  /** Offsets of the records that a reader of committed records sees. */
  readonly committed: readonly number[];
  readonly lastSequences: ReadonlyMap<number, number>;
}

/** Reads all of a log. */
export async function readLog(log: PartitionLog): Promise<FoundLog> {
  const batches: ModelBatch[] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset;) {
    const read = modelBatches(await log.read(offset, 100_000, { isolation: 'log-end', minOneMessage: true }));
    if (read.length === 0) break;
    batches.push(...read);
    offset = (read.at(-1) as ModelBatch).lastOffset + 1;
  }
  return {
    start: log.logStartOffset,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    end: log.logEndOffset,
    batches,
    committed: await readCommitted(log),
    lastSequences: new Map([...log.activeProducers].map((entry) => [entry.producerId, lastSequenceOf(entry)])),
  };
}

/** As a consumer does it: what the aborted transactions name is left out up to their markers. */
async function readCommitted(log: PartitionLog): Promise<number[]> {
  const seen: number[] = [];
  for (let offset = log.logStartOffset; offset < log.lastStableOffset;) {
    const limits = { isolation: 'committed', minOneMessage: true } as const;
    const { records, abortedTransactions = [] } = await log.fetch(offset, 100_000, limits);
    const read = modelBatches(records);
    if (read.length === 0) break;
    const waiting = [...abortedTransactions].sort((a, b) => a.firstOffset - b.firstOffset);
    const aborting = new Set<number>();
    for (const batch of read) {
      while (waiting[0] !== undefined && waiting[0].firstOffset <= batch.lastOffset)
        aborting.add((waiting.shift() as { producerId: number }).producerId);
      if (batch.isControl) aborting.delete(batch.producerId);
      else if (!batch.isTransactional || !aborting.has(batch.producerId))
        seen.push(...batch.records.map((record) => record.offset).filter((each) => each >= offset));
    }
    offset = (read.at(-1) as ModelBatch).lastOffset + 1;
  }
  return seen;
}

/** Throws if what was found after a crash is not what was promised. */
export function judge(found: FoundLog, promised: PromisedLog, crash: Crash): void {
  const faults = promised.possible.map((possible) => faultIn(found, possible, promised, crash));
  if (!faults.includes(undefined)) throw new Error(faults.join('; nor: '));
}

function faultIn(found: FoundLog, log: PossibleLog, promised: PromisedLog, crash: Crash): string | undefined {
  const { start, end, highWatermark } = found;
  if (start < log.start.least || start > log.start.most)
    return `LOG-4 the log starts at ${start}, not at ${log.start.least}…${log.start.most}`;
  if (end < log.end[crash])
    return `LOG-5 ${log.end[crash]} is the end of what was acknowledged, but the log ends at ${end}`;
  if (end !== start && !log.batches.some(({ lastOffset }) => lastOffset + 1 === end))
    return `LOG-5 the log ends at ${end}, where no batch that was appended ends`;
  if (highWatermark !== end)
    return `LOG-4 the high watermark is ${highWatermark}, but ${end} is the end of what is durable`;
  const expected = log.batches.filter(({ lastOffset }) => lastOffset >= start && lastOffset < end);
  return (
    faultInBatches(found, expected, promised.removable) ??
    faultInFold(found, expected, promised.removable) ??
    faultInTransactions(found) ??
    faultInSequences(found, log)
  );
}

/** The batches are those that were appended; of those that compaction may have been at, what it leaves. */
function faultInBatches(
  { batches }: FoundLog,
  expected: readonly ModelBatch[],
  removable: ReadonlySet<number>,
): string | undefined {
  const left = new Map(batches.map((batch) => [batch.baseOffset, batch]));
  if (left.size !== batches.length) return 'LOG-5 an offset is there twice';
  for (const each of expected) {
    const batch = left.get(each.baseOffset);
    left.delete(each.baseOffset);
    if (batch !== undefined && (batch.lastOffset !== each.lastOffset || batch.text !== each.text))
      return `LOG-2 the batch ${batch.baseOffset}…${batch.lastOffset} (${batch.text}) was ${each.baseOffset}…${each.lastOffset} (${each.text})`;
    const records = new Map(batch?.records.map((record) => [record.offset, record.text]));
    for (const { offset, text } of each.records) {
      const kept = records.get(offset);
      if (kept === undefined ? !removable.has(offset) : kept !== text)
        return `LOG-5 offset ${offset} holds ${kept ?? 'nothing'}, but ${text} was appended`;
      records.delete(offset);
    }
    if (records.size > 0) return `LOG-5 offset ${[...records.keys()].join(', ')} was never in this batch`;
  }
  return left.size === 0 ? undefined : `LOG-5 offset ${[...left.keys()].join(', ')} holds what was never appended`;
}

/** Compaction keeps the last value of each key. */
function faultInFold(
  { batches }: FoundLog,
  expected: readonly ModelBatch[],
  removable: ReadonlySet<number>,
): string | undefined {
  if (removable.size === 0) return undefined;
  const [found, wanted] = [batches, expected].map((each) => JSON.stringify(lastValues(each)));
  return found === wanted ? undefined : `CMP-1 the last values are ${found}, but ${wanted} were written`;
}

/** The last value of each key that readers of committed records see; a tombstone leaves none. */
export function lastValues(batches: readonly ModelBatch[]): [string, string][] {
  const invisible = invisibleBatches(batches);
  const last = new Map<string, string>();
  for (const batch of batches) {
    if (batch.isControl || invisible.has(batch)) continue;
    for (const { key, text, isTombstone } of batch.records) {
      if (key === null) continue;
      if (isTombstone) last.delete(key);
      else last.set(key, text);
    }
  }
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Readers of committed records see those of transactions that were committed, and none beyond the last stable offset. */
function faultInTransactions(found: FoundLog): string | undefined {
  const { batches, start, highWatermark, lastStableOffset, committed } = found;
  const stable = firstOpenOffset(batches) ?? highWatermark;
  if (lastStableOffset !== stable) return `LOG-4 the last stable offset is ${lastStableOffset}, not ${stable}`;
  const invisible = invisibleBatches(batches);
  const visible = batches
    .filter((batch) => !batch.isControl && !invisible.has(batch))
    .flatMap(({ records }) => records.map(({ offset }) => offset))
    .filter((offset) => offset >= start && offset < lastStableOffset);
  return visible.join() === committed.join()
    ? undefined
    : `CMP-8 readers of committed records see the offsets ${committed.join()}, but ${visible.join()} are committed`;
}

/** The last sequence of every producer is known, whether compaction has left its records or not. As in Kafka, one that wrote only before the log's start may be forgotten. */
function faultInSequences({ start, end, lastSequences }: FoundLog, { batches }: PossibleLog): string | undefined {
  const last = new Map<number, ModelBatch>();
  for (const batch of batches)
    if (batch.producerId >= 0 && !batch.isControl && batch.lastOffset < end) last.set(batch.producerId, batch);
  for (const [producerId, { lastSequence: sequence, lastOffset }] of last) {
    const known = lastSequences.get(producerId) ?? -1;
    if (known !== sequence && (known >= 0 || lastOffset >= start))
      return `CMP-7 the last sequence of producer ${producerId} is ${known}, but it wrote ${sequence}`;
  }
  return undefined;
}
