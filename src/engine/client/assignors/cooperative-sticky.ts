import type { Assignor } from './assignor.js';
import { assignmentOf, PartitionTable, type AssignablePartition } from './partition-table.js';
import { assignSticky } from './sticky.js';
import type { Claimant } from './sticky-claims.js';
import { decodeCooperativeUserData, encodeCooperativeUserData } from './sticky-user-data.js';

/**
 * Kafka's `CooperativeStickyAssignor`: sticky, but a partition that another member still has is withheld. Its owner gives it up when it learns of its
 * assignment, joins again, and the next round hands it out (KIP-429).
 */
export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  protocols: ['cooperative', 'eager'],
  userData: (assigned) => encodeCooperativeUserData(assigned?.generationId ?? -1),
  assign(partitions, members) {
    const table = new PartitionTable(partitions);
    const claimants = members.map((member): Claimant => {
      const generationId = member.generationId >= 0 ? member.generationId : decodeCooperativeUserData(member.userData);
      return { member, partitions: member.owned, generationId };
    });
    const { assignment, transferred: known } = assignSticky(table, claimants);
    const transferred = known ?? takenFromOthers(table, claimants, assignment);
    return new Map(
      [...assignment].map(([memberId, assigned]) => [
        memberId,
        assignmentOf([...assigned].filter((partition) => transferred.get(partition) !== memberId)),
      ]),
    );
  },
};

/** Which partitions are new to their member and are still claimed by another. */
function takenFromOthers(
  table: PartitionTable,
  claimants: readonly Claimant[],
  assignment: ReadonlyMap<string, Iterable<AssignablePartition>>,
): ReadonlyMap<AssignablePartition, string> {
  const added = new Map<AssignablePartition, string>();
  const givenUp = new Set<AssignablePartition>();
  for (const { member, partitions } of claimants) {
    const owned = new Set(table.in(partitions));
    const assigned = new Set(assignment.get(member.memberId));
    for (const partition of assigned) if (!owned.has(partition)) added.set(partition, member.memberId);
    for (const partition of owned) if (!assigned.has(partition)) givenUp.add(partition);
  }
  return new Map([...added].filter(([partition]) => givenUp.has(partition)));
}
