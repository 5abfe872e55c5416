import { expect, it } from 'vitest';
import { MemoryGrowth } from './memory-growth.js';

const times = 20_000;

/** What is left of `work` being done over and over. */
async function growthOf(work: (time: number) => unknown): Promise<void> {
  const growth = new MemoryGrowth(times);
  for (let time = 0; time < times; time++) {
    await growth.before(time);
    work(time);
  }
  await growth.end();
}

it('what is let go again is no growth, however much it is', () =>
  growthOf(() => [new Uint8Array(400), 'x'.repeat(200).split('')]));

it('who keeps the bytes of each input is found out', async () => {
  const kept: Uint8Array[] = [];
  await expect(growthOf(() => kept.push(new Uint8Array(400)))).rejects.toThrow('in use');
});

it('who keeps a few objects of each input is found out', async () => {
  const kept = new Map<string, object>();
  await expect(
    growthOf((time) => kept.set(`key ${time}`, { names: [`${time}`, `a${time}`, `b${time}`], at: { time } })),
  ).rejects.toThrow('in use');
});
