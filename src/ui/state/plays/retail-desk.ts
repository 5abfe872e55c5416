import { english } from '../../scenarios/retail-desk/en.js';
import { retailDesk } from '../../scenarios/retail-desk/scenario.js';
import { simplifiedChinese } from '../../scenarios/retail-desk/zh-Hans.js';
import { openStreams } from '../streams-play.js';

/** Scenario 19. */
export const open = openStreams(retailDesk(), { en: english, 'zh-Hans': simplifiedChinese });
