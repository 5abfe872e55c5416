import type { Admin } from '../../client/admin.js';
import type { TopicPartition } from '../../client/assigned-partitions.js';
import type { OffsetReset } from '../../client/offset-reset.js';
import { StreamsError } from '../streams-error.js';

export interface ApplicationResetOptions {
  readonly applicationId: string;
  /** Topics that it is to read again. */
  readonly inputTopics?: readonly string[];
  /** Of its internal topics those to delete; all by default. */
  readonly internalTopics?: readonly string[];
  /** Where its reading of the input topics is to begin; at the earliest offset by default. */
  readonly offsets?: OffsetReset;
  /** Puts out instances that are still members; without it their presence is an error. */
  readonly force?: boolean;
  /** Changes nothing, and tells what would be. */
  readonly dryRun?: boolean;
}

/** What was reset, or would be. */
export interface ApplicationResetReport {
  readonly offsets: readonly (TopicPartition & { readonly offset: string })[];
  readonly deletedTopics: readonly string[];
  /** Input topics that there are not. */
  readonly missingTopics: readonly string[];
  readonly removedMembers: number;
}

/**
 * Sets an application back, so that it processes its input again (Kafka's `StreamsResetter`): its offsets in the input topics, and its internal topics, which are deleted. All
 * its instances must be stopped; what each keeps of the state goes with `cleanUp()`.
 * @throws StreamsError IllegalStateException if there are members and `force` is not set, IllegalArgumentException for internal topics that are not the application's
 */
export async function resetApplication(
  admin: Admin,
  options: ApplicationResetOptions,
): Promise<ApplicationResetReport> {
  const { applicationId, inputTopics = [], force = false, dryRun = false } = options;
  const topics = await admin.listTopics();
  const deletedTopics = internalTopicsOf(applicationId, topics, options.internalTopics);
  const removedMembers = await requireNoMembers(admin, applicationId, force, dryRun);
  const missingTopics = inputTopics.filter((topic) => !topics.includes(topic));
  const reset = inputTopics.filter((topic) => topics.includes(topic)).map((topic) => ({ topic }));
  const offsets =
    reset.length === 0
      ? []
      : await admin.resetOffsets({
          groupId: applicationId,
          topics: reset,
          reset: options.offsets ?? { to: 'earliest' },
          dryRun,
        });
  if (!dryRun && deletedTopics.length > 0) await admin.deleteTopics({ topics: deletedTopics });
  return { offsets, deletedTopics, missingTopics, removedMembers };
}

/** Topics whose names are formed as an application's internal ones are. */
export function isInternalTopic(applicationId: string, topic: string): boolean {
  return (
    topic.startsWith(`${applicationId}-`) &&
    (/-(changelog|repartition|subscription-registration-topic|subscription-response-topic)$/.test(topic) ||
      /.-KTABLE-FK-JOIN-SUBSCRIPTION-(REGISTRATION|RESPONSE)-\d+-topic$/.test(topic))
  );
}

function internalTopicsOf(
  applicationId: string,
  topics: readonly string[],
  named: readonly string[] | undefined,
): readonly string[] {
  const internal = topics.filter((topic) => isInternalTopic(applicationId, topic));
  if (named === undefined) return internal;
  const foreign = named.filter((topic) => !internal.includes(topic));
  if (foreign.length === 0) return named;
  throw new StreamsError(
    'IllegalArgumentException',
    `Invalid topics specified for deletion: [${foreign.join(', ')}] are no internal topics of ${applicationId}. It has [${internal.join(', ')}].`,
  );
}

async function requireNoMembers(admin: Admin, groupId: string, force: boolean, dryRun: boolean): Promise<number> {
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups[0]?.members ?? [];
  if (members.length === 0) return 0;
  if (!force)
    throw new StreamsError(
      'IllegalStateException',
      `Consumer group '${groupId}' is still active and has ${members.length} members. Make sure to stop all running application instances before running the reset tool, or force it to put them out.`,
    );
  if (!dryRun) await admin.removeMembersFromGroup({ groupId });
  return members.length;
}
