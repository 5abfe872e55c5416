import type { Admin } from '../client/admin.js';
import { resetApplication } from '../streams/runtime/application-reset.js';
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
  const inputTopics = inputsOf(builtOf(application));
  if (step.does === 'reset') await resetApplication(admin, { applicationId: application, inputTopics });
  else
    await admin.resetOffsets({
      groupId: application,
      topics: inputTopics.map((topic) => ({ topic })),
      reset: { to: 'earliest' },
    });
}

/** The topics that an application reads and has not made for itself. */
function inputsOf({ subTopologies }: BuiltTopology): readonly string[] {
  const own = new Set(subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name)));
  return [...new Set(subTopologies.flatMap(({ sourceTopics }) => sourceTopics))].filter((topic) => !own.has(topic));
}
