import { describe, expect, it } from 'vitest';
import type { Assignor, MemberSubscription } from '../../../../src/engine/client/assignors/assignor.js';
import { cooperativeStickyAssignor } from '../../../../src/engine/client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../../../../src/engine/client/assignors/range.js';
import { roundRobinAssignor } from '../../../../src/engine/client/assignors/round-robin.js';
import { stickyAssignor } from '../../../../src/engine/client/assignors/sticky.js';
import { asRecorded, recordedGroups, type RecordedRound } from '../../protocol/recorded-assignments.js';

/** What each member's own client sends: the sticky assignor's memory travels in user data, the cooperative one's in the subscription. */
function subscriptionsOf(assignor: Assignor, round: RecordedRound): MemberSubscription[] {
  return round.members.map(({ id, instanceId, topics, owned, generation }) => {
    const partitions = new Map(Object.entries(owned));
    const assigned = generation < 0 ? undefined : { partitions, generationId: generation };
    return {
      memberId: id,
      groupInstanceId: instanceId ?? null,
      topics,
      owned: assignor.protocols.includes('cooperative') ? partitions : new Map<string, number[]>(),
      generationId: generation,
      userData: assignor.userData?.(assigned) ?? null,
    };
  });
}

const roundsOf = (assignor: Assignor): RecordedRound[] =>
  recordedGroups('client', assignor.name).flatMap((group) => group.rounds);

describe.each([rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])(
  'the $name assignor',
  (assignor) => {
    it('assigns as Kafka did in every recorded round, also where other assignments were as good', () => {
      const rounds = roundsOf(assignor);
      expect(rounds.length).toBeGreaterThan(200);
      for (const round of rounds) {
        const assigned = assignor.assign(new Map(Object.entries(round.topics)), subscriptionsOf(assignor, round));
        expect(asRecorded(assigned)).toEqual(round.assignment);
      }
    });
  },
);

describe.each([rangeAssignor, roundRobinAssignor])('the $name assignor', (assignor) => {
  it('assigns the same in whatever order members and topics come', () => {
    for (const round of roundsOf(assignor)) {
      const reversed = new Map(Object.entries(round.topics).reverse());
      const assigned = assignor.assign(reversed, subscriptionsOf(assignor, round).reverse());
      expect(asRecorded(assigned)).toEqual(round.assignment);
    }
  });
});
