/**
 * LeaveGroup v0-5. Members leave without waiting for their sessions to expire; from v3 on several at a time, each with an error of its own, and static ones
 * may be named by their instance id alone. Members of the consumer protocol can be made to leave by it too.
 */
import { decideMemberLeave } from '../group/member-requests.js';
import { errorCode } from '../protocol/errors.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleLeaveGroup: Handler<'LeaveGroup'> = async (services, { context, version, request }) => {
  if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') };
  const leaving =
    version >= 3 ? request.members : [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
  const outcome = await services.groups.decide(
    request.groupId,
    context.requestId,
    (classic, _now, stored, circumstances) =>
      decideMemberLeave({ classic, consumer: stored?.consumer }, request.groupId, leaving, circumstances),
  );
  if (!('answered' in outcome)) return { errorCode: errorCode(refusal(outcome)) };
  const { error, members } = outcome.answered;
  if (version < 3) return { errorCode: errorCode(error === 'NONE' ? (members[0]?.error ?? 'NONE') : error) };
  return {
    errorCode: errorCode(error),
    members: members.map(({ error: ofMember, ...member }) => ({ ...member, errorCode: errorCode(ofMember) })),
  };
};
