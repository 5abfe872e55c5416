import type { Anomaly } from './anomaly.js';
import { commitRegressions, doubleOwnership, startMismatches } from './group-anomalies.js';
import type { History } from './history.js';
import { HistoryIndex } from './history-index.js';
import { duplicates, inconsistentOffsets, lostWrites, phantomReads, unseen } from './log-anomalies.js';
import { nonmonotonicPolls, pollSkips } from './poll-anomalies.js';

const predicates = [
  inconsistentOffsets,
  duplicates,
  lostWrites,
  unseen,
  phantomReads,
  pollSkips,
  nonmonotonicPolls,
  doubleOwnership,
  commitRegressions,
  startMismatches,
];

/** Every anomaly of a history without transactions; none, if all went as it must. */
export function checkHistory(history: History): readonly Anomaly[] {
  const index = new HistoryIndex(history);
  return predicates.flatMap((predicate) => predicate(index));
}
