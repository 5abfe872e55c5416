import type { Anomaly, AnomalyName } from './anomaly.js';
import type { HistoryIndex, SentValue } from './history-index.js';

/** Successive sends of one process whose values stand in the log the other way round. Sends that failed for certain do not count. */
export function nonmonotonicSends(index: HistoryIndex): readonly Anomaly[] {
  return neighbours(index)
    .filter(({ distance }) => distance < 1)
    .map((pair) => anomaly(pair, pair.isWithin ? 'int-nonmonotonic-send' : 'nonmonotonic-send', 'stands before it'));
}

/** Neighbouring records of one request with somebody else's in between. Kafka promises nothing about that. */
export function sendSkips(index: HistoryIndex): readonly Anomaly[] {
  return neighbours(index)
    .filter(({ isWithin, distance }) => isWithin && distance > 1)
    .map((pair) => anomaly(pair, 'int-send-skip', 'does not follow it at once'));
}

interface Neighbours {
  readonly one: SentValue;
  readonly next: SentValue;
  /** Both are of one request. */
  readonly isWithin: boolean;
  /** How many places the later one stands behind the earlier one. */
  readonly distance: number;
}

/** Every two sends of a process to a partition that follow each other in the sequence of their calls, where the log tells where both stand. */
function neighbours(index: HistoryIndex): readonly Neighbours[] {
  const before = new Map<string, SentValue>();
  const pairs: Neighbours[] = [];
  const inSequence = [...index.sends].sort((one, other) => one.invokedAt - other.invokedAt);
  for (const next of inSequence) {
    if (next.outcome === 'fail' || !index.isCertain(next)) continue;
    const name = `${next.process} ${next.partition}`;
    const one = before.get(name);
    before.set(name, next);
    if (one === undefined) continue;
    const [from, to] = [index.places(one.partition, one.value), index.places(next.partition, next.value)];
    if (from === undefined || to === undefined) continue;
    const isWithin = one.operation === next.operation;
    pairs.push({ one, next, isWithin, distance: to.first - from.last });
  }
  return pairs;
}

function anomaly({ one, next }: Neighbours, name: AnomalyName, how: string): Anomaly {
  return {
    name,
    message: `${next.process} sent value ${next.value} to ${next.partition} after ${one.value}, but in the log it ${how}.`,
    evidence: [...one.lines, ...next.lines],
  };
}
