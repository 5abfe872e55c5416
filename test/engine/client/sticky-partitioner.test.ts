import { describe, expect, it } from 'vitest';
import { StickyPartitioner } from '../../../src/engine/client/sticky-partitioner.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';

const five = [0, 1, 2, 3, 4];

/** The partitions of `count` records of `bytes` each; `isFull` tells whether the n-th fills its batch. */
function run(sticky: StickyPartitioner, count: number, bytes: number, isFull: (n: number) => boolean): number[] {
  return Array.from({ length: count }, (_, n) => {
    const partition = sticky.partition(five);
    sticky.produced(bytes, isFull(n));
    return partition;
  });
}

function runLengths(partitions: readonly number[]): number[] {
  const lengths: number[] = [];
  partitions.forEach((partition, at) => {
    if (at > 0 && partition === partitions[at - 1]) lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + 1;
    else lengths.push(1);
  });
  return lengths;
}

describe('StickyPartitioner (KIP-794)', () => {
  it('stays until batchSize bytes have gone to a partition, and switches where a batch is full', () => {
    const sticky = new StickyPartitioner(new SeededRandom('a'), 100);
    const partitions = run(sticky, 1_000, 10, (n) => n % 10 === 9);
    for (const length of runLengths(partitions)) expect(length % 10).toBe(0);
    expect(new Set(partitions).size).toBe(5);
  });

  it('stays until twice the size while the batch is not full, and no longer', () => {
    const sticky = new StickyPartitioner(new SeededRandom('b'), 100);
    for (const length of runLengths(run(sticky, 1_000, 10, () => false))) expect(length % 20).toBe(0);
  });

  it('with batchSize 0 draws for every record, uniformly', () => {
    const sticky = new StickyPartitioner(new SeededRandom('c'), 0);
    const partitions = run(sticky, 5_000, 70, () => false);
    for (const partition of five) {
      const share = partitions.filter((each) => each === partition).length;
      expect(share).toBeGreaterThan(900);
      expect(share).toBeLessThan(1_100);
    }
  });

  it('leaves a partition that has no leader any more, and only then', () => {
    const sticky = new StickyPartitioner(new SeededRandom('d'), 100);
    const first = sticky.partition(five);
    expect(sticky.partition([...five])).toBe(first);
    const others = five.filter((partition) => partition !== first);
    expect(others).toContain(sticky.partition(others));
  });
});
