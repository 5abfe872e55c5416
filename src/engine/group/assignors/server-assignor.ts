/** Partitions by topic id (as text). A topic without partitions is not in it. */
export type TargetPartitions = ReadonlyMap<string, readonly number[]>;

/** A member of a group of the consumer protocol, as its assignor sees it. */
export interface AssignableMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** The ids of the topics that it subscribes to and that exist. */
  readonly topicIds: readonly string[];
  /** What it is meant to have so far. */
  readonly target: TargetPartitions;
}

/** A group, as its assignor sees it. */
export interface AssignableGroup {
  readonly members: readonly AssignableMember[];
  /** Whether all members subscribe to the same topics, also to those that do not exist (Kafka's `SubscriptionType.HOMOGENEOUS`). */
  readonly isHomogeneous: boolean;
  /** How many partitions a topic of a subscription has. */
  readonly partitionsOf: (topicId: string) => number;
}

/** Decides on the broker who shall have which partitions (KIP-848): for each member what it is meant to have. */
export interface ServerAssignor {
  readonly name: string;
  assign(group: AssignableGroup): ReadonlyMap<string, TargetPartitions>;
}
