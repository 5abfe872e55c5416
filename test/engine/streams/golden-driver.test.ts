import { describe, expect, it } from 'vitest';
import { streamsCases } from './golden-case.js';
import { inKeyOrder } from './golden-differences.js';
import { expectedPlay, play } from './golden-player.js';

describe('What topologies do, against Kafka Streams itself', () => {
  const cases = streamsCases().filter(({ error }) => error?.at !== 'build');
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', (_name, recorded) => {
    expect(inKeyOrder(play(recorded), recorded)).toEqual(inKeyOrder(expectedPlay(recorded), recorded));
  });
});
