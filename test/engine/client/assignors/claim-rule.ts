import fc from 'fast-check';
import type { Assignor } from '../../../../src/engine/client/assignors/assignor.js';

/** Members with what each says that it owns of one topic, and since which generation. */
const claims = fc.array(
  fc.record({
    owned: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
    generationId: fc.constantFrom(7, 7, 7, 6, 5),
  }),
  { minLength: 2, maxLength: 4 },
);

/** GRI-4: what one member alone claims in the newest generation goes to nobody else, whoever claims it from an older one. */
export function claimRule(assignor: Assignor) {
  return fc.property(claims, (drawn) => {
    const members = drawn.map(({ owned, generationId }, at) => ({
      memberId: `m${at}`,
      groupInstanceId: null,
      topics: ['a'],
      owned: new Map([['a', owned]]),
      generationId,
      userData: null,
    }));
    const assigned = assignor.assign(new Map([['a', 6]]), members);
    const newest = Math.max(...members.map(({ generationId }) => generationId));
    for (let partition = 0; partition < 6; partition++) {
      const claimants = members.filter(
        (member) => member.generationId === newest && member.owned.get('a')?.includes(partition),
      );
      const owner = [...assigned].find(([, topics]) => topics.get('a')?.includes(partition))?.[0];
      if (claimants.length === 1 && owner !== undefined && owner !== claimants[0]?.memberId)
        throw new Error(
          `GRI-4 is broken: ${owner} was given partition ${partition}, which ${claimants[0]?.memberId} has.`,
        );
    }
  });
}
