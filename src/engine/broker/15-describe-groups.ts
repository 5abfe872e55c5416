/**
 * DescribeGroups v0-6. Tells the state and the members of classic groups; what they subscribe to and were assigned, while the group is Stable. A group that
 * nobody knows as a classic one is Dead, from v6 on with GROUP_ID_NOT_FOUND (KIP-1043).
 * Left out: everybody may do everything, so `authorizedOperations` names all there is.
 */
import { metadataFor, type ClassicGroup, type ClassicMember } from '../group/classic-group.js';
import type { StoredGroup } from '../group/stored-groups.js';
import type { GivenResponseOf } from '../protocol/apis.js';
import { errorCode } from '../protocol/errors.js';
import { withGroupOperations } from './authorized-operations.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

type DescribedGroup = GivenResponseOf<'DescribeGroups'>['groups'][number];

export const handleDescribeGroups: Handler<'DescribeGroups'> = async (services, { version, request }) => {
  const groups = await Promise.all(
    request.groups.map(async (groupId): Promise<DescribedGroup> => {
      const outcome = await services.groups.inspect(groupId, (group, stored) =>
        describe(groupId, group, stored, version),
      );
      return 'answered' in outcome ? outcome.answered : failed(groupId, errorCode(refusal(outcome)));
    }),
  );
  return { groups: withGroupOperations(groups, request.includeAuthorizedOperations) };
};

function describe(
  groupId: string,
  group: ClassicGroup | undefined,
  stored: StoredGroup | undefined,
  version: number,
): DescribedGroup {
  if (group === undefined) {
    if (version < 6) return { ...failed(groupId, 0), groupState: 'Dead' };
    return {
      ...failed(groupId, errorCode('GROUP_ID_NOT_FOUND')),
      groupState: 'Dead',
      errorMessage: `Group ${groupId} ${stored?.consumer === undefined ? 'not found' : 'is not a classic group'}.`,
    };
  }
  const isStable = group.state === 'Stable';
  return {
    errorCode: 0,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: Array.from(group.members.values(), (member) =>
      describeMember(member, isStable ? metadataFor(member, group.protocolName) : new Uint8Array(0)),
    ),
  };
}

function describeMember(member: ClassicMember, memberMetadata: Uint8Array) {
  const { memberId, groupInstanceId, clientId, clientHost, assignment } = member;
  return { memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment: assignment };
}

function failed(groupId: string, code: number): DescribedGroup {
  return { errorCode: code, groupId, groupState: '', protocolType: '', protocolData: '', members: [] };
}
