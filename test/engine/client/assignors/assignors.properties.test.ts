import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Assignor } from '../../../../src/engine/client/assignors/assignor.js';
import { cooperativeStickyAssignor } from '../../../../src/engine/client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../../../../src/engine/client/assignors/range.js';
import { roundRobinAssignor } from '../../../../src/engine/client/assignors/round-robin.js';
import { stickyAssignor } from '../../../../src/engine/client/assignors/sticky.js';
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
import { claimRule } from './claim-rule.js';

/** One round: those who were in the group before tell what they had. */
function assignOnce(assignor: Assignor, { topics, members }: SmallGroup, owned: Owned, generationId: number): Owned {
  const subscriptions = members.map((member) => {
    const partitions = byTopic(owned.get(member.memberId) ?? []);
    const wasThere = owned.has(member.memberId);
    return {
      ...member,
      groupInstanceId: null,
      owned: assignor.protocols.includes('cooperative') ? partitions : new Map<string, number[]>(),
      generationId: wasThere ? generationId : -1,
      userData: assignor.userData?.(wasThere ? { partitions, generationId } : undefined) ?? null,
    };
  });
  const subscribed = [...topics].filter(([topic]) => members.some((member) => member.topics.includes(topic)));
  return named(assignor.assign(new Map(subscribed), subscriptions));
}

/** More rounds than any group of this size needs: what the search has seen at most is three. */
const mostRounds = 5;

/**
 * What a group comes to. With a cooperative assignor what moves is revoked in one round and handed out in the next; where members subscribe to
 * different topics that next round may move one more, as Kafka's may, so rounds go on until none leaves a partition out.
 */
function assign(assignor: Assignor, group: SmallGroup, owned: Owned = new Map(), generationId = 1): Owned {
  let now = assignOnce(assignor, group, owned, generationId);
  if (!assignor.protocols.includes('cooperative')) return now;
  for (let round = 1; round < mostRounds; round++) now = assignOnce(assignor, group, now, generationId + round);
  return now;
}

const runs = { numRuns: 50 };

describe.each([rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])(
  'GRC-11 the $name assignor',
  (assignor) => {
    it('gives each partition to exactly one member that subscribes to it, whatever was before', () => {
      fc.assert(
        fc.property(smallGroups('any'), smallGroups('any'), (before, after) => {
          const owned = assign(assignor, before);
          expectValid(before, owned);
          expectValid(after, assign(assignor, after, owned));
        }),
        runs,
      );
    });
  },
);

describe.each([roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])(
  'GRC-11 the $name assignor',
  (assignor) => {
    it('leaves nobody with two partitions more than another, if all subscribe to the same', () => {
      fc.assert(
        fc.property(smallGroups('equal'), smallGroups('equal'), (before, after) => {
          expectBalanced(after, assign(assignor, after, assign(assignor, before)));
        }),
        runs,
      );
    });
  },
);

describe.each([stickyAssignor, cooperativeStickyAssignor])('GRC-11 the $name assignor', (assignor) => {
  it('moves no more partitions than evenness asks for, compared with every assignment that there is', () => {
    fc.assert(
      fc.property(smallGroups('equal'), smallGroups('equal'), (before, after) => {
        const owned = assign(assignor, before);
        expectSticky(after, owned, assign(assignor, after, owned));
      }),
      runs,
    );
  });

  it('leaves nobody with two partitions more than another who could take one, whatever they subscribe to', () => {
    fc.assert(
      fc.property(smallGroups('any'), smallGroups('any'), (before, after) => {
        expectBalanced(after, assign(assignor, after, assign(assignor, before)));
      }),
      runs,
    );
  });
});

describe('the cooperative-sticky assignor', () => {
  it('GRI-4 claims from an older generation lose against those of the newest', () => {
    fc.assert(claimRule(cooperativeStickyAssignor), runs);
  });
});
