import { english } from '../../scenarios/order/en.js';
import { order } from '../../scenarios/order/scenario.js';
import { simplifiedChinese } from '../../scenarios/order/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 4. */
export const open = openGroups(order(), { en: english, 'zh-Hans': simplifiedChinese });
