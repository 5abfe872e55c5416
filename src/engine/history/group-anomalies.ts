import type { Anomaly } from './anomaly.js';
import { exactCommits } from './commit-anomalies.js';
import type { HistoryEvent, PartitionName } from './history.js';
import type { HistoryIndex } from './history-index.js';
import { PutOut } from './put-out.js';

/**
 * A partition that two members of a group hold at once: neither let go of by the first nor taken from it by the coordinator. What a member is told after it was
 * put out gives it nothing, and nothing that it commits is accepted, until it has joined again (under the same id only with the consumer protocol).
 */
export function doubleOwnership({ history }: HistoryIndex): readonly Anomaly[] {
  const groups = new Map<string, Map<PartitionName, Map<string, number>>>();
  const putOut = new PutOut();
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
    putOut.note(event);
    if (event.f === 'fence') for (const members of partitionsOf(event.g).values()) members.delete(event.who);
    if (event.f !== 'assigned' || putOut.has(event.m)) continue;
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

/**
 * A member that began elsewhere than at the group's last commit, or where the reset policy says although there is a commit. Of a commit whose end nobody knows,
 * or that is still under way, either may be true. Where a member begins that was put out concerns nobody else: it can't commit.
 */
export function startMismatches({ history }: HistoryIndex): readonly Anomaly[] {
  const exact = new Set(exactCommits(history.events));
  const committed = new Map<string, { readonly offset: number; readonly line: number }>();
  const underWay = new Map<number, Extract<HistoryEvent, { f: 'commit' }>>();
  const putOut = new PutOut();
  /** Up to where each log is known to be durable. */
  const durable = new Map<PartitionName, number>();
  let survivedAt = -1;
  const found: Anomaly[] = [];
  for (const event of history.events) {
    putOut.note(event);
    if (event.f === 'hw') durable.set(event.tp, event.off);
    // What a coordinator had only begun to write may be a commit: a consumer that commits by itself tells of none before it is done.
    if (event.f === 'recover' && isOfCoordinator(event.tp) && event.to > (durable.get(event.tp) ?? 0))
      survivedAt = event.i;
    if (event.f === 'commit') {
      if (event.e === 'inv') underWay.set(event.op, event);
      if (event.e === 'ok' || event.e === 'fail') underWay.delete(event.op);
      if (event.e === 'ok' && exact.has(event))
        for (const [partition, offset] of Object.entries(event.offs))
          committed.set(`${event.g} ${partition}`, { offset, line: event.i });
    }
    if (event.f !== 'assigned' || event.e !== 'ok' || putOut.has(event.m)) continue;
    const possible = [...underWay.values()].filter(({ g }) => g === event.g);
    for (const [partition, start] of Object.entries(event.tps)) {
      const last = committed.get(`${event.g} ${partition}`);
      if (event.src === 'seek' || event.src === 'restored') continue;
      if (event.src === 'committed' && survivedAt > (last?.line ?? -1)) continue;
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

/** After the last fault (`heal`) a group's partitions that nobody holds at the end, though some member of the group is there. */
export function unownedForever({ history }: HistoryIndex): readonly Anomaly[] {
  const healed = history.events.findLast((event) => event.f === 'fault' && event.kind === 'heal');
  const end = history.events.at(-1);
  const boundMs = history.header.opts['rebalanceBoundMs'];
  if (healed === undefined || end === undefined || typeof boundMs !== 'number') return [];
  if (end.t - healed.t < boundMs * 1000) return [];
  const tenures = new Map<string, Tenure>();
  const change = (name: string, who: Pick<Tenure, 'holder' | 'putOut'>, { i, t }: HistoryEvent): void => {
    tenures.set(name, { ...who, line: i, t });
  };
  for (const event of history.events) {
    if (event.e !== 'ok') continue;
    if (event.f === 'assigned')
      for (const partition of Object.keys(event.tps)) change(`${event.g} ${partition}`, { holder: event.m }, event);
    if (event.f === 'revoked' || event.f === 'lost') {
      for (const partition of event.tps) {
        const { holder, putOut } = tenures.get(`${event.g} ${partition}`) ?? {};
        if ((holder ?? putOut) === event.m) change(`${event.g} ${partition}`, {}, event);
      }
    }
    if (event.f === 'fence')
      for (const [name, { holder }] of tenures) if (holder === event.who) change(name, { putOut: event.who }, event);
    if (event.f === 'member' && event.state === 'read-back')
      for (const [name, { putOut }] of tenures) if (putOut === event.m) change(name, { holder: event.m }, event);
  }
  const active = new Set([...tenures].flatMap(([name, { holder }]) => (holder === undefined ? [] : [groupOf(name)])));
  return [...tenures].flatMap(([name, { holder, line, t }]) => {
    if (holder !== undefined || !active.has(groupOf(name))) return [];
    if (end.t - Math.max(t, healed.t) < boundMs * 1000) return [];
    return [
      {
        name: 'unowned-forever' as const,
        message: `${name.slice(groupOf(name).length + 1)} has had no owner in group ${groupOf(name)} for ${Math.round((end.t - t) / 1000)} ms.`,
        evidence: [line, end.i],
      },
    ];
  });
}

/** Who has a partition, since when. */
interface Tenure {
  readonly holder?: string;
  /** Who had it and was put out. It has it still if that was never written down: then it is read back with its group. */
  readonly putOut?: string;
  readonly line: number;
  readonly t: number;
}

const isOfCoordinator = (partition: PartitionName): boolean => partition.startsWith('__consumer_offsets/');
const groupOf = (name: string): string => name.slice(0, name.indexOf(' '));
