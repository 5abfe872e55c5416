import { describe, expect, it } from 'vitest';
import { goldenLines } from '../../protocol/golden.js';
import type { StreamsCase } from '../golden-case.js';
import { expectedPlay, play } from '../golden-player.js';

describe('KIP-962 a repartition keeps records without a key if a left or outer join is below it, against Kafka Streams itself', () => {
  const cases = goldenLines<StreamsCase>('streams-null-keys.jsonl');
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', (_name, recorded) => {
    expect(play(recorded)).toEqual(expectedPlay(recorded));
  });
});
