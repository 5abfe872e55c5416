import { english } from '../../scenarios/read-again/en.js';
import { readAgain } from '../../scenarios/read-again/scenario.js';
import { simplifiedChinese } from '../../scenarios/read-again/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 2. */
export const open = openGroups(readAgain(), { en: english, 'zh-Hans': simplifiedChinese });
