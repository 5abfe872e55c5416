import type { ScenarioTexts } from '../scenarios/scenario-texts.js';
import { english as englishThreeWays } from '../scenarios/three-ways/en.js';
import type { QuestionId, StepId } from '../scenarios/three-ways/scenario.js';
import { simplifiedChinese as simplifiedChineseThreeWays } from '../scenarios/three-ways/zh-Hans.js';
import { english as englishCompaction } from '../scenarios/compaction/en.js';
import { simplifiedChinese as simplifiedChineseCompaction } from '../scenarios/compaction/zh-Hans.js';
import type { LogScenarioTexts } from '../scenarios/log-outcome.js';
import { english as englishRetention } from '../scenarios/retention/en.js';
import { simplifiedChinese as simplifiedChineseRetention } from '../scenarios/retention/zh-Hans.js';
import type { LogPlayName, PlayName } from '../state/play.js';
import type { AppTexts } from './app-texts.js';
import { english } from './en.js';
import { simplifiedChinese } from './zh-Hans.js';

export type Language = 'en' | 'zh-Hans';

/** The languages of the app, each with its own name. */
export const languages: Readonly<Record<Language, string>> = { en: 'English', 'zh-Hans': '中文' };

const apps: Readonly<Record<Language, AppTexts>> = { en: english, 'zh-Hans': simplifiedChinese };
const threeWays: Readonly<Record<Language, ScenarioTexts<StepId, QuestionId>>> = {
  en: englishThreeWays,
  'zh-Hans': simplifiedChineseThreeWays,
};

/** The words of the app. */
export function textsOf(language: Language): AppTexts {
  return apps[language];
}

/** The words of scenario 1, for steps and questions by their ids. */
export function threeWaysTextsOf(language: Language): ScenarioTexts<string, string> {
  return threeWays[language];
}

const logs: Readonly<Record<Language, Readonly<Record<LogPlayName, LogScenarioTexts<string, string>>>>> = {
  en: { retention: englishRetention, compaction: englishCompaction },
  'zh-Hans': { retention: simplifiedChineseRetention, compaction: simplifiedChineseCompaction },
};

/** The words of a scenario on a log, for steps and questions by their ids. */
export function logTextsOf(language: Language, play: LogPlayName): LogScenarioTexts<string, string> {
  return logs[language][play];
}

/** What a play's scenario is called, and what can be learned from it. */
export function scenarioNames(
  language: Language,
  play: PlayName,
): { readonly title: string; readonly objective: string } {
  return play === 'retention' || play === 'compaction' ? logs[language][play] : threeWays[language];
}

/** The first of the browser's languages that the app speaks; English if none. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const language of wanted) {
    if (/^zh\b/i.test(language)) return 'zh-Hans';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}
