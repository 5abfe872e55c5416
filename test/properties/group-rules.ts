import { checkHistory } from '../../src/engine/history/check-history.js';
import type { AnomalyName } from '../../src/engine/history/anomaly.js';
import { judgeSequence } from '../../src/engine/history/sequence.js';
import type { GroupRun } from './group-run.js';

/** A rule of consumer groups: throws an error that names it if a run breaks it. */
export type Rule = (run: GroupRun) => void;

const violated = (rule: string, what: string): never => {
  throw new Error(`${rule} is broken: ${what}`);
};

const noAnomaly =
  (rule: string, ...names: readonly AnomalyName[]): Rule =>
  ({ history }) => {
    const [found] = checkHistory(history).filter(({ name }) => names.includes(name));
    if (found !== undefined) violated(rule, `${found.name}: ${found.message} Lines ${found.evidence.join(', ')}.`);
  };

/** LOG-12 With one producer the records of a key are first handed out in the order in which they were sent, and finished in it. */
export const perKeyOrder: Rule = ({ processings }) => {
  const verdict = judgeSequence(
    'group',
    processings.map(({ value, key, member, beganAtMs, finishedAtMs }) => ({
      actor: member,
      record: value,
      key,
      deliveredMs: beganAtMs,
      handledMs: finishedAtMs,
      evidence: [],
    })),
  );
  const [found] = verdict.overtakings;
  if (found !== undefined)
    violated('LOG-12', `of key ${found.key} ${found.later} was finished before ${found.earlier}.`);
};

/** LOG-12 as the log has it: read from the start, the values of a key first appear in the order in which they were sent. */
export const logKeepsSendOrder: Rule = ({ history, plan }) => {
  const last = new Map<string, number>();
  for (const event of history.events) {
    if (event.f !== 'poll' || event.p !== 'closing') continue;
    for (const [, , value] of event.recs ?? []) {
      const key = plan.keys[value] as string;
      const before = last.get(key) ?? -1;
      if (value > before + 1 && plan.keys.slice(before + 1, value).includes(key))
        violated('LOG-12', `in the log ${value} of key ${key} comes before what was sent between it and ${before}.`);
      last.set(key, Math.max(before, value));
    }
  }
};

/** GRC-1 At most one member owns a partition at any instant. */
export const oneOwnerAtMost: Rule = noAnomaly('GRC-1', 'double-ownership');

/** GRC-2 In a stable generation every partition has exactly one owner. */
export const everyPartitionOwned: Rule = ({ trace, membersAtRest, caughtUp, plan }) => {
  if (!caughtUp) violated('GRC-2', 'the group did not come to rest, with all read, within the time given.');
  const owned = new Map<string, Set<number>>();
  for (const event of trace) {
    if (event.kind !== 'partitions-assigned' && event.kind !== 'partitions-revoked') continue;
    if (event.group !== 'group') continue;
    const partitions = owned.get(event.client) ?? new Set();
    owned.set(event.client, partitions);
    for (const { partition } of event.partitions)
      if (event.kind === 'partitions-assigned') partitions.add(partition);
      else partitions.delete(partition);
  }
  const shared = membersAtRest.flatMap((member) => [...(owned.get(member) ?? [])]).sort((one, other) => one - other);
  const expected = Array.from({ length: plan.partitions }, (_, partition) => partition);
  if (shared.join() !== expected.join())
    violated('GRC-2', `at rest the members own [${shared.join()}], expected [${expected.join()}] each once.`);
};

/** GRC-4 A member begins where the group last committed, else where the reset policy says. */
export const startsAtTheCommit: Rule = noAnomaly('GRC-4', 'start-mismatch');

/** GRC-5 Committed before it is processed, a record is processed at most once. */
export const atMostOnce: Rule = ({ processings }) => {
  const seen = new Set<string>();
  for (const { place, member } of processings) {
    if (seen.has(place))
      violated('GRC-5', `${member} processed the record ${place} again, which was committed before.`);
    seen.add(place);
  }
};

/** GRC-5 Processed before it is committed, a record is processed at least once. */
export const atLeastOnce: Rule = ({ processings, values, caughtUp }) => {
  if (!caughtUp) violated('GRC-5', 'the group did not come to rest, with all read, within the time given.');
  const finished = new Set(
    processings.filter(({ finishedAtMs }) => finishedAtMs !== undefined).map(({ value }) => value),
  );
  const missing = values.filter((value) => !finished.has(value));
  if (missing.length > 0) violated('GRC-5', `the values ${missing.join()} were committed and never processed.`);
};

/** What was acknowledged can be read, where it was acknowledged, and nothing else; a consumer skips and repeats nothing while it holds its partition; commits never go back: every predicate of the checker. */
export const historyIsSound: Rule = ({ history }) => {
  const [found] = checkHistory(history);
  if (found !== undefined)
    violated('the history', `${found.name}: ${found.message} Lines ${found.evidence.join(', ')}.`);
};

/** GRC-6 Nothing is committed before it has been handled: committed-too-far, as soon as it happens and not only once a crash shows it. */
export const commitsOnlyWhatIsHandled: Rule = ({ trace, processings }) => {
  const handledAtMs = new Map<string, number>();
  for (const { place, finishedAtMs } of processings)
    if (finishedAtMs !== undefined)
      handledAtMs.set(place, Math.min(finishedAtMs, handledAtMs.get(place) ?? finishedAtMs));
  for (const event of trace) {
    if (event.kind !== 'offset-committed' || event.group !== 'group') continue;
    for (let offset = 0; offset < event.offset; offset++) {
      const at = handledAtMs.get(`${event.partition}@${offset}`);
      if (at === undefined || at > event.at)
        violated('GRC-6', `${event.member} committed ${event.partition}@${event.offset} before ${offset} was handled.`);
    }
  }
};
