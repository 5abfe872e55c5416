import { english } from '../../scenarios/silent-joins/en.js';
import { silentJoins } from '../../scenarios/silent-joins/scenario.js';
import { simplifiedChinese } from '../../scenarios/silent-joins/zh-Hans.js';
import { openStreams } from '../streams-play.js';

/** Scenario 21. */
export const open = openStreams(silentJoins(), { en: english, 'zh-Hans': simplifiedChinese });
