import type { Admin } from '../client/admin.js';
import type { BuiltTopology } from '../streams/topology/topology-node.js';
import type { StreamsRunStep } from './streams-run-spec.js';

/** A step that an administrator takes. */
export type StreamsAdminAction = Extract<StreamsRunStep, { does: 'set-partitions' | 'reset' | 'reset-offsets' }>;

/** Takes an administrator's step. Rejects with what the broker refuses it with. */
export async function carryOutStreamsAction(
  admin: Admin,
  step: StreamsAdminAction,
  builtOf: (application: string) => BuiltTopology,
): Promise<void> {
  if (step.does === 'set-partitions') {
    await admin.createPartitions({ topicPartitions: [{ topic: step.topic, count: step.partitions }] });
    return;
  }
  const { application } = step;
  const { subTopologies } = builtOf(application);
  const own = new Set(
    subTopologies.flatMap(({ repartitionTopics, changelogTopics }) => [
      ...repartitionTopics.map(({ name }) => name),
      ...[...changelogTopics.values()].map(({ name }) => name).filter((name) => name.startsWith(`${application}-`)),
    ]),
  );
  const sources = [...new Set(subTopologies.flatMap(({ sourceTopics }) => sourceTopics))];
  const inputs = sources.filter((topic) => !own.has(topic)).map((topic) => ({ topic }));
  await admin.resetOffsets({ groupId: application, topics: inputs, reset: { to: 'earliest' } });
  if (step.does === 'reset') {
    const there = new Set(await admin.listTopics());
    await admin.deleteTopics({ topics: [...own].filter((topic) => there.has(topic)) });
  }
}
