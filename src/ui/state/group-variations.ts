import type {
  GroupRunSpec,
  GroupRunStep,
  RunCommits,
  RunGroup,
  RunGroupProtocol,
  RunOffsetReset,
} from '../../engine/scenario/group-run-spec.js';
import {
  groupSpecOf,
  withGroup,
  withMember,
  type GroupSettingName,
  type GroupVariation,
} from '../scenarios/group-outcome.js';
import type { GroupAppTexts } from '../texts/group-app-texts.js';
import { choiceSetting, type Change as ChangeOf, type Setting, type SettingSection } from './setting.js';

interface Named {
  readonly setting: GroupSettingName;
  readonly group: string | undefined;
  readonly member: string | undefined;
}

/** A setting as it stands in a spec, and how it is changed. */
export type GroupSetting = Named & Setting<GroupRunSpec>;

type Change = ChangeOf<GroupRunSpec>;

const second = 1000;
const protocols = ['eager', 'cooperative', 'consumer'] as const satisfies readonly RunGroupProtocol[];
const commits = ['before-handling', 'after-handling', 'each', 'auto'] as const satisfies readonly RunCommits[];
const resets = ['earliest', 'latest', 'none'] as const;

/** The defaults of Kafka's consumer, where a spec says nothing. */
const defaults = {
  sessionTimeoutMs: 45 * second,
  heartbeatIntervalMs: 3 * second,
  maxPollIntervalMs: 300 * second,
  maxPollRecords: 500,
  autoCommitIntervalMs: 5 * second,
} as const;

const numbers = {
  'session.timeout.ms': { field: 'sessionTimeoutMs', unit: 'ms', limits: { least: second, most: 60 * second } },
  'heartbeat.interval.ms': { field: 'heartbeatIntervalMs', unit: 'ms', limits: { least: 100, most: 20 * second } },
  'max.poll.interval.ms': { field: 'maxPollIntervalMs', unit: 'ms', limits: { least: second, most: 300 * second } },
  'max.poll.records': { field: 'maxPollRecords', unit: 'count', limits: { least: 1, most: 500 } },
  'auto.commit.interval.ms': { field: 'autoCommitIntervalMs', unit: 'ms', limits: { least: 100, most: 60 * second } },
} as const;

/** The settings that a scenario offers, as they stand in `spec`. Those that mean nothing in it are left out: a group of the consumer protocol has its session from the broker. */
export function groupSettings(spec: GroupRunSpec, variations: readonly GroupVariation[]): readonly GroupSetting[] {
  return variations.flatMap((variation) => settingsOf(spec, variation));
}

/** The settings by the group that they change, those that change all groups together, in the words of the page. */
export function groupSections(
  spec: GroupRunSpec,
  variations: readonly GroupVariation[],
  words: GroupAppTexts,
): readonly SettingSection<GroupRunSpec>[] {
  const settings = groupSettings(spec, variations);
  return [...new Set(settings.map(({ group }) => group))].map((group) => ({
    legend: group === undefined ? words.vary.all : words.stage.group(group),
    settings: settings
      .filter((each) => each.group === group)
      .map((each) => ({ ...each, name: nameOf(each, words), choiceName: (value) => choiceName(each, value, words) })),
  }));
}

function nameOf({ setting, member }: GroupSetting, { vary: words }: GroupAppTexts): string {
  if (setting === 'group.instance.id') return words.isStatic;
  if (setting === 'handling' && member !== undefined) return words.handling(member);
  return setting in words.names ? words.names[setting as keyof typeof words.names] : setting;
}

function choiceName({ setting }: GroupSetting, value: string, { stage, vary: words }: GroupAppTexts): string {
  const protocol = protocols.find((each) => each === value);
  if (setting === 'group.protocol' && protocol !== undefined) return stage.protocol(protocol);
  const when = commits.find((each) => each === value);
  return setting === 'commits' && when !== undefined ? words.commits[when] : value;
}

function settingsOf(spec: GroupRunSpec, variation: GroupVariation): readonly GroupSetting[] {
  const { setting, group } = variation;
  const shown = group === undefined ? spec.groups[0] : groupSpecOf(spec, group);
  if (shown === undefined) return [];
  const named = { setting, group, member: undefined };
  const ofGroup = (change: (each: RunGroup) => RunGroup): Change => {
    return (given) => withGroup(given, group, change);
  };
  switch (setting) {
    case 'session.timeout.ms':
    case 'heartbeat.interval.ms':
    case 'max.poll.interval.ms':
    case 'max.poll.records':
    case 'auto.commit.interval.ms': {
      const { field, unit, limits } = numbers[setting];
      const isBrokers = setting === 'session.timeout.ms' || setting === 'heartbeat.interval.ms';
      const groups = group === undefined ? spec.groups : [shown];
      if (isBrokers && groups.every(({ protocol }) => protocol === 'consumer')) return [];
      if (setting === 'auto.commit.interval.ms' && groups.every((each) => each.commits !== 'auto')) return [];
      const value = shown[field] ?? defaults[field];
      return [
        {
          ...named,
          kind: 'number',
          unit,
          value,
          limits,
          change: (to) => ofGroup((each) => ({ ...each, [field]: to })),
        },
      ];
    }
    case 'group.protocol':
      return [
        {
          ...named,
          ...choiceSetting(shown.protocol, protocols, (protocol) => ofGroup((each) => ({ ...each, protocol }))),
        },
      ];
    case 'commits':
      return [
        { ...named, ...choiceSetting(shown.commits, commits, (to) => ofGroup((each) => ({ ...each, commits: to }))) },
      ];
    case 'auto.offset.reset':
      return [
        resetSetting(named, shown.autoOffsetReset, (to) => ofGroup((each) => ({ ...each, autoOffsetReset: to }))),
      ];
    case 'group.instance.id':
      return [
        {
          ...named,
          kind: 'switch',
          value: shown.members.every(({ instanceId }) => instanceId !== undefined),
          change: (isStatic) => ofGroup((each) => withInstanceIds(each, isStatic)),
        },
      ];
    case 'handling':
      return (group === undefined ? spec.groups : [shown])
        .flatMap(({ members }) => members)
        .filter(({ member }) => variation.member === undefined || variation.member === member)
        .map(({ member, handlingMs }) => ({
          ...named,
          member,
          kind: 'number',
          unit: 'ms',
          value: handlingMs,
          limits: { least: 100, most: 30 * second },
          change: (to: number) => (given: GroupRunSpec) =>
            withMember(given, member, (each) => ({ ...each, handlingMs: to })),
        }));
    case 'members':
      return [
        {
          ...named,
          kind: 'number',
          unit: 'count',
          value: shown.members.length,
          limits: { least: 1, most: 6 },
          change: (count) => (given) =>
            given.groups
              .filter((each) => group === undefined || each.group === group)
              .reduce((changed, each) => withMembers(changed, each.group, count), given),
        },
      ];
    case 'partitions':
      return [
        {
          ...named,
          kind: 'number',
          unit: 'count',
          value: spec.topics.find(({ topic }) => topic === shown.topic)?.partitions ?? 1,
          limits: { least: 1, most: 6 },
          change: (partitions) => (given) => ({
            ...given,
            topics: given.topics.map((each) =>
              group === undefined || each.topic === shown.topic ? { ...each, partitions } : each,
            ),
          }),
        },
      ];
    case 'keyed':
      return [
        {
          ...named,
          kind: 'switch',
          value: spec.topics.find(({ topic }) => topic === shown.topic)?.keyed ?? true,
          change: (keyed) => (given) => ({
            ...given,
            topics: given.topics.map((each) =>
              group === undefined || each.topic === shown.topic ? { ...each, keyed } : each,
            ),
          }),
        },
      ];
    case 'seed':
      return [{ ...named, kind: 'text', value: spec.seed, change: (seed) => (given) => ({ ...given, seed }) }];
  }
}

/** How `auto.offset.reset` is written: `by_duration` with its duration as Kafka has it. */
const resetText = (reset: RunOffsetReset): string =>
  typeof reset === 'string' ? reset : `by_duration:PT${reset.byDurationMs / second}S`;

function resetSetting(named: Named, value: RunOffsetReset, change: (value: RunOffsetReset) => Change): GroupSetting {
  const offered: readonly RunOffsetReset[] = [
    ...resets,
    typeof value === 'string' ? { byDurationMs: 5 * second } : value,
  ];
  return {
    ...named,
    kind: 'choice',
    value: resetText(value),
    choices: offered.map(resetText),
    change: (wanted) => change(offered.find((each) => resetText(each) === wanted) ?? value),
  };
}

function withInstanceIds(group: RunGroup, isStatic: boolean): RunGroup {
  return {
    ...group,
    members: group.members.map(({ instanceId, ...member }) =>
      isStatic ? { ...member, instanceId: instanceId ?? member.member } : member,
    ),
  };
}

/** `spec` with so many members in a group. Those that come are like the last one and start when it does; with those that go, their steps of the script go. */
function withMembers(spec: GroupRunSpec, group: string, count: number): GroupRunSpec {
  const { members } = groupSpecOf(spec, group);
  const last = members.at(-1);
  if (last === undefined || count === members.length) return spec;
  const gone = new Set(members.slice(count).map(({ member }) => member));
  const taken = new Set(spec.groups.flatMap((each) => each.members.map(({ member }) => member)));
  const come = Array.from({ length: Math.max(0, count - members.length) }, (_, at) =>
    nameAfter(group, members.length + at + 1, taken),
  );
  const startMs = spec.script.find((step) => step.does === 'start' && step.member === last.member)?.atMs ?? 0;
  const isStatic = last.instanceId !== undefined;
  const changed = withGroup(spec, group, (each) => ({
    ...each,
    members: [
      ...members.slice(0, count),
      ...come.map((member) => ({
        member,
        handlingMs: last.handlingMs,
        ...(isStatic ? { instanceId: member } : {}),
      })),
    ],
  }));
  const starts = come.map((member): GroupRunStep => ({ atMs: startMs, does: 'start', member }));
  return {
    ...changed,
    script: inTime([...spec.script.filter((step) => !('member' in step) || !gone.has(step.member)), ...starts]),
  };
}

function nameAfter(group: string, number: number, taken: ReadonlySet<string>): string {
  const name = `${group}-${number}`;
  return taken.has(name) ? nameAfter(group, number + 1, taken) : name;
}

/** Steps by their time; those of one moment keep their sequence. */
function inTime(script: readonly GroupRunStep[]): readonly GroupRunStep[] {
  return [...script].sort((a, b) => a.atMs - b.atMs);
}

/** So long the run goes on after a reset at its end, for one to see the answer. */
const afterResetMs = 2 * second;

/**
 * A change of the spec that sets a group's committed offset at a moment, as `kafka-consumer-groups --reset-offsets --to-offset` does: refused while the
 * group is active. It takes the place of an earlier one at that moment.
 */
export function draggedOffset(group: string, partition: number, offset: number, atMs: number): Change {
  const step: GroupRunStep = {
    atMs: Math.round(atMs),
    does: 'reset-offsets',
    group,
    to: { kind: 'offset', offset },
    partitions: [partition],
  };
  return (spec) => ({
    ...spec,
    script: inTime([...spec.script.filter((other) => !isSameReset(other, step)), step]),
    endsAtMs: Math.max(spec.endsAtMs, step.atMs + afterResetMs),
  });
}

function isSameReset(one: GroupRunStep, other: GroupRunStep): boolean {
  return (
    one.does === 'reset-offsets' &&
    other.does === 'reset-offsets' &&
    one.atMs === other.atMs &&
    one.group === other.group &&
    JSON.stringify(one.partitions) === JSON.stringify(other.partitions)
  );
}
