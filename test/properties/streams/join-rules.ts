import { expect } from 'vitest';
import type { ApplicationRule } from './application-rules.js';
import { joinBounds, shortGrace } from './join-programs.js';
import {
  byTask,
  lastProcessings,
  livesOf,
  placeOf,
  wasCommitted,
  type Processing,
  type TaskLife,
} from './task-lives.js';

const { before, after } = joinBounds;

interface Pair {
  readonly left: Processing;
  readonly right: Processing;
}

/** STR-5 of an inner join: whatever the order, what is of one key and near enough is paired, and nothing else. */
export const innerJoinPairs: ApplicationRule = (run) => {
  const pairs = byTask(livesOf(run)).flatMap((ofTask) => pairsOf(lastOf(ofTask)));
  expect(new Set(run.output.map(({ value }) => value))).toEqual(new Set(pairs.map(textOfPair)));
};

/**
 * STR-5 of left and outer joins: the pairs are as those of an inner join, save those that come when the other record is forgotten already; and what a preserved side has without
 * a partner goes out, and not before its window and the grace are over.
 */
export const unmatchedGoOutOnceTheyAreAlone =
  (preserved: readonly ('left' | 'right')[]): ApplicationRule =>
  (run) => {
    const sent = new Set(run.output.map(({ value }) => value ?? ''));
    const possible = new Set<string>();
    const lives = livesOf(run);
    for (const ofTask of byTask(lives)) {
      const last = lastOf(ofTask);
      const pairs = pairsOf(last);
      for (const pair of pairs) {
        possible.add(textOfPair(pair));
        const isSure = isRemembered(ofTask, pair);
        if (isSure && !sent.has(textOfPair(pair))) throw new Error(`${textOfPair(pair)} is missing.`);
      }
      for (const record of last.filter(({ topic }) => (preserved as readonly string[]).includes(topic))) {
        const partners = pairs.flatMap(({ left, right }) =>
          left === record ? [right] : right === record ? [left] : [],
        );
        const alone = textOfAlone(record);
        if (sent.has(alone) && !mayBeAlone(ofTask, record, partners))
          throw new Error(`${alone} went out, though its window was open, or it had a partner.`);
        if (partners.length === 0 && hasToBeAlone(ofTask, record) && !sent.has(alone))
          throw new Error(`${alone} is over, and did not go out.`);
        if (sent.has(alone)) possible.add(alone);
      }
    }
    expect([...sent].filter((each) => !possible.has(each))).toEqual([]);
  };

/**
 * STR-6: a stream's record goes out with the row that the table had when it was processed, or had at the record's time if the table is versioned. What was processed before a
 * crash and not committed is perhaps in the table when a life begins, and perhaps not.
 */
export const rowsOfTheirTurn =
  (isVersioned: boolean): ApplicationRule =>
  (run) => {
    const allowed = new Map<string, Set<string>>();
    for (const ofTask of byTask(livesOf(run))) {
      for (const life of ofTask) {
        for (const record of life.processings.filter(({ topic }) => topic === 'left')) {
          const rows = rowsSeen(ofTask, life, record, isVersioned);
          const place = placeOf(record);
          const texts = allowed.get(place) ?? new Set();
          for (const row of rows) texts.add(`${record.value ?? '-'}+${row ?? '-'}`);
          allowed.set(place, texts);
        }
      }
    }
    const sent = run.output.map(({ value }) => value ?? '');
    const known = new Set([...allowed.values()].flatMap((texts) => [...texts]));
    for (const text of sent)
      if (!known.has(text)) throw new Error(`${text} went out, of a row that was not there then.`);
    for (const [place, texts] of allowed)
      if (!sent.some((text) => texts.has(text)))
        throw new Error(`Nothing went out for ${place}: ${[...texts].join(' or ')}.`);
  };

function rowsSeen(
  ofTask: readonly TaskLife[],
  life: TaskLife,
  record: Processing,
  isVersioned: boolean,
): (string | null)[] {
  const rows = (processings: readonly Processing[]) =>
    processings.filter(({ topic, key, at }) => topic === 'right' && key === record.key && at < record.at);
  const here = rows(life.processings);
  const earlier = rows(ofTask.filter((each) => each !== life).flatMap(({ processings }) => processings));
  const sure = [...once(earlier.filter((each) => wasCommitted(life, each))), ...here];
  const perhaps = once(earlier.filter((each) => !wasCommitted(life, each)));
  if (!isVersioned) {
    const last = here.at(-1) ?? sure.at(-1);
    const others = here.length === 0 ? perhaps : [];
    return [last?.value ?? null, ...others.map(({ value }) => value)];
  }
  const inTime = (list: readonly Processing[]) => list.filter(({ timestamp }) => timestamp <= record.timestamp);
  const newest = inTime(sure).reduce<Processing | undefined>(
    // Of two of one time the later one counts.
    (best, each) => (best === undefined || each.timestamp >= best.timestamp ? each : best),
    undefined,
  );
  const others = inTime(perhaps).filter(({ timestamp }) => timestamp >= (newest?.timestamp ?? -1));
  return [newest?.value ?? null, ...others.map(({ value }) => value)];
}

/** Each record as it was processed last, in the order of their offsets. */
function once(processings: readonly Processing[]): Processing[] {
  const last = new Map(processings.map((each) => [placeOf(each), each]));
  return [...last.values()].sort((one, other) => one.offset - other.offset);
}

function lastOf(ofTask: readonly TaskLife[]): Processing[] {
  return [...lastProcessings(ofTask).values()];
}

function pairsOf(records: readonly Processing[]): Pair[] {
  const [lefts, rights] = ['left', 'right'].map((side) => records.filter(({ topic }) => topic === side));
  return (lefts ?? []).flatMap((left) =>
    (rights ?? [])
      .filter(
        ({ key, timestamp }) =>
          key === left.key && timestamp >= left.timestamp - before && timestamp <= left.timestamp + after,
      )
      .map((right) => ({ left, right })),
  );
}

/** Whether the one that was processed first was still in its store, for sure, when the other one came. */
function isRemembered(ofTask: readonly TaskLife[], { left, right }: Pair): boolean {
  const [first, second] = left.at < right.at ? [left, right] : [right, left];
  return first.timestamp > reachedBefore(ofTask, second.at) - (before + after + shortGrace);
}

/** How far time had come in any life, before or with a processing. */
function reachedBefore(ofTask: readonly TaskLife[], at: number): number {
  return Math.max(
    ...ofTask.flatMap(({ processings }) => processings.filter((each) => each.at <= at).map((each) => each.timestamp)),
  );
}

function lookahead({ topic }: Processing): number {
  return topic === 'left' ? after : before;
}

/** Whether there was a moment at which the record was there, its time over, and none of its partners seen. */
function mayBeAlone(ofTask: readonly TaskLife[], record: Processing, partners: readonly Processing[]): boolean {
  const place = placeOf(record);
  const places = new Map(partners.map((each) => [placeOf(each), each]));
  for (const life of ofTask) {
    let isThere = wasCommitted(life, record);
    let reached = -1;
    const isForgotten = (partner: Processing, at: number) =>
      partner.timestamp <= reachedBefore(ofTask, at) - (before + after + shortGrace);
    const seen = partners.filter((each) => wasCommitted(life, each));
    for (const each of life.processings) {
      reached = Math.max(reached, each.timestamp);
      // The look for those that are over comes before the record is joined.
      const isOver = record.timestamp + lookahead(record) + shortGrace < reached;
      const hasPartner = () => seen.some((partner) => !isForgotten(partner, each.at));
      if (isThere && isOver && !hasPartner()) return true;
      const isNow = placeOf(each) === place;
      if (isNow && record.timestamp + lookahead(record) < reached && !hasPartner()) return true;
      isThere ||= isNow;
      const partner = places.get(placeOf(each));
      if (partner !== undefined) seen.push(partner);
    }
  }
  return false;
}

/** Whether a record that was not repeated has moved time past all that a look may wait for. */
function hasToBeAlone(ofTask: readonly TaskLife[], record: Processing): boolean {
  const last = lastProcessings(ofTask);
  const farthest = record.timestamp + lookahead(record) + 2 * shortGrace + Math.max(before, after);
  return ofTask.some(({ processings }) => {
    let reached = -1;
    return processings.some((each) => {
      const moves = each.timestamp >= reached;
      reached = Math.max(reached, each.timestamp);
      return moves && last.get(placeOf(each)) === each && each.at > record.at && each.timestamp > farthest;
    });
  });
}

function textOfPair({ left, right }: Pair): string {
  return `${left.value ?? ''}+${right.value ?? ''}`;
}

function textOfAlone({ topic, value }: Processing): string {
  return topic === 'left' ? `${value ?? ''}+-` : `-+${value ?? ''}`;
}
