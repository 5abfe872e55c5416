import { describe, expect, it } from 'vitest';
import { streamsCases } from './golden-case.js';
import { inKeyOrder, purposefulDifferences } from './golden-differences.js';
import { expectedPlay, play } from './golden-player.js';

describe('What topologies do, against Kafka Streams itself', () => {
  const cases = streamsCases().filter(({ error }) => error?.at !== 'build');
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', (name, recorded) => {
    const expected = expectedPlay(recorded);
    const differs = purposefulDifferences[name];
    expect(inKeyOrder(play(recorded), recorded)).toEqual(
      inKeyOrder(differs === undefined ? expected : differs(expected, recorded), recorded),
    );
  });
});
