import { inHashMapOrder } from '../../protocol/java-hash.js';
import { topicIdHash } from '../../protocol/topic-id.js';
import type { AssignableMember, TargetPartitions } from './server-assignor.js';

interface Free {
  readonly topicId: string;
  readonly partition: number;
}

/**
 * Uniform, for members that all subscribe to the same topics: each keeps what it has up to its share, what is left over is dealt out to those with room
 * (Kafka's `UniformHomogeneousAssignmentBuilder`). Members who have more than their share of a topic give up that topic's last partitions.
 */
export function assignHomogeneous(
  members: readonly AssignableMember[],
  partitionsOf: (topicId: string) => number,
): ReadonlyMap<string, TargetPartitions> {
  const topicIds = new Set(inHashMapOrder(members[0]?.topicIds ?? [], topicIdHash, true));
  if (topicIds.size === 0) return new Map();
  const free = unassignedPartitions(members, topicIds, partitionsOf);
  const total = [...topicIds].reduce((sum, topicId) => sum + partitionsOf(topicId), 0);
  const share = Math.floor(total / members.length);
  let extras = total % members.length;

  const assignment = new Map<string, Map<string, number[]>>();
  const withRoom: { readonly memberId: string; readonly room: number }[] = [];
  members.forEach((member, at) => {
    let hasExtra = extras > 0;
    const { kept, surplus, room } = keepWithin(member, topicIds, share + (hasExtra ? 1 : 0));
    assignment.set(member.memberId, kept);
    free.push(...surplus);
    let left = room;
    // Whoever has its share is passed over as long as enough others come that could take one more.
    if (left > 0 && hasExtra && members.length - at > extras) {
      left -= 1;
      hasExtra = false;
    }
    if (left > 0) withRoom.push({ memberId: member.memberId, room: left });
    if (hasExtra) extras -= 1;
  });

  let next = 0;
  for (const { memberId, room } of withRoom) {
    const assigned = assignment.get(memberId) as Map<string, number[]>;
    for (const { topicId, partition } of free.slice(next, next + room)) {
      const ofTopic = assigned.get(topicId);
      if (ofTopic === undefined) assigned.set(topicId, [partition]);
      else ofTopic.push(partition);
    }
    next += room;
  }
  return assignment;
}

function unassignedPartitions(
  members: readonly AssignableMember[],
  topicIds: Iterable<string>,
  partitionsOf: (topicId: string) => number,
): Free[] {
  const free: Free[] = [];
  for (const topicId of topicIds) {
    const assigned = new Set(members.flatMap(({ target }) => target.get(topicId) ?? []));
    for (let partition = 0; partition < partitionsOf(topicId); partition += 1)
      if (!assigned.has(partition)) free.push({ topicId, partition });
  }
  return free;
}

/** What a member keeps of its topics up to a number of partitions, and what it gives up. */
function keepWithin(member: AssignableMember, topicIds: ReadonlySet<string>, share: number) {
  const kept = new Map<string, number[]>();
  const surplus: Free[] = [];
  let room = share;
  for (const topicId of inHashMapOrder(member.target.keys(), topicIdHash)) {
    if (!topicIds.has(topicId)) continue;
    const partitions = inHashMapOrder(member.target.get(topicId) ?? [], (partition) => partition, true);
    const keeps = partitions.slice(0, room);
    if (keeps.length > 0) kept.set(topicId, keeps);
    for (const partition of partitions.slice(room)) surplus.push({ topicId, partition });
    room -= keeps.length;
  }
  return { kept, surplus, room };
}
