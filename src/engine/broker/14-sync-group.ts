/**
 * SyncGroup v0-5. The leader hands in everybody's assignment, each member gets its own. From v5 on the protocol is named and compared.
 * In a group of the consumer protocol each gets what it may have now, and nobody waits (KIP-848).
 */
import { syncRefused } from '../group/decision.js';
import { decideMemberSync } from '../group/member-requests.js';
import { decideAssignmentTooLarge } from '../group/sync.js';
import type { ErrorName } from '../protocol/errors.js';
import { errorCode } from '../protocol/errors.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleSyncGroup: Handler<'SyncGroup'> = async (services, { context, version, request }) => {
  const refuse = (error: ErrorName) => ({ errorCode: errorCode(error), assignment: new Uint8Array(0) });
  if (version >= 5 && (request.protocolType === null || request.protocolName === null))
    return refuse('INCONSISTENT_GROUP_PROTOCOL');
  if (request.groupId === '') return refuse('INVALID_GROUP_ID');
  const sync = { ...request, token: context.requestId };
  let outcome = await services.groups.decide(
    request.groupId,
    context.requestId,
    (classic, _now, stored, circumstances) =>
      decideMemberSync({ classic, consumer: stored?.consumer }, sync, circumstances),
  );
  if ('refused' in outcome && outcome.refused === 'too-large')
    outcome = await services.groups.decide(request.groupId, context.requestId, (classic, now, _stored, circumstances) =>
      decideAssignmentTooLarge(classic, sync, circumstances.classicConfig, now),
    );
  const { error, ...answer } = 'answered' in outcome ? outcome.answered : syncRefused(refusal(outcome));
  return { errorCode: errorCode(error), ...answer };
};
