/**
 * ListGroups v0-5. Names all groups, from v4 on those in certain states (KIP-518), from v5 on those of certain types; both are compared without regard to case,
 * and what nobody knows matches nothing. Left out: groups of other types than classic.
 */
import type { Handler } from './handler.js';

export const handleListGroups: Handler<'ListGroups'> = async (services, { request }) => {
  const groups = await services.groups.inspectAll(({ groupId, protocolType, state }) => ({
    groupId,
    protocolType: protocolType ?? '',
    groupState: state,
    groupType: 'classic',
  }));
  const matches = (wanted: readonly string[], found: string): boolean =>
    wanted.length === 0 || wanted.some((each) => each.toLowerCase() === found.toLowerCase());
  return {
    errorCode: 0,
    groups: groups.filter(
      ({ groupState, groupType }) =>
        matches(request.statesFilter, groupState) && matches(request.typesFilter, groupType),
    ),
  };
};
