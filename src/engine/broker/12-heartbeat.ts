/**
 * Heartbeat v0-4. A member says that it lives and learns whether a rebalance is being prepared.
 * Left out: instance ids name nobody yet (UNKNOWN_MEMBER_ID).
 */
import { decideHeartbeat } from '../group/heartbeat.js';
import { emptyGroup } from '../group/classic-group.js';
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleHeartbeat: Handler<'Heartbeat'> = async (services, { context, request }) => {
  if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') };
  const outcome = await services.groups.decide(request.groupId, context.requestId, (group, now) =>
    decideHeartbeat(group ?? emptyGroup(request.groupId, now), request, services.groups.config, now),
  );
  return { errorCode: errorCode('answered' in outcome ? outcome.answered.error : 'NOT_COORDINATOR') };
};
