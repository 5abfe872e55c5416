import type { Anomaly } from './anomaly.js';
import type { HistoryEvent, PartitionName, ReadRecord } from './history.js';
import type { HistoryIndex } from './history-index.js';

/** The last record that a process was given of a partition. */
interface Position {
  readonly offset: number;
  readonly value: number;
  readonly line: number;
}

/** Neighbouring records that one process was given of one partition, without having let go of its position in between. */
interface Step {
  readonly process: string;
  readonly partition: PartitionName;
  readonly from: Position;
  readonly to: Position;
  /** Both came in one poll. */
  readonly isWithin: boolean;
  /** How many places `to` stands behind `from`: 1 if it is the next. */
  readonly distance: number;
}

/** A process was given a record that is not the next one, though it had held its position: something lies between, and was there to be read. */
export function pollSkips(index: HistoryIndex): readonly Anomaly[] {
  return stepsOf(index)
    .filter(({ distance }) => distance > 1)
    .map((step) => ({
      ...step,
      skipped: index.offsetsBetween(step.partition, step.from.offset, step.to.offset, step.to.line),
    }))
    .filter(({ skipped }) => skipped > 0)
    .map(({ process, partition, from, to, skipped, isWithin }) => ({
      name: isWithin ? 'int-poll-skip' : 'poll-skip',
      message: `${process} was given value ${to.value} of ${partition} after ${from.value} and skipped ${skipped} in between.`,
      evidence: evidenceOf(from, to),
    }));
}

/** A process was given a record again, or an earlier one, though it had held its position. */
export function nonmonotonicPolls(index: HistoryIndex): readonly Anomaly[] {
  return stepsOf(index)
    .filter(({ distance }) => distance < 1)
    .map(({ process, partition, from, to, isWithin }) => ({
      name: isWithin ? 'int-nonmonotonic-poll' : 'nonmonotonic-poll',
      message: `${process} was given value ${to.value} of ${partition} after ${from.value}, which does not come before it.`,
      evidence: evidenceOf(from, to),
    }));
}

/** A process was given records of a partition that it had let go of, or lost, and not got again. */
export function deliveriesAfterRevocation({ history }: HistoryIndex): readonly Anomaly[] {
  const without = new Map<string, number>();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    if (event.e === 'inv') continue;
    if (event.f === 'revoked' || event.f === 'lost')
      for (const partition of event.tps) without.set(nameOf(event.p, partition), event.i);
    if (event.f === 'assigned')
      for (const partition of Object.keys(event.tps)) without.delete(nameOf(event.p, partition));
    if (event.f !== 'poll' || event.g === undefined) continue;
    for (const [partition, offset] of event.recs ?? []) {
      const since = without.get(nameOf(event.p, partition));
      if (since !== undefined)
        found.push({
          name: 'delivered-after-revoke',
          message: `${event.p} was given offset ${offset} of ${partition}, which it no longer had.`,
          evidence: [since, event.i],
        });
    }
  }
  return found;
}

function stepsOf(index: HistoryIndex): readonly Step[] {
  const positions = new Map<string, Position>();
  const steps: Step[] = [];
  for (const event of index.history.events) {
    for (const partition of forgotten(event)) positions.delete(nameOf(event.p, partition));
    if (event.f !== 'poll' || event.e === 'inv') continue;
    const before = new Map(positions);
    const changed = new Set(event.reb ?? []);
    for (const [partition, offset, value] of event.recs ?? ([] as readonly ReadRecord[])) {
      const at = nameOf(event.p, partition);
      const from = positions.get(at);
      const to = { offset, value, line: event.i };
      const isWithin = from?.line === event.i;
      if (from !== undefined && !(isWithin && changed.has(partition)))
        steps.push({
          process: event.p,
          partition,
          from,
          to,
          isWithin,
          distance: index.placesBetween(partition, from.offset, offset),
        });
      positions.set(at, to);
    }
    // Only what a successful poll returned moves the position on.
    if (event.e !== 'ok') restore(positions, before);
  }
  return steps;
}

/** The partitions of which the process has let go of its position. */
function forgotten(event: HistoryEvent): readonly PartitionName[] {
  if (event.e !== 'ok') return [];
  switch (event.f) {
    case 'seek':
      return [event.tp];
    case 'assigned':
      return Object.keys(event.tps);
    case 'revoked':
    case 'lost':
      return event.tps;
    default:
      return [];
  }
}

function restore(positions: Map<string, Position>, before: ReadonlyMap<string, Position>): void {
  positions.clear();
  for (const [name, position] of before) positions.set(name, position);
}

const nameOf = (process: string, partition: PartitionName): string => `${process} ${partition}`;

const evidenceOf = (from: Position, to: Position): readonly number[] =>
  from.line === to.line ? [to.line] : [from.line, to.line];
