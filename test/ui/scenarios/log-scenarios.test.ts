import { beforeAll, describe, expect, test } from 'vitest';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { LogRun } from '../../../src/engine/scenario/log-run.js';
import { LogRunProjector } from '../../../src/engine/scenario/log-run-projector.js';
import type { LogRunSpec } from '../../../src/engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../../src/engine/scenario/log-run-view.js';
import { english as englishCompaction } from '../../../src/ui/scenarios/compaction/en.js';
import { compaction, tellsOfDeletion } from '../../../src/ui/scenarios/compaction/scenario.js';
import { simplifiedChinese as simplifiedChineseCompaction } from '../../../src/ui/scenarios/compaction/zh-Hans.js';
import { withConfig, type LogScenario, type LogScenarioTexts } from '../../../src/ui/scenarios/log-outcome.js';
import { english as englishRetention } from '../../../src/ui/scenarios/retention/en.js';
import { goneInTime, retention } from '../../../src/ui/scenarios/retention/scenario.js';
import { simplifiedChinese as simplifiedChineseRetention } from '../../../src/ui/scenarios/retention/zh-Hans.js';
import { logRun } from '../../../src/ui/state/log-run.js';
import { logSettings } from '../../../src/ui/state/log-variations.js';
import { ScenarioPlayer } from '../../../src/ui/state/scenario-player.svelte.js';
import type { Language } from '../../../src/ui/texts/languages.js';
import { describesScenario, type ExpectedScenario } from '../fixtures/describes-scenario.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

type LogPlayName = 'retention' | 'compaction';

const scenarios: Readonly<Record<LogPlayName, LogScenario>> = { retention: retention(), compaction: compaction() };
const names = ['retention', 'compaction'] as const;
const words: Readonly<Record<LogPlayName, Readonly<Record<Language, LogScenarioTexts>>>> = {
  retention: { en: englishRetention, 'zh-Hans': simplifiedChineseRetention },
  compaction: { en: englishCompaction, 'zh-Hans': simplifiedChineseCompaction },
};
const outcomes: Partial<Record<LogPlayName, LogRunView>> = {};

async function outcomeOf(spec: LogRunSpec): Promise<LogRunView> {
  const run = await LogRun.open(spec, { settle });
  await run.advanceTo(spec.endsAtMs);
  const projector = new LogRunProjector(spec, run.originMs);
  projector.add(run.trace);
  return projector.viewAt(spec.endsAtMs);
}

function outcome(name: LogPlayName): LogRunView {
  const found = outcomes[name];
  if (found === undefined) throw new Error(`The scenario '${name}' was not played.`);
  return found;
}

beforeAll(async () => {
  for (const name of names) outcomes[name] = await outcomeOf(scenarios[name].spec);
});

const expected: Readonly<Record<LogPlayName, ExpectedScenario<LogRunSpec, LogRunView>>> = {
  retention: {
    right: {
      'old-record': ['readable'],
      'saw-old': ['together'],
      left: ['0'],
      'saw-left': ['emptied'],
      guarantee: ['shorter-segments'],
    },
    keepsPromise: goneInTime,
    meets: (spec) => withConfig(spec, { segmentBytes: 72 }),
    says: { 'saw-old': /85 s[\s\S]*until 115 s/, 'saw-left': /115 s[\s\S]*120 s[\s\S]*offset 7/ },
  },
  compaction: {
    right: {
      survivors: ['4', '5', '7', '8'],
      'saw-clean': ['gaps'],
      minute: ['stays'],
      'saw-minute': ['no-pass'],
      second: ['8,9'],
      'saw-second': ['table-only'],
      guarantee: ['delete-retention'],
    },
    keepsPromise: tellsOfDeletion,
    meets: (spec) => withConfig(spec, { minCompactionLagMs: 120_000 }),
    says: {
      'saw-clean': /0, 1, 2, 3 and 6[\s\S]*593 bytes became 223/,
      'saw-minute': /from 69 s on/,
      'saw-second': /4, 5 and 7[\s\S]*40 %/,
    },
  },
};

for (const name of names)
  describesScenario(
    name,
    expected[name],
    () => ({ scenario: scenarios[name], texts: words[name], outcome: outcome(name) }),
    outcomeOf,
    (spec) => [{ legend: 'configs', settings: logSettings(spec) }],
  );

test('14: at the default dirty ratio the second pass does not happen', async () => {
  const lazy = await outcomeOf(withConfig(scenarios.compaction.spec, { minCleanableDirtyRatio: 0.5 }));
  expect(lazy.passes.filter(({ isChosen }) => isChosen)).toHaveLength(1);
});

describe('the story on a log', () => {
  async function play(): Promise<{ player: ScenarioPlayer<LogRunSpec, LogRunView>; frames: ManualFrames }> {
    const host = new NodeScenarioHost();
    const frames = new ManualFrames(host);
    const player = new ScenarioPlayer(scenarios.compaction, logRun, {
      host,
      frames,
      name: 'compaction',
      keepsRuns: true,
    });
    await player.start();
    return { player, frames };
  }

  async function tell({ player, frames }: Awaited<ReturnType<typeof play>>, until: string): Promise<void> {
    for (let guard = 0; player.step.id !== until && guard < 40; guard++) {
      if (player.step.question !== undefined && player.answer === undefined)
        await player.choose([player.choices?.[0]?.id ?? '']);
      if (player.step.phase === 'run') {
        player.play();
        await frames.pass();
      } else await player.continue();
    }
    expect(player.step.id).toBe(until);
  }

  test('stands still where a run step ends, and goes on from there in the same run', async () => {
    const told = await play();
    await tell(told, 'survivors');
    const { player } = told;
    expect(player.playback.headMs).toBe(8_500);
    await player.playback.scrubTo(50_000);
    expect(player.playback.headMs).toBe(8_500);
    expect(player.canPlay).toBe(true);
    await tell(told, 'saw-clean');
    expect(player.playback.headMs).toBe(12_000);
    expect(player.playback.view?.passes).toHaveLength(1);
    await tell(told, 'minute');
    expect(player.playback.headMs).toBe(12_000);
  });

  test('tells no reason while something is still to be seen', async () => {
    const told = await play();
    await tell(told, 'saw-clean');
    expect(told.player.revealVerdicts).toBe(false);
    await told.player.choose(['gaps']);
    expect(told.player.revealVerdicts).toBe(true);
    await tell(told, 'run-minute');
    expect(told.player.revealVerdicts).toBe(false);
  });

  test('tells beside each prediction how it came out, once that was seen', async () => {
    const told = await play();
    await tell(told, 'saw-clean');
    const { player } = told;
    expect(player.predictions).toEqual([{ question: 'survivors', isSeen: false }]);
    await player.choose(['gaps']);
    expect(player.predictions).toEqual([{ question: 'survivors', isSeen: true }]);
    expect(player.isRight('survivors')).toBe(false);
    expect(player.misconceptionsIn('survivors')).toEqual(['M15', 'M16']);
  });

  test('records are picked and taken back before the answer, not after it', async () => {
    const told = await play();
    await tell(told, 'survivors');
    const { player } = told;
    player.pick('4', true);
    player.pick('0', true);
    player.pick('0', false);
    expect(player.shownChoice).toEqual(['4']);
    await player.choose(['4', '5', '7', '8']);
    player.pick('0', true);
    expect(player.shownChoice).toEqual(['4', '5', '7', '8']);
    expect(player.isRight('survivors')).toBe(true);
  });
});
