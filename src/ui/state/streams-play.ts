import type { StreamsScenario, StreamsScenarioTexts } from '../scenarios/streams-outcome.js';
import type { Language } from '../texts/languages.js';
import type { OpenPlay, StreamsPlay } from './play.js';
import { ScenarioPlayer } from './scenario-player.svelte.js';
import { streamsRun } from './streams-run.js';

/** What opens a scenario on streams applications with its words. */
export function openStreams(
  scenario: StreamsScenario,
  texts: Readonly<Record<Language, StreamsScenarioTexts>>,
  isOwn = false,
): OpenPlay<StreamsPlay> {
  const { variations } = scenario;
  return (options) => ({
    kind: 'streams',
    player: new ScenarioPlayer(scenario, streamsRun, options),
    texts,
    variations,
    isOwn,
  });
}
