import type { Assignor } from './assignor.js';
import { assignConstrained } from './constrained-assignment.js';
import { assignGeneral } from './general-assignment.js';
import { assignmentOf, PartitionTable, type AssignablePartition } from './partition-table.js';
import { judgeClaims, type Claimant } from './sticky-claims.js';
import { decodeStickyUserData, encodeStickyUserData } from './sticky-user-data.js';

/**
 * Kafka's `StickyAssignor`: as even as can be, and of that what moves the fewest partitions. Members give everything up before they join, so what they had
 * travels in the user data.
 */
export const stickyAssignor: Assignor = {
  name: 'sticky',
  protocols: ['eager'],
  userData: (assigned) => (assigned === undefined ? null : encodeStickyUserData(assigned)),
  assign(partitions, members) {
    const claimants = members.map((member): Claimant => ({ member, ...decodeStickyUserData(member.userData) }));
    const { assignment } = assignSticky(new PartitionTable(partitions), claimants);
    return new Map([...assignment].map(([memberId, assigned]) => [memberId, assignmentOf(assigned)]));
  },
};

/** What the sticky assignors share: who gets what, and, if it is known, which partitions others have to give up first. */
export function assignSticky(
  table: PartitionTable,
  claimants: readonly Claimant[],
): {
  readonly assignment: ReadonlyMap<string, Iterable<AssignablePartition>>;
  readonly transferred?: ReadonlyMap<AssignablePartition, string>;
} {
  if (claimants.length === 0) return { assignment: new Map() };
  const claims = judgeClaims(claimants, table);
  if (claims.haveEqualSubscriptions) return assignConstrained(table, claims);
  return {
    assignment: assignGeneral(
      table,
      claims,
      claimants.map(({ member }) => member),
    ),
  };
}
