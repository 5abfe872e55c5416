import { english } from '../../scenarios/add-partition/en.js';
import { addPartition } from '../../scenarios/add-partition/scenario.js';
import { simplifiedChinese } from '../../scenarios/add-partition/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 5. */
export const open = openGroups(addPartition(), { en: english, 'zh-Hans': simplifiedChinese });
