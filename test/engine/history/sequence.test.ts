import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeSequence, type JudgedHandling } from '../../../src/engine/history/sequence.js';

const handling = (
  record: number,
  key: string | null,
  handledMs: number | undefined,
  more: Partial<JudgedHandling> = {},
): JudgedHandling => ({
  actor: 'a',
  record,
  key,
  deliveredMs: 0,
  handledMs,
  evidence: [2 * record, 2 * record + 1],
  ...more,
});

test('a later record of a key that is finished first has overtaken the earlier, by so much', () => {
  const verdict = judgeSequence('queue', [
    handling(1, 'order-2', 10_400, { actor: 'slow' }),
    handling(7, 'order-2', 7800, { actor: 'fast' }),
  ]);
  expect(verdict).toEqual({
    scope: 'queue',
    kept: false,
    keysJudged: 1,
    brokenKeys: ['order-2'],
    keptAcrossKeys: false,
    overtakings: [
      {
        actorScope: 'queue',
        key: 'order-2',
        earlier: 1,
        later: 7,
        earlierActor: 'slow',
        laterActor: 'fast',
        earlierHandledMs: 10_400,
        laterHandledMs: 7800,
        byMs: 2600,
        evidence: [2, 3, 14, 15],
      },
    ],
  });
});

test('a record that is not finished yet is overtaken by what is', () => {
  const verdict = judgeSequence('queue', [handling(0, 'k', undefined), handling(1, 'k', 5)]);
  expect(verdict.overtakings).toMatchObject([{ earlier: 0, later: 1, earlierHandledMs: undefined, byMs: undefined }]);
  expect(verdict.keysJudged).toBe(0);
});

test('near miss: records of other keys, or without keys, break only the sequence across keys', () => {
  expect(judgeSequence('s', [handling(0, 'a', 9), handling(1, 'b', 5)])).toMatchObject({
    kept: true,
    keptAcrossKeys: false,
  });
  expect(judgeSequence('s', [handling(0, null, 9), handling(1, null, 5)])).toMatchObject({
    kept: true,
    keysJudged: 0,
    keptAcrossKeys: false,
  });
});

test('near miss: finished in the same millisecond is no overtaking', () => {
  expect(judgeSequence('s', [handling(0, 'k', 5), handling(1, 'k', 5)])).toMatchObject({
    kept: true,
    keptAcrossKeys: true,
  });
});

test('near miss: a record that is handled again later was finished the first time', () => {
  const again = handling(0, 'k', 99, { actor: 'b' });
  expect(judgeSequence('s', [handling(0, 'k', 4), handling(1, 'k', 5), again])).toMatchObject({
    kept: true,
    keysJudged: 1,
  });
  const interrupted = handling(0, 'k', undefined, { actor: 'b' });
  expect(judgeSequence('s', [interrupted, handling(0, 'k', 4), handling(1, 'k', 5)])).toMatchObject({ kept: true });
});

test('near miss: what was never delivered (published before, or still waiting) is not judged', () => {
  expect(judgeSequence('s', [handling(5, 'k', 10), handling(6, 'k', 11)])).toMatchObject({ kept: true, keysJudged: 1 });
});

test('the overtakings are exactly the pairs of one key that were finished the wrong way round', () => {
  const handlings = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', null), handledMs: fc.option(fc.nat(8), { nil: undefined }) }),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(handlings, (generated) => {
      const all = generated.map(({ key, handledMs }, record) => handling(record, key, handledMs));
      const expected = all.flatMap((earlier) =>
        all
          .filter(
            (later) =>
              later.record > earlier.record &&
              later.key === earlier.key &&
              later.key !== null &&
              later.handledMs !== undefined &&
              (earlier.handledMs === undefined || earlier.handledMs > later.handledMs),
          )
          .map((later) => `${earlier.record}<${later.record}`),
      );
      const found = judgeSequence('s', all).overtakings.map(({ earlier, later }) => `${earlier}<${later}`);
      expect(found.sort()).toEqual(expected.sort());
    }),
  );
});
