import { expect, test } from 'vitest';
import { DelayLine } from '../../../src/engine/environment/delay-line.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';

test('what is sent arrives after 1 to 5 ms, and never before what was sent earlier', () => {
  let now = 0;
  const arrivals: number[] = [];
  const timers = { set: (delayMs: number) => (arrivals.push(now + delayMs), { cancel() {} }) };
  const line = new DelayLine({ now: () => now }, timers, new SeededRandom('a seed'));
  const sent: number[] = [];
  for (let message = 0; message < 500; message++) {
    now += message % 3;
    sent.push(now);
    line.send(() => undefined);
  }
  expect(arrivals).toEqual([...arrivals].sort((one, other) => one - other));
  const delays = arrivals.map((arrival, message) => arrival - (sent[message] as number));
  expect(new Set(delays)).toEqual(new Set([1, 2, 3, 4, 5]));
});
