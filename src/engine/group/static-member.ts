import { selectProtocol } from './classic-group.js';
import type { Decision, JoinAnswer } from './decision.js';
import type { GroupDraft } from './group-draft.js';
import { reasonOf, type JoinRequest } from './join.js';
import { completeJoinIfAllJoined, currentGeneration, prepareRebalance, rebalanceOrCompleteJoin } from './rebalance.js';

/**
 * A static member comes back without its id: it takes the place of the one that it was and fences it (KIP-345). A Stable group whose protocol stays the
 * same does not rebalance: the member is written down and told of the current generation, in which its assignment waits for it. Kafka's
 * `updateStaticMemberThenRebalanceOrCompleteJoin`.
 */
export function replaceStaticMember(
  draft: GroupDraft,
  request: JoinRequest,
  former: string,
  memberId: string,
): Decision<JoinAnswer> {
  const formerLeader = draft.group.leader;
  draft.replaceMember(former, memberId);
  draft.changeMember(memberId, {
    protocols: request.protocols,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
  });
  const { group } = draft;
  if (group.state === 'Stable' && group.protocolName === selectProtocol(group)) {
    draft.recordMetadata();
    const current = currentGeneration(draft, memberId);
    if (request.supportsSkippingAssignment)
      return draft.decide({ ...current, skipAssignment: group.leader === memberId });
    // An older client would assign anew if it were told that it leads: the former id stands for a leader that is not there.
    return draft.decide({ ...current, leader: formerLeader ?? '', members: [] });
  }
  draft.parkJoin(memberId, request.token);
  const reason = `${memberId} takes the place of ${former}: ${reasonOf(request)}`;
  if (group.state === 'Stable') rebalanceOrCompleteJoin(draft, reason);
  // The leader may be assigning to the former id just now; so all have to join again.
  else if (group.state === 'CompletingRebalance') prepareRebalance(draft, reason);
  else completeJoinIfAllJoined(draft);
  return draft.decide();
}
