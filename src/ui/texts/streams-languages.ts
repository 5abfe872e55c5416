import { englishStreams } from './en-streams.js';
import type { Language } from './languages.js';
import type { StreamsAppTexts } from './streams-app-texts.js';
import { simplifiedChineseStreams } from './zh-Hans-streams.js';

const streams: Readonly<Record<Language, StreamsAppTexts>> = {
  en: englishStreams,
  'zh-Hans': simplifiedChineseStreams,
};

/** The words about streams applications. */
export function streamsTextsOf(language: Language): StreamsAppTexts {
  return streams[language];
}
