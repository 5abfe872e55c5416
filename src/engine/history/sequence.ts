import type { Millis } from '../environment/environment.js';

/** One record in one actor's hands. Records are numbered in the sequence in which they were sent. */
export interface JudgedHandling {
  readonly actor: string;
  readonly record: number;
  /** Null: the record has no key and takes part in no key's sequence. */
  readonly key: string | null;
  readonly deliveredMs: Millis;
  /** Undefined while it is being handled. */
  readonly handledMs: Millis | undefined;
  /** Indexes of the trace events that tell of it. */
  readonly evidence: readonly number[];
}

/** A later record of a key that was finished before an earlier one that had been delivered too. */
export interface Overtaking {
  readonly actorScope: string;
  readonly key: string;
  readonly earlier: number;
  readonly later: number;
  readonly laterActor: string;
  readonly earlierActor: string;
  readonly laterHandledMs: Millis;
  /** Undefined while the earlier one is not finished. */
  readonly earlierHandledMs: Millis | undefined;
  readonly byMs: Millis | undefined;
  /** Indexes of trace events, rising. */
  readonly evidence: readonly number[];
}

/** Whether those who share the work (`scope`) kept the sequence, judged key by key. */
export interface SequenceJudgement {
  readonly scope: string;
  readonly kept: boolean;
  /** Keys of which at least two records were finished. */
  readonly keysJudged: number;
  /** In the order of their first records. */
  readonly brokenKeys: readonly string[];
  readonly overtakings: readonly Overtaking[];
  /** Whether everything was finished in the sequence in which it was sent, whatever the key. */
  readonly keptAcrossKeys: boolean;
}

/**
 * Judges per-key order: a record counts as finished when it was finished for the first time, so that handling it again later breaks nothing. Finished within
 * one millisecond is finished together.
 */
export function judgeSequence(scope: string, handlings: readonly JudgedHandling[]): SequenceJudgement {
  const records = firstFinishes(handlings);
  const keys = new Map<string, JudgedHandling[]>();
  for (const record of records) {
    if (record.key === null) continue;
    const known = keys.get(record.key);
    if (known === undefined) keys.set(record.key, [record]);
    else known.push(record);
  }
  const overtakings = [...keys].flatMap(([key, ofKey]) =>
    inversions(ofKey).map(([earlier, later]) => overtaking(scope, key, earlier, later)),
  );
  return {
    scope,
    kept: overtakings.length === 0,
    keysJudged: [...keys.values()].filter((ofKey) => ofKey.filter(isFinished).length >= 2).length,
    brokenKeys: [...new Set(overtakings.map(({ key }) => key))],
    overtakings,
    keptAcrossKeys: inversions(records).length === 0,
  };
}

/** For each record the handling that finished it first, or its last unfinished one; in the sequence of the records. */
function firstFinishes(handlings: readonly JudgedHandling[]): readonly JudgedHandling[] {
  const first = new Map<number, JudgedHandling>();
  for (const handling of handlings) {
    const known = first.get(handling.record);
    if (
      known === undefined ||
      finishedAt(handling) < finishedAt(known) ||
      (!isFinished(known) && !isFinished(handling))
    )
      first.set(handling.record, handling);
  }
  return [...first.values()].sort((one, other) => one.record - other.record);
}

/** All pairs of records of which the later was finished before the earlier. */
function inversions(records: readonly JudgedHandling[]): readonly (readonly [JudgedHandling, JudgedHandling])[] {
  const found: [JudgedHandling, JudgedHandling][] = [];
  let latestFinish = -Infinity;
  records.forEach((later, at) => {
    const finish = finishedAt(later);
    if (finish < latestFinish) {
      for (const earlier of records.slice(0, at)) if (finishedAt(earlier) > finish) found.push([earlier, later]);
    }
    latestFinish = Math.max(latestFinish, finish);
  });
  return found;
}

function overtaking(scope: string, key: string, earlier: JudgedHandling, later: JudgedHandling): Overtaking {
  const laterHandledMs = finishedAt(later);
  const earlierHandledMs = earlier.handledMs;
  return {
    actorScope: scope,
    key,
    earlier: earlier.record,
    later: later.record,
    laterActor: later.actor,
    earlierActor: earlier.actor,
    laterHandledMs,
    earlierHandledMs,
    byMs: earlierHandledMs === undefined ? undefined : earlierHandledMs - laterHandledMs,
    evidence: [...earlier.evidence, ...later.evidence].sort((one, other) => one - other),
  };
}

function isFinished({ handledMs }: JudgedHandling): boolean {
  return handledMs !== undefined;
}

function finishedAt({ handledMs }: JudgedHandling): Millis {
  return handledMs ?? Infinity;
}
