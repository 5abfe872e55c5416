import { english } from '../../scenarios/rebalance/en.js';
import { rebalance } from '../../scenarios/rebalance/scenario.js';
import { simplifiedChinese } from '../../scenarios/rebalance/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 11. */
export const open = openGroups(rebalance(), { en: english, 'zh-Hans': simplifiedChinese });
