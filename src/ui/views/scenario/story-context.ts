import type { StoryContext, ScenarioTexts } from '../../scenarios/scenario-texts.js';
import { labelRecords } from '../../state/record-labels.js';
import type { ScenarioPlayer } from '../../state/scenario-player.svelte.js';
import type { AppTexts } from '../../texts/app-texts.js';

/** What every part of the story needs: the player, the words of app and scenario, and what they are about. */
export interface Telling {
  readonly player: ScenarioPlayer;
  readonly texts: AppTexts;
  readonly scenario: ScenarioTexts<string, string>;
  readonly context: StoryContext;
  /** False where another tab has the log: everything can be read, nothing done. */
  readonly acts: boolean;
  readonly singleKeys: boolean;
}

/** The words are about the scenario as it was given, whatever is varied later. */
export function storyContextOf(player: ScenarioPlayer, own: boolean): StoryContext {
  const { spec } = player.scenario;
  return { own, spec, label: labelRecords(spec.records) };
}
