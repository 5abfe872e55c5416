/**
 * ListGroups v0-5. Names all groups, from v4 on those in certain states (KIP-518), from v5 on those of certain types; both are compared without regard to case,
 * states without regard to spaces around them too, and what nobody knows matches nothing.
 */
import { ConsumerGroup } from '../group/consumer/consumer-group.js';
import { consumerProtocolType } from '../protocol/consumer-protocol.js';
import type { Handler } from './handler.js';

export const handleListGroups: Handler<'ListGroups'> = async (services, { request }) => {
  const groups = await services.groups.inspectAll((group) => {
    const { groupId, state } = group;
    if (group instanceof ConsumerGroup)
      return { groupId, protocolType: consumerProtocolType, groupState: state, groupType: 'consumer' };
    return { groupId, protocolType: group.protocolType ?? '', groupState: state, groupType: 'classic' };
  });
  const states = request.statesFilter.map((state) => state.trim());
  const matches = (wanted: readonly string[], found: string): boolean =>
    wanted.length === 0 || wanted.some((each) => each.toLowerCase() === found.toLowerCase());
  return {
    errorCode: 0,
    groups: groups.filter(
      ({ groupState, groupType }) => matches(states, groupState) && matches(request.typesFilter, groupType),
    ),
  };
};
