/** How a member goes through a rebalance: it gives everything up before it joins, or only what it turns out to lose (KIP-429). */
export type RebalanceProtocol = 'eager' | 'cooperative';

/** A member as the leader sees it: what its subscription says, and its name if it is static (KIP-345). */
export interface MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  /** What it had when it joined; an eager member has given everything up. */
  readonly owned: Assignment;
  /** The generation in which it got what it owns; -1 if it was in none, or does not say. */
  readonly generationId: number;
  /** What its own assignor wrote. */
  readonly userData: Uint8Array | null;
}

/** Partitions by topic. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/** Decides, in the group's leader, which member reads which partitions. All members of a group must know one that they share, by its name. */
export interface Assignor {
  /** By which the members of a group agree on it. */
  readonly name: string;
  /** The protocols that it works with; a member follows the best one that all its assignors support. */
  readonly protocols: readonly RebalanceProtocol[];
  /** What a member sends with its subscription: `assigned` is what this assignor gave it last, undefined in its first generation. */
  userData?(assigned: GivenAssignment | undefined): Uint8Array | null;
  /** One assignment for each member. `partitions` counts the partitions of every topic that is subscribed to and exists. */
  assign(
    partitions: ReadonlyMap<string, number>,
    members: readonly MemberSubscription[],
  ): ReadonlyMap<string, Assignment>;
  /** In place of `assign`, for what takes time or tells members more than their partitions. */
  assignWithData?(
    partitions: ReadonlyMap<string, number>,
    members: readonly MemberSubscription[],
  ): Promise<ReadonlyMap<string, AssignmentWithData>>;
  /** Hears of each assignment of its making before its partitions are taken over, with what the leader wrote. Throwing ends the consumer's run or poll. */
  onAssignment?(assigned: GivenAssignment, userData: Uint8Array | null): void;
}

/** What the leader sends to one member. */
export interface AssignmentWithData {
  readonly partitions: Assignment;
  readonly userData: Uint8Array | null;
}

/** What a member was assigned, and in which generation. */
export interface GivenAssignment {
  readonly partitions: Assignment;
  readonly generationId: number;
}
