import { KafkaError } from '../../protocol/kafka-error.js';
import type { GroupCoordinator } from '../group-coordinator.js';

/** Takes a member out of its classic group. Never rejects: the session timeout does the same later. */
export async function leaveGroup(
  coordinator: GroupCoordinator,
  member: { readonly memberId: string; readonly groupInstanceId: string | null },
  reason: string,
): Promise<void> {
  const { groupId, cluster } = coordinator;
  try {
    await coordinator.send(
      'LeaveGroup',
      (version) => ({
        groupId,
        ...(version >= 3
          ? { members: [{ ...member, ...(version >= 5 ? { reason } : {}) }] }
          : { memberId: member.memberId }),
      }),
      ({ errorCode }) => errorCode,
    );
  } catch (error) {
    if (cluster.lifetime.isOver && error instanceof KafkaError) return;
    cluster.context.logger.warn(
      `Member ${member.memberId} could not leave group ${groupId}; it will be removed later.`,
      { error },
    );
  }
}
