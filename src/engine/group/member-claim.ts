import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup } from './classic-group.js';

/** Who asks. */
export interface MemberClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** What is wrong with the claim, if anything. An instance id has to stand for just this member: else somebody else has taken its place. */
export function memberError(
  group: Pick<ClassicGroup, 'members' | 'staticMembers'>,
  { memberId, groupInstanceId }: MemberClaim,
): ErrorName | undefined {
  if (groupInstanceId !== null) {
    const current = group.staticMembers.get(groupInstanceId);
    if (current === undefined) return 'UNKNOWN_MEMBER_ID';
    if (current !== memberId) return 'FENCED_INSTANCE_ID';
  }
  return group.members.has(memberId) ? undefined : 'UNKNOWN_MEMBER_ID';
}

/** What is wrong with the claim to be a member of a generation: first the group, then the member, then the generation. */
export function generationError(
  group: ClassicGroup,
  claim: MemberClaim & { readonly generationId: number },
): ErrorName | undefined {
  if (group.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  return memberError(group, claim) ?? (claim.generationId === group.generationId ? undefined : 'ILLEGAL_GENERATION');
}
