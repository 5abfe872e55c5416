import { english } from '../../scenarios/rewind/en.js';
import { rewind } from '../../scenarios/rewind/scenario.js';
import { simplifiedChinese } from '../../scenarios/rewind/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 8. */
export const open = openGroups(rewind(), { en: english, 'zh-Hans': simplifiedChinese });
