import { ConsumerGroup } from './consumer/consumer-group.js';
import type { ConsumerRecord } from './consumer/consumer-record.js';
import type { CommittedOffset, GroupMetadata, GroupRecord } from './group-record.js';

/** A group as the log tells it: its last written generation, or what it is in the consumer protocol, and its offsets by topic and partition. */
export interface StoredGroup {
  readonly metadata: GroupMetadata | undefined;
  readonly consumer: ConsumerGroup | undefined;
  /** Whether its last record but offsets made a classic group of one of the consumer protocol: its members may have to join again still. */
  readonly isNewlyClassic: boolean;
  readonly offsets: ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>;
}

interface MutableStoredGroup {
  metadata: GroupMetadata | undefined;
  consumer: ConsumerGroup | undefined;
  isNewlyClassic: boolean;
  readonly offsets: Map<string, Map<number, CommittedOffset>>;
}

/**
 * The hard state of the groups of one `__consumer_offsets` partition. `apply` alone changes it: for each record that is appended, and for each
 * record of the log when the partition is read back, with the same outcome.
 */
export class StoredGroups {
  private readonly groups = new Map<string, MutableStoredGroup>();
  /** The group of the consumer protocol that the record before ended. What it has become follows at once. */
  private justEnded: string | undefined;

  /** The ids of all groups, in the order in which they were first written. */
  get ids(): Iterable<string> {
    return this.groups.keys();
  }

  get(groupId: string): StoredGroup | undefined {
    return this.groups.get(groupId);
  }

  apply(record: GroupRecord): void {
    const known = this.groups.get(record.groupId);
    const { justEnded } = this;
    this.justEnded = record.kind === 'consumer-group' && record.value === null ? record.groupId : undefined;
    if (known === undefined && record.value === null) return;
    const group = known ?? {
      metadata: undefined,
      consumer: undefined,
      isNewlyClassic: false,
      offsets: new Map(),
    };
    if (record.kind === 'group-metadata') {
      group.metadata = record.value ?? undefined;
      group.isNewlyClassic = justEnded === record.groupId;
    } else if (record.kind === 'offset-commit') applyOffset(group, record);
    else applyConsumerRecord(group, record);
    const isNothingLeft = group.metadata === undefined && group.consumer === undefined && group.offsets.size === 0;
    if (isNothingLeft) this.groups.delete(record.groupId);
    else this.groups.set(record.groupId, group);
  }
}

function applyOffset(
  { offsets }: MutableStoredGroup,
  { topic, partition, value }: Extract<GroupRecord, { kind: 'offset-commit' }>,
): void {
  let partitions = offsets.get(topic);
  if (value === null) {
    partitions?.delete(partition);
    if (partitions?.size === 0) offsets.delete(topic);
    return;
  }
  if (partitions === undefined) offsets.set(topic, (partitions = new Map<number, CommittedOffset>()));
  partitions.set(partition, value);
}

function applyConsumerRecord(group: MutableStoredGroup, record: ConsumerRecord): void {
  if (record.kind === 'consumer-group' && record.value === null) group.consumer = undefined;
  else if (group.consumer !== undefined) group.consumer.apply(record);
  else if (record.value !== null) (group.consumer = new ConsumerGroup(record.groupId)).apply(record);
}
