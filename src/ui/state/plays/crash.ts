import { english } from '../../scenarios/crash/en.js';
import { crash } from '../../scenarios/crash/scenario.js';
import { simplifiedChinese } from '../../scenarios/crash/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 9. */
export const open = openGroups(crash(), { en: english, 'zh-Hans': simplifiedChinese });
