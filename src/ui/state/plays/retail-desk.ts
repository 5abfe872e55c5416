import { english } from '../../scenarios/retail-desk/en.js';
import { retailDesk, retailDeskOn } from '../../scenarios/retail-desk/scenario.js';
import { simplifiedChinese } from '../../scenarios/retail-desk/zh-Hans.js';
import type { OpenPlay, StreamsPlay } from '../play.js';
import { openStreams } from '../streams-play.js';

const texts = { en: english, 'zh-Hans': simplifiedChinese };

/** Scenario 19, on its own records or on the learner's. */
export const open: OpenPlay<StreamsPlay> = (options, records) =>
  openStreams(records === undefined ? retailDesk() : retailDeskOn(records), texts, records !== undefined)(options);
