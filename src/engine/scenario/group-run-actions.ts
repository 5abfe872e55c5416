import type { Admin } from '../client/admin.js';
import type { OffsetReset } from '../client/offset-reset.js';
import type { GroupRunSpec, GroupRunStep, RunResetTarget } from './group-run-spec.js';

/** A step that an administrator takes. */
export type AdminAction = Extract<GroupRunStep, { does: 'set-partitions' | 'delete-records' | 'reset-offsets' }>;

/** Takes an administrator's step; `originMs` is run time 0. Rejects with what the broker refuses it with. */
export async function carryOutAction(
  admin: Admin,
  spec: GroupRunSpec,
  step: AdminAction,
  originMs: number,
): Promise<void> {
  switch (step.does) {
    case 'set-partitions':
      return await admin.createPartitions({ topicPartitions: [{ topic: step.topic, count: step.partitions }] });
    case 'delete-records':
      return await admin.deleteTopicRecords({
        topic: step.topic,
        partitions: [{ partition: step.partition, offset: String(step.beforeOffset) }],
      });
    case 'reset-offsets': {
      const { group, partitions, to } = step;
      const topic = spec.groups.find((each) => each.group === group)?.topic;
      if (topic === undefined)
        throw new Error(`The script resets offsets of the group ${group}, which the spec does not have.`);
      const topics = [{ topic, ...(partitions === undefined ? {} : { partitions }) }];
      await admin.resetOffsets({ groupId: group, topics, reset: resetOf(to, originMs) });
    }
  }
}

function resetOf(to: RunResetTarget, originMs: number): OffsetReset {
  switch (to.kind) {
    case 'earliest':
    case 'latest':
      return { to: to.kind };
    case 'offset':
      return { to: 'offset', offset: to.offset };
    case 'datetime':
      return { to: 'datetime', datetime: originMs + to.atMs };
    case 'by-duration':
      return { to: 'duration', duration: `PT${to.durationMs / 1000}S` };
    case 'shift-by':
      return { to: 'shift', by: to.by };
  }
}
