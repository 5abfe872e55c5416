/**
 * JoinGroup v0-9. A member joins a classic group and waits for its next generation. From v4 on a newcomer is first given an id (KIP-394), unless it is a
 * static member (v5, KIP-345); from v9 on a static leader that comes back is told to assign nothing (KIP-814).
 * Who joins a group of the consumer protocol is answered at once: in a generation that it need not assign anything for (KIP-848).
 */
import { errorCode } from '../protocol/errors.js';
import { decideMemberJoin } from '../group/member-requests.js';
import { joinRefused } from '../group/decision.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleJoinGroup: Handler<'JoinGroup'> = async (services, { context, version, clientId, request }) => {
  const outcome = await services.groups.decide(
    request.groupId,
    context.requestId,
    (classic, _now, stored, circumstances) =>
      decideMemberJoin(
        { classic, consumer: stored?.consumer },
        {
          groupId: request.groupId,
          memberId: request.memberId,
          groupInstanceId: request.groupInstanceId,
          clientId: clientId ?? '',
          clientHost: `/${context.clientHost ?? context.connectionId}`,
          sessionTimeoutMs: request.sessionTimeoutMs,
          // Version 0 has one timeout for both.
          rebalanceTimeoutMs: version === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
          protocolType: request.protocolType,
          protocols: request.protocols,
          requiresKnownMemberId: version >= 4,
          supportsSkippingAssignment: version >= 9,
          reason: request.reason,
          token: context.requestId,
        },
        services.groups.newMemberIds(request.groupInstanceId ?? clientId ?? ''),
        circumstances,
      ),
  );
  const answer = 'answered' in outcome ? outcome.answered : joinRefused(refusal(outcome), request.memberId);
  return {
    errorCode: errorCode(answer.error),
    generationId: answer.generationId,
    protocolType: answer.protocolType,
    // Null is a word of v7 and later.
    protocolName: version < 7 ? (answer.protocolName ?? '') : answer.protocolName,
    leader: answer.leader,
    skipAssignment: answer.skipAssignment,
    memberId: answer.memberId,
    members: answer.members,
  };
};
