/** What orders a group's members: their id, and their name if they are static (KIP-345). */
export interface OrderedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** Static members come first, by their instance id; then the others by member id. Range assignors go by it on both sides. */
export function compareMembers(a: OrderedMember, b: OrderedMember): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null)
    return compareText(a.groupInstanceId, b.groupInstanceId);
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return compareText(a.memberId, b.memberId);
}

/** By UTF-16 units, as Java compares. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
