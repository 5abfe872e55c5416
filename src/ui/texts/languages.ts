import type { AppTexts } from './app-texts.js';
import { english } from './en.js';
import { simplifiedChinese } from './zh-Hans.js';

export type Language = 'en' | 'zh-Hans';

/** The languages of the app, each with its own name. */
export const languages: Readonly<Record<Language, string>> = { en: 'English', 'zh-Hans': '中文' };

const apps: Readonly<Record<Language, AppTexts>> = { en: english, 'zh-Hans': simplifiedChinese };

/** The words of the app. */
export function textsOf(language: Language): AppTexts {
  return apps[language];
}

/** The first of the browser's languages that the app speaks; English if none. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const language of wanted) {
    if (/^zh\b/i.test(language)) return 'zh-Hans';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}
