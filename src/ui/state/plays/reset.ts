import { english } from '../../scenarios/reset/en.js';
import { reset } from '../../scenarios/reset/scenario.js';
import { simplifiedChinese } from '../../scenarios/reset/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 7. */
export const open = openGroups(reset(), { en: english, 'zh-Hans': simplifiedChinese });
