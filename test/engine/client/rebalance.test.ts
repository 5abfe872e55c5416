import { describe, expect, it } from 'vitest';
import { cooperativeStickyAssignor } from '../../../src/engine/client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../../../src/engine/client/assignors/range.js';
import { stickyAssignor } from '../../../src/engine/client/assignors/sticky.js';
import type { ConsumerConfig } from '../../../src/engine/client/consumer-config.js';
import { ConsumerStage, notingListener, partitionsOf } from './consumer-stage.js';

const cooperative = { partitionAssigners: [cooperativeStickyAssignor] } satisfies Partial<ConsumerConfig>;
const eager = { partitionAssigners: [rangeAssignor] } satisfies Partial<ConsumerConfig>;
const kip848 = { groupProtocol: 'consumer' } satisfies Partial<ConsumerConfig>;

/** Two members, one after the other; then the first leaves. What their listeners heard. */
async function lifeOf(seed: string, config: Partial<ConsumerConfig>) {
  const stage = await ConsumerStage.open(seed, 4);
  const heard = { a: [] as string[], b: [] as string[] };
  const subscribe = (who: 'a' | 'b') => ({ topics: ['orders'], rebalanceListener: notingListener(heard[who]) });
  const a = await stage.consumer('a', config, subscribe('a'));
  await stage.pollAll([a], 2_000);
  const b = await stage.consumer('b', config, subscribe('b'));
  await stage.pollAll([a, b], 12_000);
  const shared = [partitionsOf(a), partitionsOf(b)];
  await stage.world.outcome(a.disconnect());
  await stage.pollAll([b], 12_000);
  const left = partitionsOf(b);
  await stage.close();
  return { heard, shared, left };
}

describe('a rebalance as the listener hears it', () => {
  it('eager: everything is revoked before each join, everything is assigned after it', async () => {
    expect(await lifeOf('eager', eager)).toEqual({
      heard: {
        a: [
          'assigned orders-0 orders-1 orders-2 orders-3',
          'revoked orders-0 orders-1 orders-2 orders-3',
          'assigned orders-0 orders-1',
          'revoked orders-0 orders-1',
        ],
        b: [
          'assigned orders-2 orders-3',
          'revoked orders-2 orders-3',
          'assigned orders-0 orders-1 orders-2 orders-3',
          'revoked orders-0 orders-1 orders-2 orders-3',
        ],
      },
      shared: [
        [0, 1],
        [2, 3],
      ],
      left: [0, 1, 2, 3],
    });
  });

  it('GRI-2 cooperative: only what moves is revoked, a second round hands it out, and each round is told', async () => {
    const { heard, shared, left } = await lifeOf('cooperative', cooperative);
    expect(heard.a).toEqual([
      'assigned orders-0 orders-1 orders-2 orders-3',
      'revoked orders-2 orders-3',
      'assigned',
      'assigned',
      'revoked orders-0 orders-1',
    ]);
    expect(heard.b.slice(0, 3)).toEqual(['assigned', 'assigned orders-2 orders-3', 'assigned orders-0 orders-1']);
    expect([shared, left]).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [0, 1, 2, 3],
    ]);
  });

  it('GRN-3 KIP-848: only what moves is revoked, and its next owner gets it afterwards', async () => {
    const { heard, shared, left } = await lifeOf('kip-848', kip848);
    expect(heard.a[0]).toBe('assigned orders-0 orders-1 orders-2 orders-3');
    expect(heard.a.filter((each) => each.startsWith('revoked'))).toHaveLength(2);
    expect(heard.a[1]?.split(' ')).toHaveLength(3);
    expect(shared.flat().sort()).toEqual([0, 1, 2, 3]);
    expect(shared.map(({ length }) => length)).toEqual([2, 2]);
    expect(left).toEqual([0, 1, 2, 3]);
  });
});

describe('the protocol that members agree on', () => {
  it('is eager as soon as one assignor of a member is', async () => {
    const { heard } = await lifeOf('mixed', { partitionAssigners: [cooperativeStickyAssignor, rangeAssignor] });
    expect(heard.a[1]).toBe('revoked orders-0 orders-1 orders-2 orders-3');
  });

  it('is the assignor that all know: members with one list and those with another share a group', async () => {
    const stage = await ConsumerStage.open('vote', 4);
    const a = await stage.consumer('a', { partitionAssigners: [stickyAssignor, rangeAssignor] });
    const b = await stage.consumer('b', { partitionAssigners: [rangeAssignor] });
    const protocols = new Set<string>();
    b.on('consumer.group_join', ({ payload }) => protocols.add(payload.groupProtocol));
    await stage.pollAll([a, b], 8_000);
    expect([...protocols]).toEqual(['range']);
    expect([...partitionsOf(a), ...partitionsOf(b)].sort()).toEqual([0, 1, 2, 3]);
    await stage.close();
  });

  it('must be one: assignors without a common protocol are refused', async () => {
    const stage = await ConsumerStage.open('none', 1);
    const odd = { ...cooperativeStickyAssignor, name: 'odd', protocols: ['cooperative' as const] };
    expect(() => stage.kafka('c').consumer({ groupId: 'g', partitionAssigners: [odd, rangeAssignor] })).toThrow(
      'no rebalance protocol in common',
    );
  });
});

describe.each([
  ['cooperative', cooperative],
  ['KIP-848', kip848],
] as const)('what stays with its owner in a %s rebalance', (name, config) => {
  it('GRI-2 is read on, without going back, and stays paused', async () => {
    const stage = await ConsumerStage.open(`stays-${name}`, 4);
    for (const partition of [0, 1, 2, 3]) await stage.send(partition, 'one', 'two');
    const a = await stage.consumer('a', config);
    const before = (await stage.pollAll([a], 2_000)).flat();
    expect(before).toHaveLength(8);
    a.pause([{ topic: 'orders', partitions: [0, 1, 2, 3] }]);
    const b = await stage.consumer('b', config);
    const [more] = await stage.pollAll([a, b], 12_000);
    expect(more).toEqual([]);
    const kept = partitionsOf(a);
    expect(kept).toHaveLength(2);
    await stage.send(kept[0] as number, 'three');
    expect((await stage.pollAll([a, b], 1_000)).flat()).toEqual([]);
    a.resume([{ topic: 'orders' }]);
    expect((await stage.pollAll([a, b], 1_000)).flat()).toEqual([`orders-${kept[0]}@2=three`]);
    await stage.close();
  });

  it('GRC-4 what moves is read on at the commit of its last owner', async () => {
    const stage = await ConsumerStage.open(`moves-${name}`, 4);
    for (const partition of [0, 1, 2, 3]) await stage.send(partition, 'one', 'two');
    const a = await stage.consumer('a', { ...config, autoCommitInterval: 60_000 });
    await stage.pollAll([a], 2_000);
    const b = await stage.consumer('b', config);
    expect((await stage.pollAll([a, b], 12_000)).flat()).toEqual([]);
    const [first] = partitionsOf(b);
    await stage.send(first as number, 'three');
    expect((await stage.pollAll([a, b], 1_000))[1]).toEqual([`orders-${first}@2=three`]);
    await stage.close();
  });
});
