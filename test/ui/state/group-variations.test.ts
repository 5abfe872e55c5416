import { expect, test } from 'vitest';
import type { GroupRunSpec } from '../../../src/engine/scenario/group-run-spec.js';
import type { GroupVariation } from '../../../src/ui/scenarios/group-outcome.js';
import { draggedOffset, groupSettings, type GroupSetting } from '../../../src/ui/state/group-variations.js';
import { takeOver } from '../fixtures/group-runs.js';

function setting<Kind extends GroupSetting['kind']>(
  spec: GroupRunSpec,
  variation: GroupVariation,
  kind: Kind,
): Extract<GroupSetting, { kind: Kind }> {
  const [found] = groupSettings(spec, [variation]);
  if (found?.kind !== kind) throw new Error(`${variation.setting} is no ${kind}.`);
  return found as Extract<GroupSetting, { kind: Kind }>;
}

const startsOf = ({ script }: GroupRunSpec) =>
  script.flatMap((step) => (step.does === 'start' ? [`${step.member}@${step.atMs}`] : []));

test('a member that comes is like the last one and starts with it; with one that goes, its steps go', () => {
  const members = setting(takeOver, { setting: 'members' }, 'number');
  const three = members.change(3)(takeOver);
  expect(three.groups[0]?.members.map(({ member }) => member)).toEqual(['A-1', 'A-2', 'A-3']);
  expect(startsOf(three)).toEqual(['A-1@0', 'A-2@4000', 'A-3@4000']);
  expect(three.script.map(({ atMs }) => atMs)).toEqual([...three.script.map(({ atMs }) => atMs)].sort((a, b) => a - b));
  const one = members.change(1)(takeOver);
  expect(startsOf(one)).toEqual(['A-1@0']);
  expect(JSON.stringify(members.change(2)(takeOver))).toBe(JSON.stringify(takeOver));
});

test('a config of Kafka’s has its default where the spec says nothing', () => {
  const poll = setting(takeOver, { setting: 'max.poll.interval.ms' }, 'number');
  expect(poll.value).toBe(300_000);
  expect(poll.change(5_000)(takeOver).groups[0]?.maxPollIntervalMs).toBe(5_000);
});

test('a group of the consumer protocol has no session of its own', () => {
  const consumer = setting(takeOver, { setting: 'group.protocol' }, 'choice').change('consumer')(takeOver);
  expect(consumer.groups[0]?.protocol).toBe('consumer');
  expect(groupSettings(consumer, [{ setting: 'session.timeout.ms' }])).toEqual([]);
});

test('static members keep their instance ids, and lose them when they are dynamic again', () => {
  const isStatic = setting(takeOver, { setting: 'group.instance.id', group: 'A' }, 'switch');
  const changed = isStatic.change(true)(takeOver);
  expect(changed.groups[0]?.members.map(({ instanceId }) => instanceId)).toEqual(['A-1', 'A-2']);
  const back = setting(changed, { setting: 'group.instance.id' }, 'switch').change(false)(changed);
  expect(back).toEqual(takeOver);
});

test('a dragged offset is a reset at that moment; a second drag at it replaces the first', () => {
  const once = draggedOffset('A', 1, 0, 23_500)(takeOver);
  expect(once.script.at(-1)).toMatchObject({ does: 'reset-offsets', to: { kind: 'offset', offset: 0 }, atMs: 23_500 });
  expect(once.endsAtMs).toBe(25_500);
  const twice = draggedOffset('A', 1, 1, 23_500)(once);
  expect(twice.script).toHaveLength(once.script.length);
  expect(twice.script.at(-1)).toMatchObject({ to: { offset: 1 }, partitions: [1] });
});
