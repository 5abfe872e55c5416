import type { Admin } from '../client/admin.js';
import type { GroupRunSpec, GroupRunStep, RunResetTarget } from './group-run-spec.js';

/** A step that an administrator takes. */
export type AdminAction = Extract<GroupRunStep, { does: 'set-partitions' | 'delete-records' | 'reset-offsets' }>;

interface Times {
  /** Run time 0, since the epoch. */
  readonly originMs: number;
  readonly nowMs: number;
}

/** Takes an administrator's step. Rejects with what the broker refuses it with. */
export async function carryOutAction(admin: Admin, spec: GroupRunSpec, step: AdminAction, times: Times): Promise<void> {
  switch (step.does) {
    case 'set-partitions':
      return await admin.createPartitions({ topicPartitions: [{ topic: step.topic, count: step.partitions }] });
    case 'delete-records':
      return await admin.deleteTopicRecords({
        topic: step.topic,
        partitions: [{ partition: step.partition, offset: String(step.beforeOffset) }],
      });
    case 'reset-offsets':
      return await resetOffsets(admin, spec, step, times);
  }
}

async function resetOffsets(
  admin: Admin,
  spec: GroupRunSpec,
  { group, to, partitions }: Extract<AdminAction, { does: 'reset-offsets' }>,
  times: Times,
): Promise<void> {
  const topic = spec.groups.find((each) => each.group === group)?.topic;
  if (topic === undefined)
    throw new Error(`The script resets offsets of the group ${group}, which the spec does not have.`);
  const bounds = await admin.fetchTopicOffsets(topic);
  const wanted = bounds.filter(({ partition }) => partitions?.includes(partition) !== false);
  const targets = await targetsOf(admin, topic, group, to, times);
  await admin.setOffsets({
    groupId: group,
    topic,
    partitions: wanted.map(({ partition, low, high }) => {
      const target = targets(partition, Number(low), Number(high));
      return { partition, offset: String(Math.min(Math.max(target, Number(low)), Number(high))) };
    }),
  });
}

type Target = (partition: number, low: number, high: number) => number;

/** Where each partition is to stand, before it is brought within the log, as Kafka's own tool does. */
async function targetsOf(
  admin: Admin,
  topic: string,
  group: string,
  to: RunResetTarget,
  { originMs, nowMs }: Times,
): Promise<Target> {
  switch (to.kind) {
    case 'earliest':
      return (_, low) => low;
    case 'latest':
      return (_, __, high) => high;
    case 'offset':
      return () => to.offset;
    case 'datetime': {
      const found = await admin.fetchTopicOffsetsByTimestamp(topic, originMs + to.atMs);
      return (partition, _, high) => Number(found.find((each) => each.partition === partition)?.offset ?? high);
    }
    case 'by-duration': {
      const found = await admin.fetchTopicOffsetsByTimestamp(topic, nowMs - to.durationMs);
      return (partition, _, high) => Number(found.find((each) => each.partition === partition)?.offset ?? high);
    }
    case 'shift-by': {
      const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const offsets = committed[0]?.partitions ?? [];
      return (partition, low) => {
        const from = Number(offsets.find((each) => each.partition === partition)?.offset ?? -1);
        return (from < 0 ? low : from) + to.by;
      };
    }
  }
}
