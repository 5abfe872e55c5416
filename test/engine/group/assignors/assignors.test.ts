import { describe, expect, it } from 'vitest';
import { rangeServerAssignor } from '../../../../src/engine/group/assignors/range.js';
import type { AssignableGroup } from '../../../../src/engine/group/assignors/server-assignor.js';
import { uniformServerAssignor } from '../../../../src/engine/group/assignors/uniform.js';
import { asRecorded, recordedGroups, type RecordedRound } from '../../protocol/recorded-assignments.js';

function groupOf(round: RecordedRound, topicIds: Readonly<Record<string, string>>): AssignableGroup {
  const idOf = (topic: string): string => topicIds[topic] as string;
  const counts = new Map(Object.entries(round.topics).map(([topic, count]) => [idOf(topic), count]));
  return {
    members: round.members.map(({ id, instanceId, topics, owned }) => ({
      memberId: id,
      groupInstanceId: instanceId ?? null,
      topicIds: topics.map(idOf),
      target: new Map(Object.entries(owned).map(([topic, partitions]) => [idOf(topic), partitions])),
    })),
    isHomogeneous: new Set(round.members.map(({ topics }) => [...topics].sort().join())).size === 1,
    partitionsOf: (topicId) => counts.get(topicId) ?? 0,
  };
}

describe.each([rangeServerAssignor, uniformServerAssignor])('the $name assignor of the broker', (assignor) => {
  it('assigns as Kafka did in every recorded round, also where other assignments were as good', () => {
    const groups = recordedGroups('broker', assignor.name);
    expect(groups.length).toBeGreaterThanOrEqual(100);
    for (const { rounds, topicIds = {} } of groups) {
      const names = new Map(Object.entries(topicIds).map(([name, id]) => [id, name]));
      for (const round of rounds) {
        const assigned = assignor.assign(groupOf(round, topicIds));
        expect(asRecorded(assigned, (id) => names.get(id) as string)).toEqual(round.assignment);
      }
    }
  });
});
