import { compaction } from '../../scenarios/compaction/scenario.js';
import { english } from '../../scenarios/compaction/en.js';
import { simplifiedChinese } from '../../scenarios/compaction/zh-Hans.js';
import { logRun } from '../log-run.js';
import type { LogPlay, OpenPlay } from '../play.js';
import { ScenarioPlayer } from '../scenario-player.svelte.js';

/** Scenario 14. */
export const open: OpenPlay<LogPlay> = (options) => ({
  kind: 'log',
  player: new ScenarioPlayer(compaction(), logRun, options),
  texts: { en: english, 'zh-Hans': simplifiedChinese },
});
