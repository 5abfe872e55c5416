/** A member as the leader sees it: what it subscribes to, and its name if it is static (KIP-345). */
export interface MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
}

/** Partitions by topic. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/** Decides, in the group's leader, which member reads which partitions. All members of a group must know one that they share, by its name. */
export interface Assignor {
  readonly name: string;
  /** One assignment for each member. `partitions` counts the partitions of every topic that is subscribed to and exists. */
  assign(
    partitions: ReadonlyMap<string, number>,
    members: readonly MemberSubscription[],
  ): ReadonlyMap<string, Assignment>;
}
