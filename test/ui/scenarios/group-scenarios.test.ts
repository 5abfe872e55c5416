import { beforeAll, expect, test } from 'vitest';
import type { GroupRunSpec } from '../../../src/engine/scenario/group-run-spec.js';
import { GroupRun } from '../../../src/engine/scenario/group-run.js';
import { GroupRunProjector } from '../../../src/engine/scenario/group-run-projector.js';
import type { GroupRunView } from '../../../src/engine/scenario/group-run-view.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { catalogue, scenarioNames } from '../../../src/ui/scenarios/catalogue.js';
import { groupOf, withGroup } from '../../../src/ui/scenarios/group-outcome.js';
import { isKept } from '../../../src/ui/scenarios/add-partition/scenario.js';
import { lostOf } from '../../../src/ui/scenarios/crash/scenario.js';
import { idleMembers, settledAtMs } from '../../../src/ui/scenarios/fourth-consumer/scenario.js';
import { keepsOrder } from '../../../src/ui/scenarios/order/scenario.js';
import { storedCount } from '../../../src/ui/scenarios/read-again/scenario.js';
import { noticesLoss } from '../../../src/ui/scenarios/reset/scenario.js';
import { timesOf } from '../../../src/ui/scenarios/rewind/scenario.js';
import { movesOf } from '../../../src/ui/scenarios/rebalance/scenario.js';
import { isDone } from '../../../src/ui/scenarios/too-slow/scenario.js';
import { groupSections } from '../../../src/ui/state/group-variations.js';
import { loadPlay, type GroupPlay } from '../../../src/ui/state/play.js';
import { groupTextsOf } from '../../../src/ui/texts/group-languages.js';
import { describesScenario, type ExpectedScenario, type PlayedScenario } from '../fixtures/describes-scenario.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

const withPartitions = (spec: GroupRunSpec, partitions: number): GroupRunSpec => ({
  ...spec,
  topics: spec.topics.map((topic) => ({ ...topic, partitions })),
});

const expected = {
  'read-again': {
    right: {
      left: ['6'],
      'saw-drain': ['cursor'],
      newcomer: ['6'],
      'saw-newcomer': ['two-cursors'],
      rewind: ['first'],
      'saw-rewind': ['same-log'],
      guarantee: ['delete'],
    },
    keepsPromise: (outcome) => storedCount(outcome) === 0,
    meets: (spec) => withGroup(spec, 'audit', (each) => ({ ...each, autoOffsetReset: 'latest' })),
  },
  reset: {
    right: {
      earliest: ['0'],
      latest: ['10'],
      known: ['4'],
      'saw-new': ['only-new'],
      none: ['fails'],
      'saw-none': ['ended'],
      parked: ['10'],
      'saw-parked': ['skipped'],
      guarantee: ['earliest'],
    },
    keepsPromise: noticesLoss,
    meets: (spec) => withGroup(spec, 'parked', (each) => ({ ...each, autoOffsetReset: 'earliest' })),
  },
  rewind: {
    right: {
      next: ['6'],
      shift: ['9'],
      'saw-shift': ['marker'],
      active: ['refused'],
      seek: ['7'],
      'saw-active': ['position-moved'],
      date: ['8'],
      'saw-date': ['on-or-after'],
      guarantee: ['offset', 'datetime'],
    },
    keepsPromise: (outcome) => timesOf(outcome, 4) >= 2,
    meets: (spec) => ({
      ...spec,
      script: [
        ...spec.script,
        { atMs: 27_000, does: 'reset-offsets' as const, group: 'A', to: { kind: 'earliest' as const } },
      ].toSorted((one, other) => one.atMs - other.atMs),
    }),
  },
  'fourth-consumer': {
    right: {
      idle: ['nothing'],
      'saw-idle': ['all-paused'],
      takeover: ['A-3'],
      record: ['again'],
      'saw-takeover': ['after-session'],
      guarantee: ['partitions'],
    },
    keepsPromise: (outcome) => idleMembers(outcome, settledAtMs).length === 0,
    meets: (spec) => withGroup(withPartitions(spec, 4), undefined, (each) => ({ ...each, sessionTimeoutMs: 6_000 })),
  },
  order: {
    right: {
      places: ['chance'],
      sequence: ['not-as-sent'],
      'saw-without': ['overtaken'],
      keyed: ['per-key'],
      'saw-with': ['one-partition-each'],
      guarantee: ['key', 'one-partition'],
    },
    keepsPromise: keepsOrder,
    meets: (spec) => ({ ...spec, seed: '8' }),
  },
  'add-partition': {
    right: {
      moves: ['3'],
      stays: ['2'],
      'saw-added': ['overtaken'],
      shrink: ['refused'],
      'saw-shrink': ['four'],
      guarantee: ['drain', 'four-at-once'],
    },
    keepsPromise: isKept,
    meets: (spec) =>
      withGroup(spec, undefined, (each) => ({
        ...each,
        members: each.members.map((member) => ({ ...member, handlingMs: 300 })),
      })),
  },
  crash: {
    right: {
      first: ['3'],
      'saw-first': ['lost'],
      after: ['8'],
      'saw-after': ['repeated'],
      auto: ['8'],
      'saw-auto': ['repeated'],
      guarantee: ['upsert'],
    },
    // The sink that knows a record again stores each one once; the others would have to handle each once.
    keepsPromise: ({ groups: [group] }, option) =>
      group !== undefined &&
      lostOf(group) === 0 &&
      (option === 'upsert' || group.handledCount === group.handledRecords.length),
    meets: (spec) => withGroup(spec, 'process-first', (each) => ({ ...each, commits: 'each' })),
  },
  'too-slow': {
    right: {
      stays: ['out'],
      'saw-out': ['left'],
      commit: ['refused'],
      'saw-commit': ['twice'],
      progress: ['0'],
      'saw-storm': ['storm'],
      guarantee: ['records', 'interval'],
    },
    keepsPromise: (outcome) => isDone(outcome) && groupOf(outcome, 'A').handledCount === 7,
    meets: (spec) => withGroup(spec, undefined, (each) => ({ ...each, maxPollRecords: 2 })),
  },
  rebalance: {
    right: {
      eager: ['6'],
      'saw-eager': ['everybody'],
      cooperative: ['4'],
      'saw-cooperative': ['kept'],
      consumer: ['each-alone'],
      'saw-consumer': ['step-by-step'],
      static: ['0'],
      'saw-static': ['kept-place'],
      guarantee: ['static'],
    },
    keepsPromise: (outcome) => movesOf(outcome, outcome.groups[0]?.group ?? '') === 0,
    meets: (spec) =>
      withGroup(spec, 'eager', (each) => ({
        ...each,
        members: each.members.map((member) => ({ ...member, instanceId: member.member })),
      })),
  },
} as const satisfies Readonly<Record<string, ExpectedScenario<GroupRunSpec, GroupRunView>>>;

type Name = keyof typeof expected;
const names = Object.keys(expected) as readonly Name[];
const plays = new Map<Name, GroupPlay>();
const outcomes = new Map<Name, GroupRunView>();

async function outcomeOf(spec: GroupRunSpec): Promise<GroupRunView> {
  const run = await GroupRun.open(spec, { settle });
  await run.advanceTo(spec.endsAtMs + 1);
  const projector = new GroupRunProjector(spec, run.originMs);
  projector.add(run.trace);
  return projector.viewAt(projector.endMs ?? spec.endsAtMs);
}

beforeAll(async () => {
  const host = new NodeScenarioHost();
  for (const name of names) {
    const play = (await loadPlay(name))({ host, frames: new ManualFrames(host), name, keepsRuns: false });
    if (play.kind !== 'group') throw new Error(`${name} is no scenario on groups.`);
    plays.set(name, play);
    outcomes.set(name, await outcomeOf(play.player.scenario.spec));
  }
}, 120_000);

const playOf = (name: Name): GroupPlay => plays.get(name) as GroupPlay;
const playedOf = (name: Name): PlayedScenario<GroupRunSpec, GroupRunView> => ({
  scenario: playOf(name).player.scenario,
  texts: playOf(name).texts,
  outcome: outcomes.get(name) as GroupRunView,
});

test('every scenario on groups that is listed is tested here', () => {
  const others = ['sharing', 'groups', 'offsets'];
  expect(
    [...scenarioNames].filter((name) => name !== 'three-ways' && others.includes(catalogue[name].subject)).sort(),
  ).toEqual([...names].sort());
  expect(names.map((name) => catalogue[name].number).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 7, 8, 9, 10, 11]);
});

for (const name of names)
  describesScenario(
    name,
    expected[name],
    () => playedOf(name),
    outcomeOf,
    (spec) => groupSections(spec, playOf(name).variations, groupTextsOf('en')),
  );
