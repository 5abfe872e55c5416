import { describe, expect, it } from 'vitest';
import { encodeSubscription } from '../../src/engine/protocol/consumer-protocol.js';
import type { Json } from '../engine/broker/transcript.js';
import { drawLife, groupOf } from './group-life.js';
import { comparedSteps, differences, firstLeftToChance } from './life-differences.js';

const life = drawLife('compared', 'mixed', 5);
const answers = (last: number): Json[] => [
  { errorCode: 0 },
  { errorCode: 0, group: 'x' },
  null,
  { errorCode: 25 },
  { n: last },
];

describe('lives are compared', () => {
  it('step by step, up to where the broker differs from itself', () => {
    expect(differences(life, answers(1), answers(1))).toEqual([]);
    expect(differences(life, answers(1), answers(2))).toHaveLength(1);
    expect(differences(life, answers(1), answers(2), 4)).toEqual([]);
    expect([comparedSteps(life, answers(1), answers(2), 4), comparedSteps(life, answers(1), answers(1), 2)]).toEqual([
      4, 5,
    ]);
    // What differs before that counts.
    expect(differences(life, [{ errorCode: 1 }, ...answers(1).slice(1)], answers(2), 4)).toHaveLength(1);
  });

  it('whatever they are called', () => {
    const named = (name: string, last: number) => {
      const bytes = encodeSubscription({ topics: [`${groupOf(name)}-t0`], userData: new Uint8Array(3) });
      const metadata = Buffer.from(bytes).toString('base64');
      return { life: { ...life, name }, answers: [{ groupId: groupOf(name), metadata }, ...answers(last).slice(1)] };
    };
    expect(firstLeftToChance([named('mixed by chance 1', 1), named('mixed by chance 2', 1)])).toBe(5);
    expect(firstLeftToChance([named('mixed by chance 1', 1), named('mixed by chance 2', 2)])).toBe(4);
  });
});
