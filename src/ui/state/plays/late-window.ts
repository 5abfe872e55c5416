import { english } from '../../scenarios/late-window/en.js';
import { lateWindow } from '../../scenarios/late-window/scenario.js';
import { simplifiedChinese } from '../../scenarios/late-window/zh-Hans.js';
import { openStreams } from '../streams-play.js';

/** Scenario 20. */
export const open = openStreams(lateWindow(), { en: english, 'zh-Hans': simplifiedChinese });
