/**
 * SyncGroup v0-5. The leader hands in everybody's assignment, each member gets its own. From v5 on the protocol is named and compared.
 * Left out: instance ids name nobody yet (UNKNOWN_MEMBER_ID).
 */
import { emptyGroup } from '../group/classic-group.js';
import { syncRefused } from '../group/decision.js';
import { decideSync } from '../group/sync.js';
import type { ErrorName } from '../protocol/errors.js';
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleSyncGroup: Handler<'SyncGroup'> = async (services, { context, version, request }) => {
  const refuse = (error: ErrorName) => ({ errorCode: errorCode(error), assignment: new Uint8Array(0) });
  if (request.groupId === '') return refuse('INVALID_GROUP_ID');
  if (version >= 5 && (request.protocolType === null || request.protocolName === null))
    return refuse('INCONSISTENT_GROUP_PROTOCOL');
  const outcome = await services.groups.decide(request.groupId, context.requestId, (group, now) =>
    decideSync(
      group ?? emptyGroup(request.groupId, now),
      { ...request, token: context.requestId },
      services.groups.config,
      now,
    ),
  );
  const { error, ...answer } = 'answered' in outcome ? outcome.answered : syncRefused('NOT_COORDINATOR');
  return { errorCode: errorCode(error), ...answer };
};
