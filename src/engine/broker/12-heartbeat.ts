/**
 * Heartbeat v0-4. A member says that it lives and learns whether a rebalance is being prepared, or, from v3 on, that another has taken its instance id.
 * In a group of the consumer protocol it learns so that it has to join again to take its next step (KIP-848).
 */
import { decideMemberHeartbeat } from '../group/member-requests.js';
import { errorCode } from '../protocol/errors.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleHeartbeat: Handler<'Heartbeat'> = async (services, { context, request }) => {
  if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') };
  const outcome = await services.groups.decide(
    request.groupId,
    context.requestId,
    (classic, _now, stored, circumstances) =>
      decideMemberHeartbeat({ classic, consumer: stored?.consumer }, request, circumstances),
  );
  return { errorCode: errorCode('answered' in outcome ? outcome.answered.error : refusal(outcome)) };
};
