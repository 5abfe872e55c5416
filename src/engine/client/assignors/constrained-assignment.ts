import { compareText } from '../../protocol/member-order.js';
import type { AssignablePartition, PartitionTable } from './partition-table.js';
import type { StickyClaims } from './sticky-claims.js';

/** Who gets what, and which partitions go to a member while another one still has them. */
export interface StickyAssignment {
  readonly assignment: ReadonlyMap<string, readonly AssignablePartition[]>;
  /** Where a partition goes to that its former owner has to give up first. */
  readonly transferred: ReadonlyMap<AssignablePartition, string>;
}

/**
 * Sticky, for members that all subscribe to the same topics: each keeps what it owned up to its share, the rest goes round (Kafka's
 * `ConstrainedAssignmentBuilder`). Shares differ by one at most.
 */
export function assignConstrained(table: PartitionTable, claims: StickyClaims): StickyAssignment {
  const members = claims.owned.size;
  const minQuota = Math.floor(table.total / members);
  const maxQuota = Math.ceil(table.total / members);
  /** How many members may have one more than the least. */
  const extras = table.total % members;
  let extrasGiven = 0;
  const assignment = new Map<string, AssignablePartition[]>();
  const revoked = new Map<AssignablePartition, string>();
  const kept = new Set<AssignablePartition>();
  const needy: string[] = [];
  let content: string[] = [];

  for (const [memberId, claimed] of claims.owned) {
    const owned = claimed.filter((partition) => !claims.disputed.has(partition)).sort(byPartitionThenTopic);
    const takesExtra = owned.length >= maxQuota && extrasGiven < extras;
    if (owned.length < minQuota) needy.push(memberId);
    else if (takesExtra) {
      extrasGiven += 1;
      if (extrasGiven === extras) content = [];
    } else if (extrasGiven < extras) content.push(memberId);
    const share = takesExtra ? maxQuota : minQuota;
    const keeps = owned.slice(0, share);
    for (const partition of keeps) kept.add(partition);
    for (const partition of owned.slice(share)) revoked.set(partition, memberId);
    assignment.set(memberId, keeps);
  }

  const transferred = new Map<AssignablePartition, string>();
  const give = (partition: AssignablePartition, memberId: string): number => {
    const formerOwner = revoked.get(partition);
    if ((formerOwner !== undefined && formerOwner !== memberId) || claims.disputed.has(partition))
      transferred.set(partition, memberId);
    return (assignment.get(memberId) as AssignablePartition[]).push(partition);
  };
  needy.sort(compareText);
  content.sort(compareText);
  let turn = 0;
  for (const partition of table.topics.flatMap((topic) => table.of(topic)).filter((each) => !kept.has(each))) {
    // Those below the least share come first, round and round; then each of those who have it gets one more.
    if (turn >= needy.length) turn = 0;
    const memberId = needy[turn] ?? content.shift();
    if (memberId === undefined) throw new Error('No member has room for a partition: the shares do not add up.');
    if (give(partition, memberId) === minQuota) {
      needy.splice(turn, 1);
      content.push(memberId);
    } else turn += 1;
  }
  return { assignment, transferred };
}

function byPartitionThenTopic(a: AssignablePartition, b: AssignablePartition): number {
  return a.partition - b.partition || compareText(a.topic, b.topic);
}
