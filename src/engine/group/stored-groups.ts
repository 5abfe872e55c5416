import type { CommittedOffset, GroupMetadata, GroupRecord } from './group-record.js';

/** A group as the log tells it: its last written generation, and its offsets by topic and partition. */
export interface StoredGroup {
  readonly metadata: GroupMetadata | undefined;
  readonly offsets: ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>;
}

interface MutableStoredGroup {
  metadata: GroupMetadata | undefined;
  readonly offsets: Map<string, Map<number, CommittedOffset>>;
}

/**
 * The hard state of the groups of one `__consumer_offsets` partition. `apply` alone changes it: for each record that is appended, and for each
 * record of the log when the partition is read back, with the same outcome.
 */
export class StoredGroups {
  private readonly groups = new Map<string, MutableStoredGroup>();

  /** The ids of all groups, in the order in which they were first written. */
  get ids(): Iterable<string> {
    return this.groups.keys();
  }

  get(groupId: string): StoredGroup | undefined {
    return this.groups.get(groupId);
  }

  apply(record: GroupRecord): void {
    if (record.value === null) {
      this.forget(record);
      return;
    }
    let group = this.groups.get(record.groupId);
    if (group === undefined) this.groups.set(record.groupId, (group = { metadata: undefined, offsets: new Map() }));
    if (record.kind === 'group-metadata') {
      group.metadata = record.value;
      return;
    }
    let partitions = group.offsets.get(record.topic);
    if (partitions === undefined) group.offsets.set(record.topic, (partitions = new Map<number, CommittedOffset>()));
    partitions.set(record.partition, record.value);
  }

  private forget(record: GroupRecord): void {
    const group = this.groups.get(record.groupId);
    if (group === undefined) return;
    if (record.kind === 'group-metadata') {
      group.metadata = undefined;
    } else {
      const partitions = group.offsets.get(record.topic);
      partitions?.delete(record.partition);
      if (partitions?.size === 0) group.offsets.delete(record.topic);
    }
    if (group.metadata === undefined && group.offsets.size === 0) this.groups.delete(record.groupId);
  }
}
