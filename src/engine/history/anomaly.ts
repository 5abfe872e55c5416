/** The rules that a history can break: Jepsen's for Kafka-like logs by their names, and ours (reference: reliability, section 3). */
export type AnomalyName =
  // Jepsen's
  | 'inconsistent-offsets'
  | 'duplicate'
  | 'aborted-read'
  | 'lost-write'
  | 'unseen'
  | 'poll-skip'
  | 'nonmonotonic-poll'
  | 'int-poll-skip'
  | 'int-nonmonotonic-poll'
  | 'nonmonotonic-send'
  | 'int-nonmonotonic-send'
  | 'int-send-skip'
  | 'g0'
  | 'committed-too-far'
  | 'phantom-read'
  // the log's
  | 'corrupt-record'
  | 'hw-breach'
  | 'lso-breach'
  | 'hw-regress'
  | 'lso-regress'
  | 'start-regress'
  | 'unacked-resurrection'
  | 'durable-loss'
  | 'non-prefix-recovery'
  | 'two-leaders'
  // of idempotent producers
  | 'seq-gap'
  | 'false-dedup'
  // of groups
  | 'double-ownership'
  | 'zombie-commit'
  | 'commit-regression'
  | 'commit-beyond-poll'
  | 'start-mismatch'
  | 'committed-vanished'
  | 'unowned-forever'
  | 'delivered-after-revoke'
  // what must happen in the end
  | 'unsettled-send';

/** A rule that a history breaks, and the lines (`i`) that show it. */
export interface Anomaly {
  readonly name: AnomalyName;
  readonly message: string;
  readonly evidence: readonly number[];
}
