import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup } from './classic-group.js';
import { ConsumerGroup } from './consumer/consumer-group.js';
import { answeredOnly, type Decision } from './decision.js';
import type { GroupRecord } from './group-record.js';
import type { StoredGroup } from './stored-groups.js';

/** Deletes a group that nobody is a member of, with all its offsets. */
export function decideDeletion(
  group: ClassicGroup | undefined,
  stored: StoredGroup | undefined,
): Decision<{ readonly error: ErrorName }> {
  const known = stored?.consumer ?? group;
  if (known === undefined) return answeredOnly({ error: 'GROUP_ID_NOT_FOUND' });
  if (known.state !== 'Empty') return answeredOnly({ error: 'NON_EMPTY_GROUP' });
  const tombstones = offsetTombstones(known.groupId, stored);
  return { ...removal(known, tombstones, 'deleted'), response: { error: 'NONE' } };
}

/** Nothing is left of the group: `records` take what it had, and more of them the group itself. */
export function removal(
  group: ClassicGroup | ConsumerGroup,
  records: readonly GroupRecord[],
  reason: 'deleted' | 'expired',
): Decision<never> {
  const { groupId } = group;
  const tombstones: readonly GroupRecord[] =
    group instanceof ConsumerGroup ? group.tombstones() : [{ kind: 'group-metadata', groupId, value: null }];
  return {
    records: [...records, ...tombstones],
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
