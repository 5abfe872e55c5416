import { expect, it } from 'vitest';
import { murmur2, partitionForKey } from '../../../src/engine/protocol/murmur2.js';
import { bytesOf, goldenLines } from './golden.js';

interface GoldenKey {
  readonly key: string;
  readonly murmur2: number;
  readonly partitions: Readonly<Record<string, number>>;
}

it('every key has the hash and the partitions that Kafka gives it', () => {
  const keys = goldenLines<GoldenKey>('partitions.jsonl');
  expect(keys).toHaveLength(500);
  for (const { key, murmur2: hash, partitions } of keys) {
    const bytes = bytesOf(key);
    expect(murmur2(bytes), key).toBe(hash);
    const chosen = Object.keys(partitions).map((count) => [count, partitionForKey(bytes, Number(count))]);
    expect(Object.fromEntries(chosen), key).toEqual(partitions);
  }
});
