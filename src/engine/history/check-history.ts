import type { Anomaly } from './anomaly.js';
import { commitRegressions, commitsBeyondPolls, vanishedCommits, zombieCommits } from './commit-anomalies.js';
import { doubleOwnership, startMismatches, unownedForever } from './group-anomalies.js';
import type { History } from './history.js';
import { HistoryIndex } from './history-index.js';
import { falseDeduplications, sequenceGaps } from './idempotence-anomalies.js';
import {
  abortedReads,
  corruptRecords,
  duplicates,
  inconsistentOffsets,
  lostWrites,
  phantomReads,
  unseen,
} from './log-anomalies.js';
import { deliveriesAfterRevocation, nonmonotonicPolls, pollSkips } from './poll-anomalies.js';
import { durableLosses, nonPrefixRecoveries, resurrections, twoLeaders } from './recovery-anomalies.js';
import { nonmonotonicSends, sendSkips } from './send-anomalies.js';
import { unsettledSends } from './settlement.js';
import { verdictOf } from './verdict.js';
import { watermarkBreaches, watermarkRegressions } from './watermark-anomalies.js';
import { writeCycles } from './write-cycles.js';

const predicates = [
  inconsistentOffsets,
  duplicates,
  abortedReads,
  lostWrites,
  unseen,
  phantomReads,
  corruptRecords,
  pollSkips,
  nonmonotonicPolls,
  deliveriesAfterRevocation,
  nonmonotonicSends,
  sendSkips,
  writeCycles,
  watermarkBreaches,
  watermarkRegressions,
  durableLosses,
  nonPrefixRecoveries,
  resurrections,
  twoLeaders,
  sequenceGaps,
  falseDeduplications,
  doubleOwnership,
  zombieCommits,
  commitRegressions,
  commitsBeyondPolls,
  startMismatches,
  vanishedCommits,
  unownedForever,
  unsettledSends,
];

/** Every anomaly of a history without transactions, those too that Kafka allows in its mode; none, if all went as it must. */
export function findAnomalies(history: History): readonly Anomaly[] {
  const index = new HistoryIndex(history);
  return predicates.flatMap((predicate) => predicate(index));
}

/** The anomalies that nothing excuses. */
export function checkHistory(history: History): readonly Anomaly[] {
  return findAnomalies(history).filter(({ name }) => verdictOf(name, history.header) === 'fail');
}
