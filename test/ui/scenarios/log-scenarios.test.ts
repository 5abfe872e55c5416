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
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';
import { expectStoryWords } from '../fixtures/story-words.js';

type LogPlayName = 'retention' | 'compaction';

const scenarios: Readonly<Record<LogPlayName, LogScenario>> = { retention: retention(), compaction: compaction() };
const names = ['retention', 'compaction'] as const;
const languages: readonly Language[] = ['en', 'zh-Hans'];
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

/** The ids of the options that the run bears out. */
function right(name: LogPlayName, question: string): readonly string[] {
  const { questions, spec } = scenarios[name];
  const options = questions[question]?.options(spec, outcome(name)) ?? [];
  return options.filter((option) => option.holds(outcome(name), spec)).map(({ id }) => id);
}

describe('what is right, as Kafka did it', () => {
  test('13: the record of 65 s is readable, and at 120 s nothing is left', () => {
    expect(right('retention', 'old-record')).toEqual(['readable']);
    expect(right('retention', 'saw-old')).toEqual(['together']);
    expect(right('retention', 'left')).toEqual(['0']);
    expect(right('retention', 'saw-left')).toEqual(['emptied']);
    expect(right('retention', 'guarantee')).toEqual(['shorter-segments']);
  });

  test('14: 4, 5, 7 and 8 survive; the tombstone outlives its minute; 8 and 9 are left', () => {
    expect(right('compaction', 'survivors')).toEqual(['4', '5', '7', '8']);
    expect(right('compaction', 'saw-clean')).toEqual(['gaps']);
    expect(right('compaction', 'minute')).toEqual(['stays']);
    expect(right('compaction', 'saw-minute')).toEqual(['no-pass']);
    expect(right('compaction', 'second')).toEqual(['8,9']);
    expect(right('compaction', 'saw-second')).toEqual(['table-only']);
    expect(right('compaction', 'guarantee')).toEqual(['delete-retention']);
  });

  test('every option of a guarantee does in its run what is said of it', async () => {
    const keeps = { retention: goneInTime, compaction: tellsOfDeletion };
    for (const name of names) {
      const { questions, spec } = scenarios[name];
      for (const option of questions['guarantee']?.options(spec, outcome(name)) ?? []) {
        const tried = await outcomeOf(option.trial?.(spec) ?? spec);
        expect([option.id, keeps[name](tried)]).toEqual([option.id, option.holds(outcome(name), spec)]);
      }
    }
  });

  test('at the default dirty ratio the second pass does not happen', async () => {
    const lazy = await outcomeOf(withConfig(scenarios.compaction.spec, { minCleanableDirtyRatio: 0.5 }));
    expect(lazy.passes.filter(({ isChosen }) => isChosen)).toHaveLength(1);
  });

  test('the challenges are met by the change that their hints lead to, and not without it', async () => {
    const { retention: one, compaction: other } = scenarios;
    const small = withConfig(one.spec, { segmentBytes: 72 });
    expect(one.challenge.isMet(outcome('retention'), one.spec)).toBe(false);
    expect(one.challenge.isMet(await outcomeOf(small), small)).toBe(true);
    const young = withConfig(other.spec, { minCompactionLagMs: 120_000 });
    expect(other.challenge.isMet(outcome('compaction'), other.spec)).toBe(false);
    expect(other.challenge.isMet(await outcomeOf(young), young)).toBe(true);
  });
});

test.each(names.flatMap((name) => languages.map((language) => [name, language] as const)))(
  'the words of %s in %s say something, and never an id',
  (name, language) => expectStoryWords(scenarios[name], words[name][language], outcome(name)),
);

test('the words name the numbers of the run', () => {
  const explain = (name: LogPlayName, step: string): string => {
    const explanation = words[name].en.steps[step]?.explanation?.(
      { own: false, spec: scenarios[name].spec, label: String },
      outcome(name),
    );
    return [...(explanation?.paragraphs ?? []), explanation?.event.text ?? ''].join(' ');
  };
  expect(explain('retention', 'saw-old')).toMatch(/85 s[\s\S]*until 115 s/);
  expect(explain('retention', 'saw-left')).toMatch(/115 s[\s\S]*120 s[\s\S]*offset 7/);
  expect(explain('compaction', 'saw-clean')).toMatch(/0, 1, 2, 3 and 6[\s\S]*593 bytes became 223/);
  expect(explain('compaction', 'saw-minute')).toContain('from 69 s on');
  expect(explain('compaction', 'saw-second')).toMatch(/4, 5 and 7[\s\S]*40 %/);
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

test('each setting changes the config that it is called after, and can be changed as far as it says', () => {
  for (const name of names) {
    for (const { change, limits, name: setting } of logSettings(scenarios[name].spec)) {
      const changed = logSettings(change(limits.most)(scenarios[name].spec)).find((each) => each.name === setting);
      expect(changed?.value).toBe(limits.most);
    }
  }
});
