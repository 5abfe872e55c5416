/**
 * DeleteGroups v0-2. Deletes groups that nobody is a member of, with all their offsets; each is told for itself whether it is gone, one that is named twice
 * once.
 */
import { decideDeletion } from '../group/group-deletion.js';
import { errorCode } from '../protocol/errors.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleDeleteGroups: Handler<'DeleteGroups'> = async (services, { context, request }) => ({
  throttleTimeMs: 0,
  results: await Promise.all(
    [...new Set(request.groupsNames)].map(async (groupId) => {
      const outcome = await services.groups.decide(groupId, context.requestId, (group, _, stored) =>
        decideDeletion(group, stored),
      );
      return { groupId, errorCode: errorCode('answered' in outcome ? outcome.answered.error : refusal(outcome)) };
    }),
  ),
});
