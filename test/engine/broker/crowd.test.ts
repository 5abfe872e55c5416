import { describe, expect, it } from 'vitest';
import { BrokerBench } from './broker-bench.js';
import { crowdOn, type Crowd, type Protocol } from './crowd.js';

/** `npm run soak -- crowd` asks for a thousand. */
const size = Number(process.env['PARTITA_CROWD'] ?? 200);

async function crowd(protocol: Protocol): Promise<{ readonly bench: BrokerBench; readonly crowd: Crowd }> {
  const bench = await BrokerBench.start({ config: { 'group.initial.rebalance.delay.ms': 3000 } });
  await bench.createTopic('orders', size);
  return { bench, crowd: crowdOn(bench.broker, protocol, 'orders') };
}

/** Carries `work` out while time passes. */
async function whileTimePasses(bench: BrokerBench, work: Promise<void>): Promise<void> {
  await Promise.all([work, bench.environment.pass(10_000)]);
}

/** Time passes until nobody has anything to do any more. How many rounds of heartbeats that took. */
async function settle(bench: BrokerBench, members: Crowd): Promise<number> {
  for (let round = 1; ; round++) {
    if (round > 20) throw new Error('The group does not come to rest within 20 heartbeats of every member.');
    await bench.environment.pass(5000);
    if (!(await members.heartbeat())) return round;
  }
}

/** Every partition is in exactly one member's hands, and nobody has two more than another. */
function expectShared(members: Crowd): void {
  expect(members.owned.flatMap((owned) => [...owned]).sort((a, b) => a - b)).toEqual(
    Array.from({ length: size }, (_, partition) => partition),
  );
  const sizes = members.owned.map((owned) => owned.size);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
}

describe.each(['classic', 'consumer'] as const)(
  `${size} members of the %s protocol on as many partitions`,
  (protocol) => {
    it(
      'join at once, go in part, and come again: each time they share all partitions evenly',
      { timeout: 600_000 },
      async () => {
        const { bench, crowd: members } = await crowd(protocol);
        await whileTimePasses(bench, members.join(size));
        await settle(bench, members);
        expectShared(members);
        await members.leave(size * 0.4);
        await settle(bench, members);
        expectShared(members);
        await whileTimePasses(bench, members.join(size * 0.4));
        await settle(bench, members);
        expectShared(members);
        await members.leave(size);
        const { groups } = await bench.call('ListGroups', {});
        expect(groups).toMatchObject([{ groupId: 'crowd', groupState: 'Empty' }]);
        await bench.broker.stop();
      },
    );
  },
);
