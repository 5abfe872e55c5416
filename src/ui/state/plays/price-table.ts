import { english } from '../../scenarios/price-table/en.js';
import { priceTable } from '../../scenarios/price-table/scenario.js';
import { simplifiedChinese } from '../../scenarios/price-table/zh-Hans.js';
import { openStreams } from '../streams-play.js';

/** Scenario 15. */
export const open = openStreams(priceTable(), { en: english, 'zh-Hans': simplifiedChinese });
