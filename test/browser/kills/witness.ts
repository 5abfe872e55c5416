import {
  workTopics,
  type Told,
  type Durability,
  type FoundLog,
  type FoundPartition,
  type FoundRecord,
} from '../log-page/workload.js';

interface AcknowledgedRecord {
  readonly run: number;
  readonly number: number;
  readonly key: string | null;
  readonly durability: Durability;
}

interface KnownPartition {
  /** Acknowledged since the log was last read, by offset. */
  readonly acknowledged: Map<number, AcknowledgedRecord>;
  /** What was read last: it may not change any more, only go by retention or compaction. */
  read: FoundPartition | undefined;
}

/** What came of a kill. */
export interface Verdict {
  /** Records that were acknowledged and are gone, by what was promised of them. */
  readonly lost: Readonly<Record<Durability, number>>;
  /** Whatever else may not be, in words. */
  readonly wrong: readonly string[];
}

/** Outside of the browser, remembers what was acknowledged, and compares that with what a log holds when it is opened again. */
export class Witness {
  readonly acknowledged: Record<Durability, number> = { strict: 0, relaxed: 0 };
  private readonly partitions = new Map<string, KnownPartition>();
  private committed = -1;

  hear(told: Told): void {
    if (told.kind === 'commit') this.committed = Math.max(this.committed, told.offset);
    if (told.kind !== 'records') return;
    const { topic, partition, baseOffset, run, first, keys, durability } = told;
    this.acknowledged[durability] += keys.length;
    const known = this.known(`${topic}-${partition}`);
    keys.forEach((key, index) =>
      known.acknowledged.set(baseOffset + index, { run, number: first + index, key, durability }),
    );
  }

  /** Judges a log that was opened again. What it holds counts as durable from now on. */
  judge(log: FoundLog): Verdict {
    const lost: Record<Durability, number> = { strict: 0, relaxed: 0 };
    const wrong: string[] = [];
    const found = new Map(log.partitions.map((partition) => [`${partition.topic}-${partition.partition}`, partition]));
    for (const name of this.partitions.keys()) {
      if (found.has(name)) continue;
      wrong.push(`${name} is gone`);
      for (const { durability } of this.known(name).acknowledged.values()) lost[durability]++;
    }
    for (const [name, partition] of found) {
      const known = this.known(name);
      const isCompacted = workTopics.some(({ topic, isCompacted }) => topic === partition.topic && isCompacted);
      const say = (what: string): unknown => wrong.push(`${name}: ${what}`);
      checkRecords(partition, isCompacted, say);
      if (known.read !== undefined) checkUnchanged(known.read, partition, isCompacted, say);
      checkRetention(partition, say);
      for (const durability of lostOf(known.acknowledged, partition, isCompacted, say)) lost[durability]++;
      known.acknowledged.clear();
      known.read = partition;
    }
    if (log.committed < this.committed)
      wrong.push(`the group has committed ${this.committed}, but ${log.committed} was found`);
    this.committed = log.committed;
    return { lost, wrong };
  }

  private known(name: string): KnownPartition {
    let known = this.partitions.get(name);
    if (known === undefined) this.partitions.set(name, (known = { acknowledged: new Map(), read: undefined }));
    return known;
  }
}

/** Each record is one that was sent; each writer's records are there once, in its order, and, but for what retention took, from its first one on without a gap. */
function checkRecords(
  { logStartOffset, endOffset, records }: FoundPartition,
  isCompacted: boolean,
  say: (what: string) => void,
): void {
  const latest = new Map<number, number>();
  let next = logStartOffset;
  for (const { offset, id } of records) {
    if (isCompacted ? offset < next : offset !== next) say(`offset ${offset} follows ${next - 1}`);
    next = offset + 1;
    if (id === undefined) {
      say(`nobody sent what lies at ${offset}`);
      continue;
    }
    const before = latest.get(id.run) ?? -1;
    const mayBegin = before === -1 && logStartOffset > 0;
    if (isCompacted ? id.number <= before : id.number !== before + 1 && !mayBegin)
      say(`record ${id.number} of run ${id.run} lies at ${offset}, behind record ${before}`);
    latest.set(id.run, id.number);
  }
  if (!isCompacted && next !== endOffset) say(`it ends at ${endOffset}, but its last record is at ${next - 1}`);
}

/** What was read once is there as it was; only retention and compaction may have taken some. */
function checkUnchanged(
  before: FoundPartition,
  now: FoundPartition,
  isCompacted: boolean,
  say: (what: string) => void,
): void {
  if (now.logStartOffset < before.logStartOffset)
    say(`it begins at ${now.logStartOffset}, after it began at ${before.logStartOffset}`);
  if (now.endOffset < before.endOffset) say(`it ends at ${now.endOffset}, after it ended at ${before.endOffset}`);
  const found = new Map(now.records.map((record) => [record.offset, record]));
  const newest = newestOf(now.records);
  for (const record of before.records) {
    if (record.offset < now.logStartOffset) continue;
    const again = found.get(record.offset);
    if (again === undefined ? !(isCompacted && isSuperseded(record, newest)) : !isSame(record, again))
      say(`what was read at ${record.offset} is ${again === undefined ? 'gone' : 'another'} now`);
  }
}

/** Retention by size leaves as much as it is told to. */
function checkRetention({ topic, logStartOffset, bytes }: FoundPartition, say: (what: string) => void): void {
  const retained = workTopics.find((each) => each.topic === topic)?.configs['retention.bytes'];
  if (retained === undefined ? logStartOffset > 0 : logStartOffset > 0 && bytes < Number(retained))
    say(`it begins at ${logStartOffset} and has ${bytes} bytes, but ${retained ?? 'all'} should be left`);
}

/** The levels of those acknowledged records that are gone; tells of those that are others now. */
function lostOf(
  acknowledged: ReadonlyMap<number, AcknowledgedRecord>,
  { logStartOffset, endOffset, records }: FoundPartition,
  isCompacted: boolean,
  say: (what: string) => void,
): Durability[] {
  const found = new Map(records.map((record) => [record.offset, record]));
  const newest = newestOf(records);
  return [...acknowledged].flatMap(([offset, { run, number, key, durability }]) => {
    if (offset < logStartOffset) return [];
    const record = found.get(offset);
    if (record !== undefined && isSame(record, { offset, key, id: { run, number } })) return [];
    if (record === undefined && isCompacted && isSuperseded({ offset, key, id: undefined }, newest)) return [];
    if (record !== undefined || offset < endOffset)
      say(
        `record ${number} of run ${run} was acknowledged at ${offset}, where there is ${record ? 'another' : 'none'}`,
      );
    return [durability];
  });
}

function newestOf(records: readonly FoundRecord[]): ReadonlyMap<string | null, number> {
  return new Map(records.map(({ key, offset }) => [key, offset]));
}

function isSuperseded({ key, offset }: FoundRecord, newest: ReadonlyMap<string | null, number>): boolean {
  return (newest.get(key) ?? -1) > offset;
}

function isSame(a: FoundRecord, b: FoundRecord): boolean {
  return a.key === b.key && a.id?.run === b.id?.run && a.id?.number === b.id?.number;
}
