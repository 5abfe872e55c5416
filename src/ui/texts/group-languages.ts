import { englishGroups } from './en-group-story.js';
import type { GroupAppTexts } from './group-app-texts.js';
import type { Language } from './languages.js';
import { simplifiedChineseGroups } from './zh-Hans-group-story.js';

const groups: Readonly<Record<Language, GroupAppTexts>> = { en: englishGroups, 'zh-Hans': simplifiedChineseGroups };

/** The words about consumer groups. */
export function groupTextsOf(language: Language): GroupAppTexts {
  return groups[language];
}
