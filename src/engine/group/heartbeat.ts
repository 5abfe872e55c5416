import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig, ClassicMember } from './classic-group.js';
import { answeredOnly, type Decision } from './decision.js';
import { GroupDraft } from './group-draft.js';
import { generationError, type MemberClaim } from './member-claim.js';

/** A member says that it lives. A rebalance that is being prepared is announced; while one completes, the heartbeat counts as any other. */
export function decideHeartbeat(
  group: ClassicGroup,
  request: MemberClaim & { readonly generationId: number },
  config: ClassicGroupConfig,
  now: Millis,
): Decision<{ readonly error: ErrorName }> {
  const error = generationError(group, request);
  if (error !== undefined) return answeredOnly({ error });
  const draft = new GroupDraft(group, config, now);
  const member = group.members.get(request.memberId) as ClassicMember;
  draft.renewSession(member.memberId, member.sessionTimeoutMs);
  return draft.decide({ error: group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE' });
}
