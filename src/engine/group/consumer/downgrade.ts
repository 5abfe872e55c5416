import { consumerProtocolType, encodeAssignment } from '../../protocol/consumer-protocol.js';
import { readPrefix } from '../../protocol/version-prefix.js';
import type { TargetPartitions } from '../assignors/server-assignor.js';
import { emptyGroup, metadataFor, selectProtocol, type ClassicGroup, type ClassicMember } from '../classic-group.js';
import { subscribedTopicsOf } from '../consumer-subscription.js';
import type { Decision } from '../decision.js';
import { GroupDraft } from '../group-draft.js';
import { prepareRebalance } from '../rebalance.js';
import { noMemory, type ConsumerContext, type TopicsView } from './consumer-context.js';
import type { ConsumerDraft } from './consumer-draft.js';
import type { ConsumerGroup } from './consumer-group.js';
import type { ConsumerMember } from './consumer-member.js';
import { targetOf } from './target-assignment.js';

/** How a group of the consumer protocol becomes a classic one. */
export interface Downgrade {
  /** Members that go. */
  readonly gone?: ReadonlySet<string>;
  /** A static member of the classic protocol that has come in the place of the last one of the consumer protocol. */
  readonly joining?: ConsumerMember;
  /** Why its members have to join again; absent: they need not. */
  readonly rebalance?: string;
}

/** Whether nobody follows the consumer protocol any more once these members are gone, or replaced by one of the classic protocol. */
export function mayBecomeClassic(
  group: ConsumerGroup,
  without: readonly ConsumerMember[],
  { config }: ConsumerContext,
  replacements = 0,
): boolean {
  const left = group.members.size - without.length;
  const classicGone = without.filter(({ classicMemberMetadata }) => classicMemberMetadata !== null).length;
  if (group.classicMembers - classicGone !== left || left + replacements <= 0) return false;
  const isAllowed = config.migrationPolicy === 'bidirectional' || config.migrationPolicy === 'downgrade';
  return isAllowed && left + replacements <= config.classicMaxSize;
}

/**
 * The group becomes a classic one, in the generation of its epoch, with the target assignment as assignment (Kafka's `convertToClassicGroup`). What the draft
 * has said of it goes first.
 */
export function becomeClassicGroup(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  { gone = new Set(), joining, rebalance }: Downgrade,
): Decision<never> {
  const replaced = joining?.instanceId == null ? undefined : group.staticMember(joining.instanceId);
  draft.record(
    ...group.tombstones(
      joining === undefined || replaced === undefined ? undefined : { from: replaced.memberId, to: joining.memberId },
    ),
  );
  for (const memberId of group.members.keys()) draft.cancelTimersOf(memberId);
  draft.memory = noMemory;
  draft.trace({ kind: 'group-converted', group: group.groupId, to: 'classic' });
  const members = [...group.members.values()].filter(
    ({ memberId }) => !gone.has(memberId) && memberId !== replaced?.memberId,
  );
  if (joining !== undefined) members.push(joining);
  const { context } = draft;
  const classic = new GroupDraft(classicGroupOf(group, members, context), context.classicConfig, context.now);
  classic.recordMetadata();
  for (const { memberId, sessionTimeoutMs } of classic.group.members.values())
    classic.renewSession(memberId, sessionTimeoutMs);
  if (rebalance !== undefined) prepareRebalance(classic, rebalance);
  const [before, after] = [draft.decide<never>(), classic.decide<never>()];
  return {
    ...after,
    memory: noMemory,
    records: [...before.records, ...after.records],
    timers: [...before.timers, ...after.timers],
    events: [...before.events, ...after.events],
  };
}

function classicGroupOf(
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  context: ConsumerContext,
): ClassicGroup {
  const classicMembers = new Map(members.map((member) => [member.memberId, toClassicMember(member)]));
  const supporters = new Map<string, number>();
  for (const { protocols } of classicMembers.values())
    for (const name of new Set(protocols.map((protocol) => protocol.name)))
      supporters.set(name, (supporters.get(name) ?? 0) + 1);
  const protocolName = selectProtocol({ members: classicMembers, supporters });
  for (const member of members) {
    const classic = classicMembers.get(member.memberId) as ClassicMember;
    const assignment = assignmentBytes(targetOf(group, member), metadataFor(classic, protocolName), context.topics);
    classicMembers.set(member.memberId, { ...classic, assignment });
  }
  return {
    ...emptyGroup(group.groupId, context.now),
    state: 'Stable',
    previousState: 'Stable',
    generationId: group.epoch,
    protocolType: consumerProtocolType,
    protocolName,
    leader: members[0]?.memberId ?? null,
    members: classicMembers,
    staticMembers: new Map(
      members.flatMap(({ instanceId, memberId }) => (instanceId === null ? [] : [[instanceId, memberId] as const])),
    ),
    supporters,
    subscribedTopics: subscribedTopicsOf(consumerProtocolType, protocolName, classicMembers.values()),
  };
}

function toClassicMember({ memberId, instanceId, clientId, clientHost, ...member }: ConsumerMember): ClassicMember {
  if (member.classicMemberMetadata === null)
    throw new Error(`Member ${memberId} follows the consumer protocol, so its group cannot become a classic one.`);
  return {
    memberId,
    groupInstanceId: instanceId,
    clientId,
    clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.classicMemberMetadata.sessionTimeoutMs,
    protocols: member.classicMemberMetadata.supportedProtocols,
    assignment: new Uint8Array(0),
    isNew: false,
    parkedJoin: undefined,
    parkedSync: undefined,
    isSyncPending: false,
  };
}

/** An assignment for a consumer of the classic protocol, in the version of its subscription. Topics that are gone are left out. */
export function assignmentBytes(
  partitions: TargetPartitions,
  subscription: Uint8Array,
  topics: TopicsView,
): Uint8Array {
  const assignedPartitions = [...partitions].flatMap(([topicId, of]) => {
    const topic = topics.topicById(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions: of }];
  });
  return encodeAssignment({ assignedPartitions }, readPrefix(subscription, 'The subscription of a member'));
}
