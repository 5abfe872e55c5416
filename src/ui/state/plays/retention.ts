import { retention } from '../../scenarios/retention/scenario.js';
import { english } from '../../scenarios/retention/en.js';
import { simplifiedChinese } from '../../scenarios/retention/zh-Hans.js';
import { logRun } from '../log-run.js';
import type { LogPlay, OpenPlay } from '../play.js';
import { ScenarioPlayer } from '../scenario-player.svelte.js';

/** Scenario 13. */
export const open: OpenPlay<LogPlay> = (options) => ({
  kind: 'log',
  player: new ScenarioPlayer(retention(), logRun, options),
  texts: { en: english, 'zh-Hans': simplifiedChinese },
});
