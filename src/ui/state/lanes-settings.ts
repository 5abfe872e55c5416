import type { RunSpec } from '../../engine/scenario/run-spec.js';
import { laneSpecOf } from '../scenarios/run-outcome.js';
import {
  delivery,
  groupStarts,
  interval,
  keyed,
  memberCount,
  memberSpeed,
  offsetReset,
  partitionCount,
  seed,
  subscriberJoins,
  variationLimits as limits,
  workerSpeed,
} from '../scenarios/three-ways/variations.js';
import type { AppTexts } from '../texts/app-texts.js';
import { choiceSetting, type NamedSetting, type SettingLimits, type SettingSection } from './setting.js';

/** When a group starts that is to start at a time, before anybody has said when. */
const usualStartMs = 5000;
const starts = ['before-the-first-record', 'when-all-are-stored', 'at'] as const;

/** Everything that can be changed in a run of lanes, as it stands in `spec`. */
export function lanesSections(
  spec: RunSpec,
  { vary: words, components }: AppTexts,
): readonly SettingSection<RunSpec>[] {
  const queue = laneSpecOf(spec, 'queue');
  const late = laneSpecOf(spec, 'publish-subscribe').subscribers.at(-1);
  const { name } = components.actor;
  return [
    {
      legend: words.queue,
      settings: [
        ...queue.workers.map(({ id, handlingMs }) =>
          time(words.speedOf(name('queue', id, undefined)), handlingMs, limits.handlingMs, (ms) => workerSpeed(id, ms)),
        ),
        {
          name: words.exclusive,
          kind: 'switch',
          value: queue.delivery === 'exclusive',
          change: (isOn) => delivery(isOn ? 'exclusive' : 'competing'),
        },
      ],
    },
    ...(late === undefined
      ? []
      : [
          {
            legend: words.publishSubscribe,
            settings: [
              time(words.lateSubscriber, late.joinsAtMs, limits.startMs, (ms) => subscriberJoins(late.id, ms)),
            ],
          },
        ]),
    topicSection(spec, words, name),
    {
      legend: words.records,
      settings: [
        time(words.interval, spec.recordIntervalMs, limits.intervalMs, interval),
        { name: words.seed, kind: 'text', value: spec.seed, change: seed },
      ],
    },
  ];
}

function topicSection(
  spec: RunSpec,
  words: AppTexts['vary'],
  name: AppTexts['components']['actor']['name'],
): SettingSection<RunSpec> {
  const topic = laneSpecOf(spec, 'topic');
  const groupA = topic.groups.find(({ group }) => group === 'A');
  const groupB = topic.groups.find(({ group }) => group === 'B');
  return {
    legend: words.topic,
    settings: [
      { name: words.keyed, kind: 'switch', value: topic.keyed, change: keyed },
      count(words.partitions, topic.partitions, limits.partitions, partitionCount),
      ...(groupA === undefined
        ? []
        : [
            count(words.membersOfA, groupA.members.length, limits.members, (to) => memberCount('A', to)),
            ...groupA.members.map(({ id, handlingMs }) =>
              time(words.speedOf(name('topic', id, 'A')), handlingMs, limits.handlingMs, (ms) =>
                memberSpeed('A', id, ms),
              ),
            ),
          ]),
      ...(groupB === undefined ? [] : settingsOfB(groupB, words)),
    ],
  };
}

function settingsOfB(
  group: Extract<RunSpec['lanes'][number], { lane: 'topic' }>['groups'][number],
  words: AppTexts['vary'],
): readonly NamedSetting<RunSpec>[] {
  const startMs = group.starts.kind === 'at' ? group.starts.atMs : usualStartMs;
  const startNames: Readonly<Record<string, string>> = {
    'before-the-first-record': words.beforeTheFirst,
    'when-all-are-stored': words.whenAllStored,
    at: words.at(startMs),
  };
  return [
    {
      name: words.groupBStart,
      ...choiceSetting(group.starts.kind, starts, (kind) =>
        groupStarts('B', kind === 'at' ? { kind, atMs: startMs } : { kind }),
      ),
      choiceName: (value) => startNames[value] ?? value,
    },
    ...(group.starts.kind === 'at'
      ? [time(words.groupBStart, startMs, limits.startMs, (atMs) => groupStarts('B', { kind: 'at', atMs }))]
      : []),
    {
      name: words.groupBReset,
      ...choiceSetting(group.autoOffsetReset, ['earliest', 'latest'], (to) => offsetReset('B', to)),
    },
  ];
}

type Changing = (value: number) => (spec: RunSpec) => RunSpec;

function time(name: string, value: number, within: SettingLimits, change: Changing): NamedSetting<RunSpec> {
  return { name, kind: 'number', unit: 'ms', value, limits: within, change };
}

function count(name: string, value: number, within: SettingLimits, change: Changing): NamedSetting<RunSpec> {
  return { name, kind: 'number', unit: 'count', value, limits: within, change };
}
