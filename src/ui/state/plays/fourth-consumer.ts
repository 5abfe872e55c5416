import { english } from '../../scenarios/fourth-consumer/en.js';
import { fourthConsumer } from '../../scenarios/fourth-consumer/scenario.js';
import { simplifiedChinese } from '../../scenarios/fourth-consumer/zh-Hans.js';
import { openGroups } from '../group-play.js';

/** Scenario 3. */
export const open = openGroups(fourthConsumer(), { en: english, 'zh-Hans': simplifiedChinese });
