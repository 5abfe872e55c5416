import type { TopicPartition } from './assigned-partitions.js';

type Told = (partitions: readonly TopicPartition[]) => void | Promise<void>;

/**
 * Hears of what a member of a group gets and gives up: Kafka's `ConsumerRebalanceListener`. What it returns is waited for; it may commit, seek and pause. The member
 * then goes on even if it throws: the run, or the poll, ends with an error whose cause that is.
 */
export interface RebalanceListener {
  /** After each rebalance, with the partitions that are new to this member; there may be none. Their positions are found afterwards, unless a seek tells. */
  readonly onPartitionsAssigned?: Told;
  /**
   * Before partitions are given up; they can still be committed. With an eager protocol all of them, at the beginning of each rebalance, even if there are none;
   * else those that go, if any.
   */
  readonly onPartitionsRevoked?: Told;
  /** Partitions that were lost without having been given up: others may have them, they can't be committed. As `onPartitionsRevoked` when absent. */
  readonly onPartitionsLost?: Told;
}
