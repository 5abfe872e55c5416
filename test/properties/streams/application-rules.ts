import { expect } from 'vitest';
import type { ApplicationRun, StoredRecord } from './application-run.js';

export type ApplicationRule = (run: ApplicationRun) => void;

/** What stands in a store is what its changelog makes of an empty one: nothing else would come back after a crash. */
export const storesAreTheirChangelogs: ApplicationRule = ({ stores, folds }) => {
  expect(folds).toEqual(stores);
};

/** No task processes in a second place before it has ended in the first. */
export const oneTaskInOnePlace: ApplicationRule = ({ trace, crashes }) => {
  const runners = new Map<string, string>();
  const ends = [...crashes];
  for (const [at, event] of trace.entries()) {
    // Whoever has crashed runs nothing any more, and says nothing of it.
    for (; ends[0] !== undefined && ends[0].at <= at; ends.shift())
      for (const [task, client] of runners) if (client === ends[0].client) runners.delete(task);
    if (event.kind === 'task-restored') {
      const before = runners.get(event.task);
      if (before !== undefined && before !== event.client)
        throw new Error(`${event.task} began in ${event.client} while ${before} ran it.`);
      runners.set(event.task, event.client);
    }
    if (event.kind === 'task-ended' && event.role === 'active' && runners.get(event.task) === event.client)
      runners.delete(event.task);
    if (event.kind === 'record-processed' && runners.get(event.task) !== event.client)
      throw new Error(
        `${event.client} processed a record of ${event.task}, which ${runners.get(event.task) ?? 'nobody'} runs.`,
      );
  }
};

/** Every record's results are there, each at least once; without a crash, exactly once. */
export const statelessOutputIsWhole: ApplicationRule = ({ inputs, output, crashes }) => {
  const expected = (inputs.in ?? []).flatMap(({ key, value }) => [`${key}:${value}`, `${key}:${value}!`]).sort();
  const found = output.map(({ value }) => value ?? '').sort();
  if (crashes.length > 0) expect(new Set(found)).toEqual(new Set(expected));
  else expect(found).toEqual(expected);
};

/** Through a repartition topic, what has one key stays in order; a crash repeats a stretch, and goes on from there. */
export const repartitionKeepsOrder: ApplicationRule = ({ inputs, output }) => {
  for (const key of keysOf(inputs.in ?? [])) {
    const sent = (inputs.in ?? [])
      .filter((each) => each.key === key)
      .flatMap(({ value }) => [`${key}:${value}`, `${key}:${value}!`]);
    const got = output.filter((each) => each.key === key).map(({ value }) => value ?? '');
    if (!isRepetitionOf(got, sent)) throw new Error(`${key}: ${got.join(' ')} does not follow ${sent.join(' ')}`);
  }
};

/**
 * STR-1: what the store holds, and what was sent last, is the set of each key's values. STR-2: everything sent on the way is the set after some number of them, and that number
 * goes down only where a task has begun anew.
 */
export const setsAreTheFold: ApplicationRule = ({ inputs, output, stores, trace }) => {
  const beginnings = trace.filter((event) => event.kind === 'task-restored').length;
  const whole = new Map<string, string>();
  for (const key of keysOf(inputs.in ?? [])) {
    const values = [...new Set((inputs.in ?? []).flatMap((each) => (each.key === key ? [each.value ?? ''] : [])))];
    const sets = values.map((_value, at) =>
      values
        .slice(0, at + 1)
        .sort()
        .join(' '),
    );
    whole.set(key ?? '', sets.at(-1) ?? '');
    let reached = 0;
    let falls = 0;
    for (const each of output.filter((record) => record.key === key)) {
      const at = sets.indexOf(each.value ?? '');
      if (at === -1) throw new Error(`${key}: ${each.value} is no fold of the first of ${values.join(' ')}`);
      if (at < reached) falls += 1;
      reached = at;
    }
    expect(falls).toBeLessThanOrEqual(beginnings);
  }
  expect(lastOf(output)).toEqual(whole);
  expect(stores.sets).toEqual(rowsOf(whole));
};

/** STR-11: each change of the table is passed on when it is processed again, though the row may hold it already; and none is left out. */
export const changesAreAllPassedOn: ApplicationRule = ({ inputs, output, trace }) => {
  const sentFor = new Set(
    trace.flatMap((event) => (event.kind === 'record-sent' && event.topic === 'out' ? [event.cause] : [])),
  );
  // What was processed last of each record is committed at rest, and what came of it has arrived.
  const last = new Map(
    trace.flatMap((event) =>
      event.kind === 'record-processed' ? [[`${event.partition}@${event.offset}`, event.id] as const] : [],
    ),
  );
  for (const id of last.values()) if (!sentFor.has(id)) throw new Error(`Nothing was passed on for ${id}.`);
  for (const key of keysOf(inputs.in ?? [])) {
    const sent = (inputs.in ?? []).flatMap((each) => (each.key === key ? [each.value ?? 'null'] : []));
    const got = output.flatMap((each) => (each.key === key ? [each.value ?? 'null'] : []));
    if (!isRepetitionOf(got, sent)) throw new Error(`${key}: ${got.join(' ')} does not follow ${sent.join(' ')}`);
  }
};

/** Without a crash each key's count is that of its records, and every count on the way is sent in order; after one it may be more, never less. */
export const countsAreNeverLess: ApplicationRule = ({ inputs, output, crashes, plan }) => {
  const counts = new Map<string, number>();
  for (const { key } of inputs.in ?? []) counts.set(key ?? '', (counts.get(key ?? '') ?? 0) + 1);
  const last = lastOf(output);
  expect([...last.keys()].sort()).toEqual([...counts.keys()].sort());
  for (const [key, count] of counts) {
    const sent = output.filter((each) => each.key === key).map(({ value }) => Number(value));
    if (crashes.length > 0) expect(Number(last.get(key))).toBeGreaterThanOrEqual(count);
    else if (plan.cacheBytes === 0) expect(sent).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    else expect(sent.at(-1)).toBe(count);
  }
};

/** At rest the result is the join of what the tables hold last, with nothing stale in it. */
export const tablesAreJoined: ApplicationRule = ({ inputs, output, stores }) => {
  const [left, right] = [lastOf(inputs.left ?? []), lastOf(inputs.right ?? [])];
  const joined = new Map<string, string>();
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [l, r] = [left.get(key) ?? null, right.get(key) ?? null];
    if (l !== null || r !== null) joined.set(key, `${l ?? '-'}+${r ?? '-'}`);
  }
  expect(withoutTombstones(lastOf(output))).toEqual(joined);
  expect(stores.joined).toEqual(rowsOf(joined));
};

/** As `tablesAreJoined`, by a key that the left value names. */
export const foreignKeysAreJoined: ApplicationRule = ({ inputs, output, stores }) => {
  const [left, right] = [lastOf(inputs.left ?? []), lastOf(inputs.right ?? [])];
  const joined = new Map<string, string>();
  for (const [key, value] of left)
    if (value !== null) joined.set(key, `${value}+${right.get(`key-${Math.trunc(Number(value)) % 4}`) ?? '-'}`);
  expect(withoutTombstones(lastOf(output))).toEqual(joined);
  expect(stores.joined).toEqual(rowsOf(joined));
};

/** Where an output is read again after a crash, it goes on from an earlier place; never from a later one. */
function isRepetitionOf(got: readonly string[], sent: readonly string[]): boolean {
  // How far a reader who has seen everything so far can be, at each step: duplicates make several places possible.
  let reached = 0;
  let places = new Set([0]);
  for (const value of got) {
    const next = new Set<number>();
    for (let at = 0; at <= reached && at < sent.length; at += 1)
      if (sent[at] === value && (places.has(at) || at < reached)) next.add(at + 1);
    if (next.size === 0) return false;
    places = next;
    reached = Math.max(reached, ...[...next].map((place) => (places.has(place) ? place : 0)));
  }
  return reached === sent.length;
}

function keysOf(records: readonly StoredRecord[]): Set<string | null> {
  return new Set(records.map(({ key }) => key));
}

function lastOf(records: readonly StoredRecord[]): Map<string, string | null> {
  return new Map(records.map(({ key, value }) => [key ?? '', value]));
}

function withoutTombstones(rows: ReadonlyMap<string, string | null>): Map<string, string> {
  return new Map([...rows].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

function rowsOf(rows: ReadonlyMap<string, string>): string[] {
  return [...rows].map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`).sort();
}
