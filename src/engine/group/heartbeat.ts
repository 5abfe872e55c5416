import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig, ClassicMember } from './classic-group.js';
import type { Decision } from './decision.js';
import { GroupDraft } from './group-draft.js';

/** Who asks, and in which generation it believes to be. */
export interface MemberClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

/** What is wrong with the claim, if anything: first the member, then the generation. No instance id is known yet, so each names a stranger. */
export function memberError(group: ClassicGroup, claim: MemberClaim): ErrorName | undefined {
  if (group.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  if (claim.groupInstanceId !== null || !group.members.has(claim.memberId)) return 'UNKNOWN_MEMBER_ID';
  return claim.generationId === group.generationId ? undefined : 'ILLEGAL_GENERATION';
}

/** A member says that it lives. A rebalance that is being prepared is announced; while one completes, the heartbeat counts as any other. */
export function decideHeartbeat(
  group: ClassicGroup,
  request: MemberClaim,
  config: ClassicGroupConfig,
  now: Millis,
): Decision<{ readonly error: ErrorName }> {
  const draft = new GroupDraft(group, config, now);
  const error = memberError(group, request);
  if (error !== undefined) return draft.decide({ error });
  const member = group.members.get(request.memberId) as ClassicMember;
  draft.renewSession(member.memberId, member.sessionTimeoutMs);
  return draft.decide({ error: group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE' });
}
