import { english } from '../../scenarios/three-ways/en.js';
import { threeWays } from '../../scenarios/three-ways/scenario.js';
import { simplifiedChinese } from '../../scenarios/three-ways/zh-Hans.js';
import { lanesRun } from '../lanes-run.js';
import type { LanesPlay, OpenPlay } from '../play.js';
import { ScenarioPlayer } from '../scenario-player.svelte.js';

/** Scenario 1, on its own records or on the learner's. */
export const open: OpenPlay<LanesPlay> = (options, records) => ({
  kind: 'lanes',
  player: new ScenarioPlayer(threeWays(records), lanesRun, options),
  texts: { en: english, 'zh-Hans': simplifiedChinese },
});
