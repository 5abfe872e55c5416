import { describe, expect, it } from 'vitest';
import { goldenLines } from '../protocol/golden.js';
import type { StreamsCase } from './golden-case.js';
import { inKeyOrder } from './golden-differences.js';
import { expectedPlay, play } from './golden-player.js';

/** Recordings in which something was found to differ once, each with a reason of its own. */
describe('What operators do together, against Kafka Streams itself', () => {
  const cases = goldenLines<StreamsCase>('streams-mixed.jsonl');
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', (_name, recorded) => {
    expect(inKeyOrder(play(recorded), recorded)).toEqual(inKeyOrder(expectedPlay(recorded), recorded));
  });
});
