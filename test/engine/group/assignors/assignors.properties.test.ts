import fc from 'fast-check';
import { describe, it } from 'vitest';
import { rangeServerAssignor } from '../../../../src/engine/group/assignors/range.js';
import type { ServerAssignor } from '../../../../src/engine/group/assignors/server-assignor.js';
import { uniformServerAssignor } from '../../../../src/engine/group/assignors/uniform.js';
import {
  byTopic,
  expectBalanced,
  expectSticky,
  expectValid,
  named,
  smallGroups,
  type Owned,
  type SmallGroup,
} from '../../protocol/assignment-laws.js';

/** Topics go by their names here: an id is any text to the assignors, apart from its place among others. */
function assign(assignor: ServerAssignor, { topics, members }: SmallGroup, owned: Owned = new Map()): Owned {
  return named(
    assignor.assign({
      members: members.map(({ memberId, topics: topicIds }) => ({
        memberId,
        groupInstanceId: null,
        topicIds,
        target: byTopic(owned.get(memberId) ?? []),
      })),
      isHomogeneous: new Set(members.map((member) => member.topics.join())).size === 1,
      partitionsOf: (topicId) => topics.get(topicId) ?? 0,
    }),
  );
}

/** As in life: a topic's partitions only become more. */
function grown(before: SmallGroup, after: SmallGroup): SmallGroup {
  const topics = new Map(
    [...after.topics].map(([topic, count]) => [topic, Math.max(count, before.topics.get(topic) ?? 0)]),
  );
  return { ...after, topics };
}

const runs = { numRuns: 50 };

describe.each([rangeServerAssignor, uniformServerAssignor])('GRC-11 the $name assignor of the broker', (assignor) => {
  it('gives each partition to exactly one member that subscribes to it, whatever was before', () => {
    fc.assert(
      fc.property(smallGroups('any'), smallGroups('any'), (before, after) => {
        const owned = assign(assignor, before);
        expectValid(before, owned);
        expectValid(grown(before, after), assign(assignor, grown(before, after), owned));
      }),
      runs,
    );
  });
});

describe('GRC-11 the uniform assignor of the broker', () => {
  it('leaves nobody with two partitions more than another who could take one', () => {
    fc.assert(
      fc.property(smallGroups('any'), smallGroups('any'), (before, next) => {
        const after = grown(before, next);
        expectBalanced(after, assign(uniformServerAssignor, after, assign(uniformServerAssignor, before)));
      }),
      runs,
    );
  });

  it('moves no more partitions than evenness asks for, if all subscribe to the same', () => {
    fc.assert(
      fc.property(smallGroups('equal'), smallGroups('equal'), (before, next) => {
        const after = grown(before, next);
        const owned = assign(uniformServerAssignor, before);
        expectSticky(after, owned, assign(uniformServerAssignor, after, owned));
      }),
      runs,
    );
  });
});
