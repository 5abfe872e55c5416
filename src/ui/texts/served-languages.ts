import type { Language } from './languages.js';
import { englishServed, simplifiedChineseServed, type ServedTexts } from './served-texts.js';

const served: Readonly<Record<Language, ServedTexts>> = { en: englishServed, 'zh-Hans': simplifiedChineseServed };

/** The words about a broker that serves the page. */
export function servedTextsOf(language: Language): ServedTexts {
  return served[language];
}
