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
  /** How many places `to` stands behind `from`: 1 if it is the next. */
  readonly distance: number;
}

/** A process was given a record that is not the next one, though it had held its position: something lies between. */
export function pollSkips(index: HistoryIndex): readonly Anomaly[] {
  return stepsOf(index)
    .filter(({ distance }) => distance > 1)
    .map(({ process, partition, from, to, distance }) => ({
      name: 'poll-skip',
      message: `${process} was given value ${to.value} of ${partition} after ${from.value} and skipped ${distance - 1} in between.`,
      evidence: [from.line, to.line],
    }));
}

/** A process was given a record again, or an earlier one, though it had held its position. */
export function nonmonotonicPolls(index: HistoryIndex): readonly Anomaly[] {
  return stepsOf(index)
    .filter(({ distance }) => distance < 1)
    .map(({ process, partition, from, to }) => ({
      name: 'nonmonotonic-poll',
      message: `${process} was given value ${to.value} of ${partition} after ${from.value}, which does not come before it.`,
      evidence: [from.line, to.line],
    }));
}

function stepsOf(index: HistoryIndex): readonly Step[] {
  const positions = new Map<string, Position>();
  const steps: Step[] = [];
  const name = (process: string, partition: PartitionName): string => `${process} ${partition}`;
  for (const event of index.history.events) {
    for (const partition of forgotten(event)) positions.delete(name(event.p, partition));
    if (event.f !== 'poll' || event.e === 'inv') continue;
    const before = new Map(positions);
    for (const [partition, offset, value] of event.recs ?? ([] as readonly ReadRecord[])) {
      const at = name(event.p, partition);
      const from = positions.get(at);
      const to = { offset, value, line: event.i };
      if (from !== undefined)
        steps.push({
          process: event.p,
          partition,
          from,
          to,
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
