import { describe, expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { GroupRun } from '../../../src/engine/scenario/group-run.js';
import { GroupRunProjector } from '../../../src/engine/scenario/group-run-projector.js';
import type { GroupRunSpec, GroupRunStep, RunCommits, RunGroup } from '../../../src/engine/scenario/group-run-spec.js';
import type { GroupBandView, GroupRunView } from '../../../src/engine/scenario/group-run-view.js';

const second = 1000;

const sends = (keys: readonly string[], everyMs = 100): readonly GroupRunStep[] =>
  keys.map((key, index) => ({ atMs: index * everyMs, does: 'send', key, value: `${key}#${index}` }));

async function played(
  spec: GroupRunSpec,
  storage = new MemoryStorage(),
): Promise<{ readonly at: (ms: number) => GroupRunView; readonly end: GroupRunView; readonly run: GroupRun }> {
  const run = await GroupRun.open(spec, { settle, storage });
  await run.advanceTo(spec.endsAtMs + 1);
  const projector = new GroupRunProjector(spec, run.originMs);
  projector.add(run.trace);
  const at = (ms: number): GroupRunView => projector.viewAt(ms);
  return { at, end: at(projector.endMs ?? -1), run };
}

const group = (name: string, members: number, more: Partial<RunGroup> = {}): RunGroup => ({
  group: name,
  topic: 'orders',
  protocol: 'eager',
  autoOffsetReset: 'earliest',
  commits: 'after-handling',
  sessionTimeoutMs: 6 * second,
  heartbeatIntervalMs: second,
  members: Array.from({ length: members }, (_, index) => ({ member: `${name}-${index + 1}`, handlingMs: 200 })),
  ...more,
});

const starts = (at: Readonly<Record<string, number>>): readonly GroupRunStep[] =>
  Object.entries(at).map(([member, atMs]) => ({ atMs, does: 'start', member }));

const byTime = (steps: readonly GroupRunStep[]): readonly GroupRunStep[] =>
  steps.toSorted((one, other) => one.atMs - other.atMs);

const band = (view: GroupRunView, name: string): GroupBandView => {
  const found = view.groups.find((each) => each.group === name);
  if (found === undefined) throw new Error(`no group ${name}`);
  return found;
};

const orders = (partitions: number) => ({ topic: 'orders', partitions, keyed: true });

describe('what members of a group own', () => {
  const fourth: GroupRunSpec = {
    kind: 'group',
    seed: '1',
    topics: [orders(3)],
    groups: [group('A', 4)],
    script: byTime([
      ...sends(['order-1', 'order-2', 'order-4', 'order-1', 'order-2', 'order-4'], second),
      ...starts({ 'A-1': 0, 'A-2': 8 * second, 'A-3': 16 * second, 'A-4': 24 * second }),
      { atMs: 40 * second, does: 'crash', member: 'A-1' },
    ]),
    endsAtMs: 60 * second,
  };

  test('each partition has one owner; the fourth of three idles, and takes over what the killed one had', async () => {
    const { at, end } = await played(fourth);
    const owners = (view: GroupRunView) => band(view, 'A').partitions.map(({ owner }) => owner);
    expect(owners(at(7 * second))).toEqual(['A-1', 'A-1', 'A-1']);
    expect(new Set(owners(at(15 * second)))).toEqual(new Set(['A-1', 'A-2']));
    const three = owners(at(23 * second));
    expect(new Set(three)).toEqual(new Set(['A-1', 'A-2', 'A-3']));
    const four = owners(at(39 * second));
    expect(new Set(four).size).toBe(3);
    expect(four).not.toContain(undefined);
    expect(new Set(owners(end)).size).toBe(3);
    expect(owners(end)).not.toContain('A-1');
    const lifeOfFirst = band(end, 'A').members[0]?.lives;
    expect(lifeOfFirst).toMatchObject([{ fromMs: 0, toMs: 40 * second, end: 'crashed' }]);
    expect(band(end, 'A').members[0]?.removals).toMatchObject([{ reason: 'session-expired' }]);
    expect(band(end, 'A').handledRecords).toEqual([0, 1, 2, 3, 4, 5]);
    expect(band(end, 'A').state).toBe('Stable');
    expect(band(end, 'A').epoch).toBe(5);
  });

  test('the same spec gives the same trace', async () => {
    const [one, other] = [await played(fourth), await played(fourth)];
    expect(one.run.trace).toEqual(other.run.trace);
  });
});

describe('a crash between two lines (learning-9)', () => {
  const crashing = (name: string, commits: RunCommits): RunGroup =>
    group(name, 1, { commits, members: [{ member: `${name}-1`, handlingMs: 500, crashesAfter: 3 }] });

  const spec = (commits: RunCommits): GroupRunSpec => ({
    kind: 'group',
    seed: '1',
    topics: [orders(1)],
    groups: [crashing('A', commits)],
    script: byTime([
      ...sends(['a', 'b', 'c', 'd', 'e'], 10),
      { atMs: 2 * second, does: 'start', member: 'A-1' },
      { atMs: 20 * second, does: 'start', member: 'A-1' },
    ]),
    endsAtMs: 40 * second,
  });

  test('who commits first loses two of five', async () => {
    const { end } = await played(spec('before-handling'));
    expect(band(end, 'A')).toMatchObject({ handledCount: 3, handledRecords: [0, 1, 2] });
    expect(band(end, 'A').partitions[0]).toMatchObject({ committed: 5, lag: 0 });
  });

  test('auto commit commits what earlier polls returned, however often it looks: nothing is lost', async () => {
    const { end } = await played({
      ...spec('auto'),
      groups: [{ ...crashing('A', 'auto'), autoCommitIntervalMs: 100 }],
    });
    expect(band(end, 'A')).toMatchObject({ handledCount: 8, handledRecords: [0, 1, 2, 3, 4] });
  });

  test('who handles first handles eight times, three of them again', async () => {
    const { end } = await played(spec('after-handling'));
    expect(band(end, 'A')).toMatchObject({ handledCount: 8, handledRecords: [0, 1, 2, 3, 4] });
    expect(band(end, 'A').members[0]?.handlings.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 2, 2, 1, 1]);
    const [life, next] = band(end, 'A').members[0]?.lives ?? [];
    expect(next?.fromMs).toBe(20 * second);
    expect(band(end, 'A').pauses.find(({ fromMs }) => fromMs === life?.toMs)?.toMs).toBeGreaterThan(20 * second);
  });
});

test('a member that does not poll in time is out of its group, and its commit is refused (learning-10)', async () => {
  const { end } = await played({
    kind: 'group',
    seed: '1',
    topics: [orders(1)],
    groups: [group('A', 1, { maxPollIntervalMs: 2 * second, members: [{ member: 'A-1', handlingMs: second }] })],
    script: byTime([...sends(['a', 'b', 'c'], 10), { atMs: 2 * second, does: 'start', member: 'A-1' }]),
    endsAtMs: 7 * second,
  });
  const [member] = band(end, 'A').members;
  expect(member?.removals.map(({ reason }) => reason)).toEqual(['left']);
  expect(member?.handlings.slice(0, 3).map(({ isCutShort }) => isCutShort)).toEqual([false, false, false]);
  expect(band(end, 'A').commits.map(({ offset, refused }) => [offset, refused])).toEqual([[3, 'UNKNOWN_MEMBER_ID']]);
});

describe('what an administrator does', () => {
  test('offsets of an active group are not reset, and those of one that has stopped are', async () => {
    const { end } = await played({
      kind: 'group',
      seed: '1',
      topics: [orders(1)],
      groups: [group('A', 1)],
      script: byTime([
        ...sends(['a', 'b', 'c', 'd'], 10),
        { atMs: second, does: 'start', member: 'A-1' },
        { atMs: 10 * second, does: 'reset-offsets', group: 'A', to: { kind: 'earliest' } },
        { atMs: 11 * second, does: 'stop', member: 'A-1' },
        { atMs: 15 * second, does: 'reset-offsets', group: 'A', to: { kind: 'shift-by', by: -3 } },
        { atMs: 20 * second, does: 'start', member: 'A-1' },
      ]),
      endsAtMs: 30 * second,
    });
    expect(end.actions.map(({ refused }) => refused?.code)).toEqual([expect.any(String), undefined]);
    expect(band(end, 'A').handledCount).toBe(7);
  });

  test('partitions are added, which gives keys other places, and never taken away', async () => {
    const { end } = await played({
      kind: 'group',
      seed: '1',
      topics: [orders(3)],
      groups: [group('A', 1)],
      script: [
        { atMs: 0, does: 'send', key: 'order-2', value: 'created' },
        { atMs: second, does: 'set-partitions', topic: 'orders', partitions: 4 },
        { atMs: 5 * second, does: 'send', key: 'order-2', value: 'paid' },
        { atMs: 6 * second, does: 'set-partitions', topic: 'orders', partitions: 2 },
      ],
      endsAtMs: 10 * second,
    });
    const places = end.topics[0]?.partitions.map(({ cells }) => cells.map(({ value }) => value));
    expect(places).toEqual([['created'], [], [], ['paid']]);
    expect(end.actions.map(({ refused }) => refused?.code)).toEqual([undefined, 'INVALID_PARTITIONS']);
  });
});
