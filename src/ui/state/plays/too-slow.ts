import { english } from '../../scenarios/too-slow/en.js';
import { tooSlow } from '../../scenarios/too-slow/scenario.js';
import { simplifiedChinese } from '../../scenarios/too-slow/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 10. */
export const open = openGroups(tooSlow(), { en: english, 'zh-Hans': simplifiedChinese });
