import type { TargetPartitions } from '../assignors/server-assignor.js';
import type { TopicsView } from './consumer-context.js';
import type { ConsumerGroup } from './consumer-group.js';
import { isReconciledTo, type ConsumerMember, type EpochPartitions } from './consumer-member.js';
import { refusal, type Refusal } from './refusal.js';
import { subscribedTopicIds } from './subscribed-topics.js';

/** What a member says it owns: topic ids as text. */
export type OwnedPartitions = readonly { readonly topicId: string; readonly partitions: readonly number[] }[];

export interface TargetAssignment {
  readonly epoch: number;
  readonly partitions: TargetPartitions;
}

export interface MemberReport {
  /** null: as it was told. */
  readonly owned: OwnedPartitions | null;
  readonly hasSubscriptionChanged: boolean;
}

/**
 * The next step of a member towards its target assignment (Kafka's `CurrentAssignmentBuilder`). First it gives up what it is not meant to have; when it does not
 * own that any more it goes on to the target's epoch and gets what nobody else has, and then bit by bit what others release.
 */
export function reconcile(
  group: ConsumerGroup,
  member: ConsumerMember,
  target: TargetAssignment,
  report: MemberReport,
  topics: TopicsView,
): ConsumerMember | Refusal {
  if (!report.hasSubscriptionChanged && isReconciledTo(member, target.epoch)) return member;
  const step = new Reconciliation(group, member, target, report, topics);
  switch (member.state) {
    case 'stable':
      if (member.memberEpoch !== target.epoch) return step.next(member.memberEpoch);
      return report.hasSubscriptionChanged ? step.withoutUnsubscribed() : member;
    case 'unrevoked':
      if (!step.owns(member.partitionsPendingRevocation)) return step.next(member.memberEpoch);
      return report.hasSubscriptionChanged ? step.withoutUnsubscribed() : member;
    case 'unreleased':
      return step.next(member.memberEpoch);
    case 'unknown':
      // Whatever state a newer coordinator left it in: a member that has nothing can begin anew.
      if (report.owned?.length === 0) return step.next(target.epoch);
      return refusal(
        'FENCED_MEMBER_EPOCH',
        'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.',
      );
  }
}

class Reconciliation {
  readonly #group: ConsumerGroup;
  readonly #member: ConsumerMember;
  readonly #target: TargetAssignment;
  readonly #report: MemberReport;
  readonly #topicIds: ReadonlySet<string>;

  constructor(
    group: ConsumerGroup,
    member: ConsumerMember,
    target: TargetAssignment,
    report: MemberReport,
    topics: TopicsView,
  ) {
    this.#group = group;
    this.#member = member;
    this.#target = target;
    this.#report = report;
    this.#topicIds = new Set(subscribedTopicIds(group, member, topics));
  }

  /** Whether the member owns any of these, as far as is known: it does if it does not say. */
  owns(partitions: EpochPartitions): boolean {
    if (this.#report.owned === null) return true;
    return this.#report.owned.some(({ topicId, partitions: owned }) => {
      const of = partitions.get(topicId);
      return of !== undefined && owned.some((partition) => of.has(partition));
    });
  }

  /** What becomes of the member if it has `memberEpoch` now. */
  next(memberEpoch: number): ConsumerMember {
    const assigned = new Map<string, ReadonlyMap<number, number>>();
    const revoked = new Map<string, ReadonlyMap<number, number>>();
    const free = new Map<string, readonly number[]>();
    let isWaiting = false;
    const current = this.#member.assignedPartitions;
    for (const topicId of new Set([...this.#target.partitions.keys(), ...current.keys()])) {
      const wanted = new Set(this.#topicIds.has(topicId) ? this.#target.partitions.get(topicId) : undefined);
      const had = current.get(topicId) ?? new Map<number, number>();
      const [keeps, loses] = [new Map<number, number>(), new Map<number, number>()];
      for (const [partition, epoch] of had) (wanted.has(partition) ? keeps : loses).set(partition, epoch);
      const missing = [...wanted].filter((partition) => !had.has(partition));
      const available = missing.filter((partition) => this.#isFree(topicId, partition));
      isWaiting ||= available.length < missing.length;
      if (keeps.size > 0) assigned.set(topicId, keeps);
      if (loses.size > 0) revoked.set(topicId, loses);
      if (available.length > 0) free.set(topicId, available);
    }
    if (revoked.size > 0 && this.owns(revoked)) return this.#changed('unrevoked', memberEpoch, assigned, revoked);
    for (const [topicId, partitions] of free) {
      const of = new Map(assigned.get(topicId));
      for (const partition of partitions) of.set(partition, this.#target.epoch);
      assigned.set(topicId, of);
    }
    return this.#changed(isWaiting ? 'unreleased' : 'stable', this.#target.epoch, assigned, new Map());
  }

  /** The member without the topics that it does not subscribe to any more; its target will follow. */
  withoutUnsubscribed(): ConsumerMember {
    const { memberEpoch, assignedPartitions, partitionsPendingRevocation } = this.#member;
    const assigned = new Map(assignedPartitions);
    const revoked = new Map(partitionsPendingRevocation);
    if (this.#topicIds.size === 0 && revoked.size === 0) {
      assigned.clear();
      for (const [topicId, partitions] of assignedPartitions) revoked.set(topicId, partitions);
    } else {
      for (const [topicId, partitions] of assignedPartitions) {
        if (this.#topicIds.has(topicId)) continue;
        assigned.delete(topicId);
        revoked.set(topicId, new Map([...(revoked.get(topicId) ?? []), ...partitions]));
      }
    }
    if (assigned.size === assignedPartitions.size) return this.#member;
    if (revoked.size > 0 && this.owns(revoked)) return this.#changed('unrevoked', memberEpoch, assigned, revoked);
    return this.#changed(this.#member.state, memberEpoch, assigned, partitionsPendingRevocation);
  }

  #isFree(topicId: string, partition: number): boolean {
    return (
      this.#group.partitionEpoch(topicId, partition) === undefined ||
      this.#member.partitionsPendingRevocation.get(topicId)?.has(partition) === true
    );
  }

  #changed(
    state: ConsumerMember['state'],
    memberEpoch: number,
    assignedPartitions: EpochPartitions,
    partitionsPendingRevocation: EpochPartitions,
  ): ConsumerMember {
    const previousMemberEpoch = this.#member.memberEpoch;
    return {
      ...this.#member,
      state,
      memberEpoch,
      previousMemberEpoch,
      assignedPartitions,
      partitionsPendingRevocation,
    };
  }
}
