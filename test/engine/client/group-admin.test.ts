import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admin } from '../../../src/engine/client/admin.js';
import type { Consumer } from '../../../src/engine/client/consumer.js';
import type { OffsetReset } from '../../../src/engine/client/offset-reset.js';
import { ConsumerStage } from './consumer-stage.js';

let stage: ConsumerStage;
let admin: Admin;

beforeEach(async () => {
  stage = await ConsumerStage.open('group-admin', 2);
  admin = stage.kafka('boss').admin();
  await stage.world.outcome(admin.connect());
});

afterEach(async () => {
  await stage.close();
  await stage.world.outcome(admin.disconnect());
});

/** Ten records in partition 0, one a second; a member of `g` reads four of them and goes on with `then`. */
async function begin(
  config: Parameters<ConsumerStage['consumer']>[1] = {},
): Promise<{ a: Consumer; firstAtMs: number }> {
  const firstAtMs = stage.world.now;
  for (let n = 0; n < 10; n++) {
    await stage.world.advanceTo(firstAtMs + n * 1_000);
    await stage.send(0, `v${n}`);
  }
  const a = await stage.consumer('a', { ...config, maxPollRecords: 4 });
  await stage.poll(a, 5_000);
  await stage.world.outcome(a.commitSync());
  return { a, firstAtMs };
}

async function reset(to: OffsetReset, dryRun = false): Promise<Record<number, string>> {
  const offsets = await stage.world.outcome(
    admin.resetOffsets({ groupId: 'g', topics: [{ topic: 'orders', partitions: [0] }], reset: to, dryRun }),
  );
  return Object.fromEntries(offsets.map(({ partition, offset }) => [partition, offset]));
}

describe('Admin.resetOffsets', () => {
  it('goes each of the ways of kafka-consumer-groups', async () => {
    const { a, firstAtMs } = await begin();
    await stage.world.outcome(a.disconnect());
    const at = (second: number): string => new Date(firstAtMs + second * 1_000).toISOString();
    const ways: [OffsetReset, string][] = [
      [{ to: 'current' }, '4'],
      [{ to: 'shift', by: 3 }, '7'],
      [{ to: 'shift', by: -2 }, '5'],
      [{ to: 'shift', by: -100 }, '0'],
      [{ to: 'shift', by: 100 }, '10'],
      [{ to: 'earliest' }, '0'],
      [{ to: 'latest' }, '10'],
      [{ to: 'offset', offset: '6' }, '6'],
      [{ to: 'offset', offset: 99 }, '10'],
      [{ to: 'offset', offset: -1 }, '0'],
      [{ to: 'datetime', datetime: at(3) }, '3'],
      [{ to: 'datetime', datetime: at(3).replace('Z', '') }, '3'],
      [{ to: 'datetime', datetime: at(3).replace('Z', '-01:00') }, '10'],
      [{ to: 'datetime', datetime: at(3).replace('Z', '+0100') }, '0'],
      [{ to: 'datetime', datetime: firstAtMs + 4_500 }, '5'],
      [{ to: 'datetime', datetime: at(100) }, '10'],
      [{ to: 'duration', duration: 'P1D' }, '0'],
      [{ to: 'duration', duration: 'PT0S' }, '10'],
    ];
    for (const [to, expected] of ways) {
      expect([to, await reset(to)]).toEqual([to, { 0: expected }]);
      expect(stage.committed()['orders-0']).toBe(Number(expected));
    }
  });

  it('sets what a file says, of this group, brought within the log', async () => {
    const { a } = await begin();
    await stage.world.outcome(a.disconnect());
    expect(await reset({ to: 'file', csv: 'orders,0,7\n"orders",1,99\n' })).toEqual({ 0: '7', 1: '0' });
    expect(await reset({ to: 'file', csv: 'other,orders,0,1\r\ng,orders,0,2\r\n' })).toEqual({ 0: '2' });
    await expect(reset({ to: 'file', csv: 'orders,0\n' })).rejects.toThrow('Line 1 has 2 fields');
    await expect(reset({ to: 'file', csv: 'orders,0,1\norders,x,1' })).rejects.toThrow('Line 2');
  });

  it('without topics goes over all that the group has committed, and a dry run sets nothing', async () => {
    const { a } = await begin();
    await stage.world.outcome(a.disconnect());
    const before = stage.committed();
    const planned = await stage.world.outcome(
      admin.resetOffsets({ groupId: 'g', reset: { to: 'earliest' }, dryRun: true }),
    );
    expect(planned.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`).sort()).toEqual([
      'orders-0@0',
      'orders-1@0',
    ]);
    expect(stage.committed()).toEqual(before);
  });

  it('says what is wrong with what it is given', async () => {
    const { a } = await begin();
    await stage.world.outcome(a.disconnect());
    for (const datetime of ['2026-01-01', '2026-02-30T00:00:00.000', '2026-01-01T00:00:00'])
      await expect(reset({ to: 'datetime', datetime })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(reset({ to: 'duration', duration: '1h' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    const fresh = admin.resetOffsets({ groupId: 'fresh', topic: 'orders', reset: { to: 'shift', by: 1 } });
    await expect(stage.world.outcome(fresh)).rejects.toThrow(
      'Cannot shift offset for partition orders-0 since there is no current committed offset.',
    );
  });

  it.each(['classic', 'consumer'] as const)('is refused while a %s group has members', async (groupProtocol) => {
    await begin({ groupProtocol });
    const before = stage.committed();
    const refused = reset({ to: 'earliest' });
    await expect(refused).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
    await expect(refused).rejects.toThrow(
      "Assignments can only be reset if the group 'g' is inactive, but the current state is Stable, with 1 member(s).",
    );
    expect(stage.committed()).toEqual(before);
  });
});

describe('Admin and groups', () => {
  it.each(['classic', 'consumer'] as const)(
    'describes a %s group, tells its lag, and lists it',
    async (groupProtocol) => {
      await begin({ groupProtocol, groupInstanceId: 'first' });
      const { groups } = await stage.world.outcome(admin.describeGroups(['g', 'nobody']));
      expect(groups).toMatchObject([
        {
          groupId: 'g',
          groupType: groupProtocol,
          protocolType: 'consumer',
          protocol: groupProtocol === 'classic' ? 'range' : 'uniform',
          state: 'Stable',
          members: [
            {
              clientId: 'a',
              groupInstanceId: 'first',
              assignment: [
                { topic: 'orders', partition: 0 },
                { topic: 'orders', partition: 1 },
              ],
            },
          ],
        },
        { groupId: 'nobody', state: 'Dead', members: [] },
      ]);
      const memberId = groups[0]?.members[0]?.memberId;
      expect(await stage.world.outcome(admin.fetchLag({ groupId: 'g' }))).toEqual([
        { topic: 'orders', partition: 0, offset: '4', endOffset: '10', lag: 6, memberId },
        { topic: 'orders', partition: 1, offset: '0', endOffset: '0', lag: 0, memberId },
      ]);
      const expected = [{ groupId: 'g', protocolType: 'consumer', groupState: 'Stable' }];
      expect((await stage.world.outcome(admin.listGroups())).groups).toMatchObject(expected);
      expect((await stage.world.outcome(admin.listGroups({ types: [groupProtocol] }))).groups).toMatchObject(expected);
      expect((await stage.world.outcome(admin.listGroups({ states: ['Empty'] }))).groups).toEqual([]);
    },
  );

  it.each(['classic', 'consumer'] as const)(
    'deletes a %s group, and offsets of it, only without members',
    async (groupProtocol) => {
      const { a } = await begin({ groupProtocol });
      const partitions = [{ topic: 'orders', partition: 0 }];
      const forget = (): Promise<void> => stage.world.outcome(admin.deleteGroupOffsets({ groupId: 'g', partitions }));
      await expect(stage.world.outcome(admin.deleteGroups(['g']))).rejects.toMatchObject({ code: 'NON_EMPTY_GROUP' });
      await expect(forget()).rejects.toMatchObject({ code: 'GROUP_SUBSCRIBED_TO_TOPIC' });
      await stage.world.outcome(a.disconnect());
      await forget();
      expect((await stage.world.outcome(admin.fetchLag({ groupId: 'g' }))).map(({ partition }) => partition)).toEqual([
        1,
      ]);
      expect(await stage.world.outcome(admin.deleteGroups(['g']))).toEqual([{ groupId: 'g', errorCode: 0 }]);
      expect((await stage.world.outcome(admin.listGroups())).groups).toEqual([]);
      await expect(stage.world.outcome(admin.deleteGroups(['g']))).rejects.toMatchObject({
        code: 'GROUP_ID_NOT_FOUND',
      });
    },
  );
});
