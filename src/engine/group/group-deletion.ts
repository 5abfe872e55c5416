import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup } from './classic-group.js';
import { answeredOnly, type Decision } from './decision.js';
import type { GroupRecord } from './group-record.js';
import type { StoredGroup } from './stored-groups.js';

/** Deletes a group that nobody is a member of, with all its offsets. */
export function decideDeletion(
  group: ClassicGroup | undefined,
  stored: StoredGroup | undefined,
): Decision<{ readonly error: ErrorName }> {
  if (group === undefined) return answeredOnly({ error: 'GROUP_ID_NOT_FOUND' });
  if (group.state !== 'Empty') return answeredOnly({ error: 'NON_EMPTY_GROUP' });
  const tombstones = offsetTombstones(group.groupId, stored);
  return { ...removal(group, tombstones, 'deleted'), response: { error: 'NONE' } };
}

/** Nothing is left of the group: `records` take what it had, and one more takes the group itself. */
export function removal(
  { groupId }: ClassicGroup,
  records: readonly GroupRecord[],
  reason: 'deleted' | 'expired',
): Decision<never> {
  return {
    records: [...records, { kind: 'group-metadata', groupId, value: null }],
    change: { kind: 'removal', groupId },
    answers: [],
    timers: [],
    events: [{ kind: 'group-deleted', group: groupId, reason }],
  };
}

function offsetTombstones(groupId: string, stored: StoredGroup | undefined): GroupRecord[] {
  const tombstones: GroupRecord[] = [];
  for (const [topic, partitions] of stored?.offsets ?? [])
    for (const partition of partitions.keys())
      tombstones.push({ kind: 'offset-commit', groupId, topic, partition, value: null });
  return tombstones;
}
