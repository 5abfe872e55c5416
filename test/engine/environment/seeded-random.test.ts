import { describe, expect, it } from 'vitest';
import { randomInteger } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';

const draw = (random: { uint32(): number }, count: number) => Array.from({ length: count }, () => random.uint32());

describe('SeededRandom', () => {
  it('draws the same numbers from the same seed', () => {
    expect(draw(new SeededRandom('seed 7'), 50)).toEqual(draw(new SeededRandom('seed 7'), 50));
    expect(draw(new SeededRandom('seed 7'), 50)).not.toEqual(draw(new SeededRandom('seed 8'), 50));
  });

  it('draws the same numbers on every machine', () => {
    expect(draw(new SeededRandom('partita'), 4)).toEqual([3467536374, 2594068380, 1700707448, 2115635904]);
  });

  it('gives forks that neither what was drawn nor other forks shift', () => {
    const untouched = new SeededRandom('s').fork('network');
    const parent = new SeededRandom('s');
    draw(parent, 10);
    draw(parent.fork('broker'), 10);
    expect(draw(parent.fork('network'), 20)).toEqual(draw(untouched, 20));
  });

  it('gives each label numbers of its own, however labels are cut', () => {
    const seed = new SeededRandom('s');
    const streams = [seed, seed.fork(''), seed.fork('a'), seed.fork('a').fork('b'), seed.fork('a/1:b'), seed.fork('b')];
    expect(new Set(streams.map((random) => draw(random, 4).join())).size).toBe(streams.length);
  });

  it('is uniform over the 32 bits', () => {
    const random = new SeededRandom('uniform');
    const bits = new Array<number>(32).fill(0);
    for (let drawn = 0; drawn < 20_000; drawn++) {
      const value = random.uint32();
      expect(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff).toBe(true);
      for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) bits[bit] = (bits[bit] as number) + 1;
    }
    for (const ones of bits) expect(Math.abs(ones - 10_000)).toBeLessThan(400);
    const dice = new Array<number>(6).fill(0);
    for (let rolled = 0; rolled < 12_000; rolled++) {
      const face = randomInteger(random, 6);
      dice[face] = (dice[face] as number) + 1;
    }
    for (const count of dice) expect(Math.abs(count - 2_000)).toBeLessThan(250);
  });
});
