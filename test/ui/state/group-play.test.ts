import { expect, test } from 'vitest';
import { openGroups } from '../../../src/ui/state/group-play.js';
import { draggedOffset } from '../../../src/ui/state/group-variations.js';
import { takeOverScenario, takeOverTexts } from '../fixtures/group-scenario.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

test('a scenario on groups is played from its prediction to a dragged offset', async () => {
  const host = new NodeScenarioHost();
  const frames = new ManualFrames(host);
  const play = openGroups(takeOverScenario, { en: takeOverTexts, 'zh-Hans': takeOverTexts })({
    host,
    frames,
    name: 'take-over',
    keepsRuns: true,
  });
  const { player } = play;
  expect(play).toMatchObject({ kind: 'group', isOffsetDragged: true });
  await player.start();
  await player.continue();
  expect(player.choices?.map(({ id }) => id)).toEqual(['A-1', 'A-2']);
  await player.choose(['A-1']);
  await player.continue();
  player.play();
  await frames.pass(() => player.step.id === 'saw');
  expect(player.revealVerdicts).toBe(false);
  await player.choose(['A-2']);
  expect([player.isRight('owner'), player.isRight('saw'), player.revealVerdicts]).toEqual([false, true, true]);
  expect(player.misconceptionsIn('owner')).toEqual(['M12']);
  await player.continue();
  await player.vary(draggedOffset('A', 1, 0, 20_000));
  expect(player.playback.view?.actions.at(-1)?.refused?.code).toBe('UNKNOWN_MEMBER_ID');
  await player.close();
});
