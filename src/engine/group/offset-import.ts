import type { Millis } from '../environment/environment.js';
import { emptyGroup, type ClassicGroup, type ClassicGroupConfig } from './classic-group.js';
import { ConsumerGroup } from './consumer/consumer-group.js';
import { answeredOnly, type Decision } from './decision.js';
import { GroupDraft } from './group-draft.js';
import type { GroupRecord } from './group-record.js';

/** An offset that a group had committed elsewhere. */
export interface OffsetToImport {
  readonly topic: string;
  /** That of the topic as it is here. */
  readonly topicId: Uint8Array;
  readonly partition: number;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** A group is given offsets for topics that were not here before. Members, if it has any, own none of these partitions yet: they are asked for nothing. */
export function decideOffsetImport(
  known: ClassicGroup | ConsumerGroup | undefined,
  groupId: string,
  offsets: readonly OffsetToImport[],
  config: ClassicGroupConfig,
  now: Millis,
): Decision<null> {
  const records = offsets.map(({ topic, partition, ...value }): GroupRecord => ({
    kind: 'offset-commit',
    groupId,
    topic,
    partition,
    // Committed now: offsets expire by their age.
    value: { ...value, commitTimestamp: now, expireTimestamp: -1 },
  }));
  if (known instanceof ConsumerGroup) return { ...answeredOnly(null), records };
  const draft = new GroupDraft(known ?? emptyGroup(groupId, now), config, now);
  for (const record of records) draft.record(record);
  return draft.decide(null);
}
