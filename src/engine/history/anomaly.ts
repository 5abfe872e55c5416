/** The rules that a history can break; the predicates are Jepsen's for Kafka-like logs, and our own for groups. */
export type AnomalyName =
  | 'inconsistent-offsets'
  | 'duplicate'
  | 'lost-write'
  | 'unseen'
  | 'phantom-read'
  | 'poll-skip'
  | 'nonmonotonic-poll'
  | 'double-ownership'
  | 'commit-regression'
  | 'start-mismatch';

/** A rule that a history breaks, and the lines (`i`) that show it. */
export interface Anomaly {
  readonly name: AnomalyName;
  readonly message: string;
  readonly evidence: readonly number[];
}
