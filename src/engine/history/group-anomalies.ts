import type { Anomaly } from './anomaly.js';
import type { HistoryEvent, PartitionName } from './history.js';
import type { HistoryIndex } from './history-index.js';

/**
 * A partition that two members of a group hold at once: neither let go of by the first nor taken from it by the coordinator. What a member is told after it was
 * put out gives it nothing: its id is never a member's again, and nothing that it commits is accepted.
 */
export function doubleOwnership({ history }: HistoryIndex): readonly Anomaly[] {
  const groups = new Map<string, Map<PartitionName, Map<string, number>>>();
  const fenced = new Set<string>();
  const found: Anomaly[] = [];
  const partitionsOf = (group: string): Map<PartitionName, Map<string, number>> => {
    const known = groups.get(group) ?? new Map<PartitionName, Map<string, number>>();
    groups.set(group, known);
    return known;
  };
  for (const event of history.events) {
    if (event.e !== 'ok') continue;
    if (event.f === 'revoked' || event.f === 'lost')
      for (const partition of event.tps) partitionsOf(event.g).get(partition)?.delete(event.m);
    if (event.f === 'fence') {
      fenced.add(event.who);
      for (const members of partitionsOf(event.g).values()) members.delete(event.who);
    }
    if (event.f !== 'assigned' || fenced.has(event.m)) continue;
    for (const partition of Object.keys(event.tps)) {
      const members = partitionsOf(event.g).get(partition) ?? new Map<string, number>();
      for (const [other, line] of members) {
        if (other === event.m) continue;
        found.push({
          name: 'double-ownership',
          message: `${partition} was given to ${event.m} of group ${event.g} while ${other} still held it.`,
          evidence: [line, event.i],
        });
      }
      members.set(event.m, event.i);
      partitionsOf(event.g).set(partition, members);
    }
  }
  return found;
}

/** A commit that went back behind one that had been accepted before it was begun, though nobody asked for that. */
export function commitRegressions({ history }: HistoryIndex): readonly Anomaly[] {
  const accepted = new Map<string, { readonly offset: number; readonly line: number }>();
  const begun = new Map<number, ReadonlyMap<string, { readonly offset: number; readonly line: number }>>();
  const found: Anomaly[] = [];
  for (const event of exactCommits(history.events)) {
    if (event.e === 'inv') begun.set(event.op, new Map(accepted));
    if (event.e !== 'ok') continue;
    const before = begun.get(event.op) ?? new Map(accepted);
    for (const [partition, offset] of Object.entries(event.offs)) {
      const name = `${event.g} ${partition}`;
      const last = before.get(name);
      if (last !== undefined && offset < last.offset && event.rewind !== true)
        found.push({
          name: 'commit-regression',
          message: `Group ${event.g} committed ${offset} in ${partition} after ${last.offset}.`,
          evidence: [last.line, event.i],
        });
      accepted.set(name, { offset, line: event.i });
    }
  }
  return found;
}

/**
 * A member that began elsewhere than at the group's last commit, or where the reset policy says although there is a commit. Of a commit whose end nobody knows,
 * or that is still under way, either may be true.
 */
export function startMismatches({ history }: HistoryIndex): readonly Anomaly[] {
  const exact = new Set(exactCommits(history.events));
  const committed = new Map<string, { readonly offset: number; readonly line: number }>();
  const underWay = new Map<number, Extract<HistoryEvent, { f: 'commit' }>>();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    if (event.f === 'commit') {
      if (event.e === 'inv') underWay.set(event.op, event);
      if (event.e === 'ok' || event.e === 'fail') underWay.delete(event.op);
      if (event.e === 'ok' && exact.has(event))
        for (const [partition, offset] of Object.entries(event.offs))
          committed.set(`${event.g} ${partition}`, { offset, line: event.i });
    }
    if (event.f !== 'assigned' || event.e !== 'ok') continue;
    const possible = [...underWay.values()].filter(({ g }) => g === event.g);
    for (const [partition, start] of Object.entries(event.tps)) {
      const last = committed.get(`${event.g} ${partition}`);
      const isRight = event.src === 'committed' ? start === last?.offset : last === undefined;
      if (isRight || (event.src === 'committed' && possible.some(({ offs }) => offs[partition] === start))) continue;
      found.push({
        name: 'start-mismatch',
        message: `${event.m} of group ${event.g} began at ${start} (${event.src}) in ${partition}; the last commit was ${last?.offset ?? 'none'}.`,
        evidence: last === undefined ? [event.i] : [last.line, event.i],
      });
    }
  }
  return found;
}

type CommitEvent = Extract<HistoryEvent, { f: 'commit' }>;

/** The commits as the broker saw them if the history has that, else as the clients did. */
function exactCommits(events: readonly HistoryEvent[]): readonly CommitEvent[] {
  const commits = events.filter((event): event is CommitEvent => event.f === 'commit');
  const atBroker = commits.filter(({ r }) => r === 'b');
  return atBroker.length > 0 ? atBroker : commits;
}
