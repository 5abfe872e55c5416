import type { RunSpec } from '../../../src/engine/scenario/run-spec.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { handledCounts, verdictOf } from '../../../src/ui/scenarios/run-outcome.js';
import { threeWays } from '../../../src/ui/scenarios/three-ways/scenario.js';
import { delivery, keyed, memberSpeed, workerSpeed } from '../../../src/ui/scenarios/three-ways/variations.js';
import { draggedBar, lanesRun } from '../../../src/ui/state/lanes-run.js';
import type { PlayState } from '../../../src/ui/state/learner-journal.js';
import { predictedIn, type LanesPlayer } from '../../../src/ui/state/play.js';
import { ScenarioPlayer } from '../../../src/ui/state/scenario-player.svelte.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

let host: NodeScenarioHost;
let frames: ManualFrames;
let kept: PlayState<RunSpec> | undefined;

beforeEach(() => {
  host = new NodeScenarioHost();
  frames = new ManualFrames(host);
  kept = undefined;
});

async function play(state?: PlayState<RunSpec>): Promise<LanesPlayer> {
  const player = new ScenarioPlayer(threeWays(), lanesRun, {
    host,
    frames,
    name: 'three-ways',
    keepsRuns: true,
    onChange: (changed) => (kept = changed),
  });
  await player.start(state);
  return player;
}

/** Goes through the story up to the step `until`, with these answers (the first option if none is named). */
async function tell(player: LanesPlayer, until: string, answers: Readonly<Record<string, string>> = {}): Promise<void> {
  for (let guard = 0; player.step.id !== until; guard++) {
    if (guard > 60) throw new Error(`The step '${until}' was not reached; the story stands at '${player.step.id}'.`);
    const { question, phase } = player.step;
    if (question !== undefined && player.answer === undefined)
      await player.choose([answers[question] ?? player.choices?.[0]?.id ?? '']);
    if (phase === 'run') {
      player.play();
      await frames.pass();
    } else await player.continue();
  }
}

describe('the story', () => {
  test('begins with the records and the first question comes next', async () => {
    const player = await play();
    expect(player.step).toMatchObject({ id: 'records', phase: 'set-up' });
    await player.continue();
    expect(player.choices?.map(({ id }) => id)).toEqual(['2', '6', '12']);
  });

  test('does not go on before the prediction is made or declined', async () => {
    const player = await play();
    await player.continue();
    await player.continue();
    expect(player.step.id).toBe('queue-share');
    player.skip();
    await player.continue();
    expect(player.step.id).toBe('queue-sequence');
    expect(predictedIn('three-ways', player.state)).toEqual({ made: 0, of: 5 });
  });

  test('shows a run in at most ten seconds of a viewer’s time', async () => {
    const player = await play();
    for (const step of ['queue-run', 'fan-run', 'topic-run']) {
      await tell(player, step);
      player.play();
      let viewerMs = 0;
      const stop = frames.run((elapsedMs) => (viewerMs += elapsedMs));
      await frames.pass(() => player.step.id !== step);
      stop();
      expect(viewerMs).toBeLessThanOrEqual(10_000);
    }
  });

  test('tells no outcome of a lane before it was said what was seen there', async () => {
    const player = await play();
    await tell(player, 'queue-saw');
    expect(player.playback.view?.finished).toBe(true);
    expect(player.revealVerdicts).toBe(false);
    expect(player.needsTools).toBe(false);
    await player.choose(['even']);
    expect(player.revealVerdicts).toBe(true);
    expect(player.needsTools).toBe(true);
    await tell(player, 'fan-copies');
    expect(player.revealVerdicts).toBe(false);
    await tell(player, 'replay');
    expect(player.revealVerdicts).toBe(true);
  });

  test('a prediction that was made stays to be compared', async () => {
    const player = await play();
    await tell(player, 'replay', { 'slow-share': '6', copies: '12' });
    expect(player.answers['slow-share']).toEqual({ chosen: ['6'] });
    expect(player.rightChoices('slow-share').map(({ id }) => id)).toEqual(['2']);
    expect(predictedIn('three-ways', player.state)).toEqual({ made: 5, of: 5 });
  });

  test('the three stand side by side in the replay, which plays', async () => {
    const player = await play();
    await tell(player, 'replay');
    expect(player.playback.playing).toBe(true);
    expect(player.playback.view?.lanes.map(({ lane }) => lane)).toEqual(['queue', 'publish-subscribe', 'topic']);
  });

  test('what does not guarantee sequence is refuted by a run', async () => {
    const player = await play();
    await tell(player, 'guarantee');
    await player.choose(['faster', 'exclusive']);
    expect(player.trials.map(({ option, outcome }) => [option, verdictOf(outcome, 'queue')?.kept])).toEqual([
      ['faster', false],
      ['exclusive', true],
    ]);
    const [faster] = player.trials;
    await player.showTrial(faster);
    expect(player.playback.view?.lanes.map(({ lane }) => lane)).toEqual(['queue']);
    expect(player.playback.view?.finished).toBe(true);
    await player.showTrial(undefined);
    expect(player.playback.view?.lanes).toHaveLength(3);
  });

  test('can go back, and begin again with nothing answered', async () => {
    const player = await play();
    await tell(player, 'queue-run');
    await player.back();
    expect(player.step.id).toBe('queue-sequence');
    expect(player.answer).toBeDefined();
    await player.restart();
    expect(player.step.id).toBe('records');
    expect(player.answers).toEqual({});
    expect(player.playback.future).toBeUndefined();
  });
});

describe('varying', () => {
  test('runs at once, with the former run as ghost', async () => {
    const player = await play();
    await tell(player, 'vary');
    await player.vary(delivery('exclusive'));
    const view = player.playback.view;
    if (view === undefined || player.ghost === undefined) throw new Error('a view and a ghost were expected');
    expect(handledCounts(view, 'queue')).toEqual([12, 0]);
    expect(handledCounts(player.ghost, 'queue')).toEqual([10, 2]);
  });

  test('a dragged bar takes that long, and everything after it follows', async () => {
    const player = await play();
    await tell(player, 'vary');
    await player.vary(workerSpeed('worker-2', 1000));
    await player.vary(draggedBar('queue', 'worker-1', 0, 12_040));
    const first = player.playback.view?.lanes[0]?.actors[0]?.handlings[0];
    const tookMs = (first?.toMs ?? 0) - (first?.fromMs ?? 0);
    expect(tookMs).toBeGreaterThanOrEqual(12_000);
    expect(tookMs).toBeLessThan(12_020);
    expect(player.spec.overrides).toEqual([{ lane: 'queue', actor: 'worker-1', record: 0, handlingMs: 12_000 }]);
  });

  test('the challenge counts tries, offers a hint, and knows when it is met', async () => {
    const player = await play();
    await tell(player, 'play');
    for (const handlingMs of [3000, 4000, 5000]) await player.vary(memberSpeed('A', 'A-2', handlingMs));
    expect(player.challengeMet).toBe(false);
    expect(player.tries).toBe(3);
    expect(player.hintOffered).toBe(true);
    await player.vary(keyed(false));
    expect(player.challengeMet).toBe(true);
    expect(player.hintOffered).toBe(false);
  });
});

describe('after a reload', () => {
  test('the run stands where it was and goes on', async () => {
    const before = await play();
    await tell(before, 'queue-run');
    before.play();
    await frames.pass(() => before.playback.headMs >= 6_000);
    before.keep(true);
    const state = kept;
    await before.close();
    expect(state).toMatchObject({ step: 'queue-run', playing: true });
    const after = await play(state);
    expect(after.step.id).toBe('queue-run');
    expect(after.playback.headMs).toBe(state?.headMs);
    expect(after.playback.playing).toBe(true);
    expect(after.answers).toEqual(before.answers);
    await frames.pass();
    expect(after.step.id).toBe('queue-saw');
  });

  test('a state that does not fit begins the scenario', async () => {
    const fresh = await play();
    const player = await play({ ...fresh.state, step: 'gone' });
    expect(player.step.id).toBe('records');
  });
});

test('a watching tab follows step and head without keeping anything', async () => {
  const leader = await play();
  await tell(leader, 'queue-run');
  await leader.playback.scrubTo(3_000);
  let saved = 0;
  const watcher = new ScenarioPlayer(threeWays(), lanesRun, {
    host,
    frames: new ManualFrames(host),
    name: 'three-ways',
    keepsRuns: false,
    onChange: () => saved++,
  });
  await watcher.start({ ...leader.state, playing: false });
  await leader.playback.scrubTo(5_000);
  await watcher.follow(leader.state);
  expect(watcher.step.id).toBe('queue-run');
  expect(watcher.playback.headMs).toBe(5_000);
  expect(saved).toBe(0);
});
