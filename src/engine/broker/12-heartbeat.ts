/**
 * Heartbeat v0-4. A member says that it lives and learns whether a rebalance is being prepared, or, from v3 on, that another has taken its instance id.
 * Left out: members of groups of the consumer protocol (KIP-848).
 */
import { decideHeartbeat } from '../group/heartbeat.js';
import { emptyGroup } from '../group/classic-group.js';
import { errorCode } from '../protocol/errors.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleHeartbeat: Handler<'Heartbeat'> = async (services, { context, request }) => {
  if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') };
  const outcome = await services.groups.decide(request.groupId, context.requestId, (group, now) =>
    decideHeartbeat(group ?? emptyGroup(request.groupId, now), request, services.groups.config, now),
  );
  return { errorCode: errorCode('answered' in outcome ? outcome.answered.error : refusal(outcome)) };
};
