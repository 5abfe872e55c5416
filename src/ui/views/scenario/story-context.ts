import type { RunSpec } from '../../../engine/scenario/run-spec.js';
import type { RunView } from '../../../engine/scenario/run-view.js';
import type { StoryContext, ScenarioTexts } from '../../scenarios/scenario-texts.js';
import { labelRecords } from '../../state/record-labels.js';
import type { HostedSpec, RunMoment } from '../../state/run-kind.js';
import type { LanesPlayer } from '../../state/play.js';
import type { ScenarioPlayer } from '../../state/scenario-player.svelte.js';
import type { AppTexts } from '../../texts/app-texts.js';

/** What every part of the story needs: the player, the words of app and scenario, and what they are about. */
export interface Telling<Spec extends HostedSpec = RunSpec, View extends RunMoment = RunView> {
  readonly player: ScenarioPlayer<Spec, View>;
  readonly texts: AppTexts;
  readonly scenario: ScenarioTexts<string, string, Spec, View>;
  readonly context: StoryContext<Spec>;
  /** False where another tab has the log: everything can be read, nothing done. */
  readonly acts: boolean;
  readonly singleKeys: boolean;
}

/** The words are about the scenario as it was given, whatever is varied later. */
export function storyContextOf(player: LanesPlayer, own: boolean): StoryContext {
  const { spec } = player.scenario;
  return { own, spec, label: labelRecords(spec.records) };
}
