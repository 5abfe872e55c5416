import { expect } from 'vitest';
import type { ApplicationRule } from './application-rules.js';
import type { ApplicationRun } from './application-run.js';
import { byTask, lastProcessings, livesOf, placeOf, type Processing, type TaskLife } from './task-lives.js';
import {
  hoppingWindows,
  keptRetention,
  keptWindows,
  lateSessionGrace,
  sessionGap,
  slidingDifference,
} from './window-programs.js';

interface WindowSpec {
  readonly size: number;
  readonly advance: number;
  readonly grace: number;
}

/** What a window of one key holds, by the oracle. */
interface OracleWindow {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  /** Those of its records that came in time when they were processed last. */
  readonly members: Processing[];
}

/** STR-3 of windows of time: each holds what was in time, and each record that was not is counted, once for each window. */
export const hoppingWindowsHold: ApplicationRule = (run) => {
  const lives = livesOf(run);
  const { windows, dropped } = timeWindows(lives, hoppingWindows);
  expect(run.stores.windows).toEqual(rowsOf(windows));
  expect(lastOfEach(run)).toEqual(textsOf(windows));
  expect(droppedBy(run)).toEqual(dropped);
};

/** STR-3 of sliding windows: one for each set of records that are no further apart than the difference. */
export const slidingWindowsHold: ApplicationRule = (run) => {
  const windows = recordsByKey(run).flatMap(([key, records]) => {
    const starts = new Set<number>();
    for (const { timestamp } of records) {
      starts.add(timestamp - slidingDifference);
      const isFollowed = records.some(
        (other) => other.timestamp > timestamp && other.timestamp <= timestamp + 1 + slidingDifference,
      );
      if (isFollowed) starts.add(timestamp + 1);
    }
    return [...starts].map((start) => {
      const end = start + slidingDifference;
      return { key, start, end, members: records.filter(({ timestamp }) => timestamp >= start && timestamp <= end) };
    });
  });
  expect(run.stores.windows).toEqual(rowsOf(windows));
  expect(lastOfEach(run)).toEqual(textsOf(windows));
};

/** STR-3 of sessions: records of a key with no longer pause between them than the gap. */
export const sessionsHold: ApplicationRule = (run) => {
  const windows = recordsByKey(run).flatMap(([key, records]) => {
    const sessions: OracleWindow[] = [];
    for (const record of records.toSorted((one, other) => one.timestamp - other.timestamp)) {
      const open = sessions.at(-1);
      if (open === undefined || record.timestamp - open.end > sessionGap)
        sessions.push({ key, start: record.timestamp, end: record.timestamp, members: [record] });
      else sessions[sessions.length - 1] = { ...open, end: record.timestamp, members: [...open.members, record] };
    }
    return sessions;
  });
  expect(run.stores.sessions).toEqual(rowsOf(windows));
  expect(lastOfEach(run)).toEqual(textsOf(windows));
};

/** STR-3 where sessions close: what comes too late is dropped and counted. Time begins anew with each life. Only where nothing is processed twice. */
export const lateSessionsHold: ApplicationRule = (run) => {
  let sessions: OracleWindow[] = [];
  const dropped: string[] = [];
  for (const { processings } of livesOf(run)) {
    let streamTime = -1;
    for (const record of processings) {
      const { key, timestamp } = record;
      streamTime = Math.max(streamTime, timestamp);
      const near = sessions.filter(
        (each) => each.key === key && each.end >= timestamp - sessionGap && each.start <= timestamp + sessionGap,
      );
      const merged = {
        key,
        start: Math.min(timestamp, ...near.map(({ start }) => start)),
        end: Math.max(timestamp, ...near.map(({ end }) => end)),
        members: [...near.flatMap(({ members }) => members), record],
      };
      if (merged.end < streamTime - lateSessionGrace - sessionGap) dropped.push(placeOf(record));
      else sessions = [...sessions.filter((each) => !near.includes(each)), merged];
    }
  }
  expect(run.stores.sessions).toEqual(rowsOf(sessions));
  expect(droppedBy(run).map((text) => text.split(' ')[0])).toEqual(dropped.sort());
};

/**
 * STR-4 of `suppress`: nothing goes out before its window has closed, and then all that is in it. In one life of a task each window goes out once; after a crash it may
 * again, and with more, for time begins anew.
 */
export const suppressedWindowsGoOutOnce: ApplicationRule = (run) => {
  const lives = livesOf(run);
  const { windows } = timeWindows(lives, hoppingWindows);
  expect(run.stores.windows).toEqual(rowsOf(windows));
  const last = lastProcessings(lives);
  for (const ofTask of byTask(lives)) {
    const closings = closingsOf(ofTask, last, hoppingWindows);
    for (const window of windows.filter(({ members }) => members.some((each) => taskHas(ofTask, each)))) {
      const sent = sentOf(run, window);
      requireNotBefore(window, ofTask, sent.length);
      const whole = membersText(window);
      for (const value of sent) requireSubset(value, whole, window);
      const known = window.members.map(({ at }) => at);
      const isClosed = closings.some(
        ({ at, reached }) => reached >= windowEnd(window) && known.some((each) => each <= at),
      );
      if (isClosed && sent.length === 0) throw new Error(`${nameOf(window)} has closed, and nothing went out.`);
      const isWhole = closings.some(
        ({ at, reached }) => reached >= windowEnd(window) && known.every((each) => each <= at),
      );
      if (isWhole && sent.at(-1) !== whole)
        throw new Error(`${nameOf(window)} holds ${whole}, and ${sent.at(-1) ?? 'nothing'} went out last.`);
      if (ofTask.length === 1) expect(sent).toEqual(isWhole ? [whole] : []);
    }
  }
};

/** STR-4 of `emitStrategy`: as for `suppress`; but what has gone out by the last commit does not go out again, though more came to it after a restart. */
export const closedWindowsGoOut: ApplicationRule = (run) => {
  const lives = livesOf(run);
  const { windows } = timeWindows(lives, hoppingWindows);
  expect(run.stores.windows).toEqual(rowsOf(windows));
  const last = lastProcessings(lives);
  for (const ofTask of byTask(lives)) {
    const firsts = firstProcessings(ofTask);
    const closings = closingsOf(ofTask, last, hoppingWindows, 'every record');
    for (const window of windows.filter(({ members }) => members.some((each) => taskHas(ofTask, each)))) {
      const sent = sentOf(run, window);
      requireNotBefore(window, ofTask, sent.length);
      const whole = membersText(window);
      // Those that came before any life was past the window's end.
      const inTime = window.members.filter(
        (each) => timeBefore(ofTask, firsts.get(placeOf(each)) as Processing) < windowEnd(window),
      );
      for (const value of sent) {
        requireSubset(value, whole, window);
        requireSubset(membersText({ ...window, members: inTime }), value, window);
      }
      const isClosed = closings.some(
        ({ at, reached }) => reached >= windowEnd(window) && inTime.some((each) => each.at <= at),
      );
      if (isClosed && sent.length === 0) throw new Error(`${nameOf(window)} has closed, and nothing went out.`);
      if (ofTask.length === 1) expect(sent).toEqual(isClosed ? [whole] : []);
    }
  }
};

/** STR-13: what a store no longer has is past its retention, and its window has closed; what it has is whole. */
export const onlyClosedWindowsAreForgotten: ApplicationRule = (run) => {
  const lives = livesOf(run);
  const { windows } = timeWindows(lives, keptWindows);
  for (const ofTask of byTask(lives)) {
    const reached = Math.max(...ofTask.flatMap(({ processings }) => processings.map(({ timestamp }) => timestamp)));
    for (const window of windows.filter(({ members }) => members.some((each) => taskHas(ofTask, each))))
      for (const store of ['persistent', 'memory'] as const) {
        const [row = ''] = rowsOf([window]);
        const isThere = run.stores[store]?.includes(row);
        const hasExpired = window.start <= reached - keptRetention;
        if (isThere === true || (hasExpired && window.end + keptWindows.grace <= reached)) continue;
        throw new Error(`${store} has not got ${row}, which has not closed at ${reached}.`);
      }
  }
  const known = new Set(rowsOf(windows));
  for (const rows of Object.values(run.stores)) for (const row of rows) if (!known.has(row)) requirePart(row, known);
};

/** A row that has expired for a while may be of what came after, when time had begun anew; it is of one window all the same. */
function requirePart(row: string, known: ReadonlySet<string>): void {
  const at = row.indexOf('}=') + 2;
  const whole = [...known].find((each) => each.startsWith(row.slice(0, at)));
  if (whole === undefined) throw new Error(`${row} is of no window.`);
  const values = new Set((JSON.parse(whole.slice(at)) as string).split(' '));
  for (const value of (JSON.parse(row.slice(at)) as string).split(' '))
    if (!values.has(value)) throw new Error(`${row} has ${value}, which ${whole} has not.`);
}

/** Windows with what came in time, and each record and window for which it was too late, in every life. */
function timeWindows(
  lives: readonly TaskLife[],
  { size, advance, grace }: WindowSpec,
): { readonly windows: OracleWindow[]; readonly dropped: string[] } {
  const verdicts = new Map<string, { record: Processing; start: number; isInTime: boolean }>();
  const dropped: string[] = [];
  for (const { processings } of lives) {
    let streamTime = -1;
    for (const record of processings) {
      streamTime = Math.max(streamTime, record.timestamp);
      for (
        let start = record.timestamp - (record.timestamp % advance);
        start > record.timestamp - size;
        start -= advance
      ) {
        const isInTime = start + size > streamTime - grace;
        verdicts.set(`${placeOf(record)} ${start}`, { record, start, isInTime });
        if (!isInTime) dropped.push(`${placeOf(record)} ${start}`);
      }
    }
  }
  const windows = new Map<string, OracleWindow>();
  for (const { record, start, isInTime } of verdicts.values()) {
    if (!isInTime) continue;
    const name = `${record.key}@${start}`;
    const window = windows.get(name) ?? { key: record.key, start, end: start + size, members: [] };
    window.members.push(record);
    windows.set(name, window);
  }
  return { windows: [...windows.values()], dropped: dropped.sort() };
}

/** When updates of windows have moved time on in a life, in processings that were not repeated: how far windows are closed by them. */
function closingsOf(
  ofTask: readonly TaskLife[],
  last: ReadonlyMap<string, Processing>,
  { size, advance, grace }: WindowSpec,
  by: 'updates' | 'every record' = 'updates',
): { readonly at: number; readonly reached: number }[] {
  return ofTask.flatMap(({ processings }) => {
    let streamTime = -1;
    let updateTime = -1;
    return processings.flatMap((record) => {
      const { timestamp } = record;
      streamTime = Math.max(streamTime, timestamp);
      const isUpdate = timestamp - (timestamp % advance) + size > streamTime - grace;
      if (isUpdate) updateTime = Math.max(updateTime, timestamp);
      if (last.get(placeOf(record)) !== record || (by === 'updates' && !isUpdate)) return [];
      return [{ at: record.at, reached: (by === 'updates' ? updateTime : streamTime) - grace }];
    });
  });
}

/** How far the time of the task had come in any life before a processing. */
function timeBefore(ofTask: readonly TaskLife[], { at }: Processing): number {
  const before = ofTask.flatMap(({ processings }) => processings.filter((each) => each.at < at));
  return Math.max(-1, ...before.map(({ timestamp }) => timestamp - hoppingWindows.grace));
}

function firstProcessings(ofTask: readonly TaskLife[]): Map<string, Processing> {
  const all = ofTask.flatMap(({ processings }) => processings);
  return new Map(all.toReversed().map((each) => [placeOf(each), each]));
}

function taskHas(ofTask: readonly TaskLife[], processing: Processing): boolean {
  return ofTask.some(({ processings }) => processings.includes(processing));
}

function requireNotBefore(window: OracleWindow, ofTask: readonly TaskLife[], sent: number): void {
  if (sent === 0) return;
  const reached = Math.max(...ofTask.flatMap(({ processings }) => processings.map(({ timestamp }) => timestamp)));
  if (windowEnd(window) > reached - hoppingWindows.grace)
    throw new Error(`${nameOf(window)} went out before it closed.`);
}

function requireSubset(some: string, all: string, window: OracleWindow): void {
  const known = new Set(all.split(' '));
  for (const value of some.split(' '))
    if (value !== '' && !known.has(value)) throw new Error(`${nameOf(window)}: ${value} is not among ${all}.`);
}

function windowEnd({ end }: OracleWindow): number {
  return end;
}

function nameOf({ key, start, end }: OracleWindow): string {
  return `${key}@${start}/${end}`;
}

function membersText({ members }: OracleWindow): string {
  return [...new Set(members.map(({ value }) => value ?? ''))].sort().join(' ');
}

function rowsOf(windows: readonly OracleWindow[]): string[] {
  return windows
    .map((window) => {
      const { key, start, end } = window;
      return `${JSON.stringify({ key, window: { start, end } })}=${JSON.stringify(membersText(window))}`;
    })
    .sort();
}

function textsOf(windows: readonly OracleWindow[]): Map<string, string> {
  return new Map(windows.map((window) => [nameOf(window), membersText(window)] as const).sort());
}

function sentOf({ output }: ApplicationRun, window: OracleWindow): string[] {
  const name = nameOf(window);
  return output.flatMap(({ key, value }) => (key === name ? [value ?? ''] : []));
}

/** What was sent last of each window that is still one. */
function lastOfEach({ output }: ApplicationRun): Map<string, string> {
  const last = new Map(output.map(({ key, value }) => [key ?? '', value]));
  return new Map([...last].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])).sort());
}

function droppedBy({ trace }: ApplicationRun): string[] {
  return trace
    .flatMap((event) => {
      if (event.kind !== 'record-dropped' || event.origin === undefined) return [];
      return [`${placeOf(event.origin)} ${event.window?.start ?? ''}`];
    })
    .sort();
}

/** Each record once for each key, with what it is; records that were sent twice are one. */
function recordsByKey({ inputs }: ApplicationRun): [string, Processing[]][] {
  const byKey = new Map<string, Processing[]>();
  for (const { key, ...record } of inputs.in ?? []) {
    const list = byKey.get(key ?? '') ?? [];
    list.push({ topic: 'in', at: -1, key: key ?? '', ...record });
    byKey.set(key ?? '', list);
  }
  return [...byKey];
}
