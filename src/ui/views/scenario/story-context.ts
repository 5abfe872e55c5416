import type { RunSpec } from '../../../engine/scenario/run-spec.js';
import type { RunView } from '../../../engine/scenario/run-view.js';
import type { StoryContext, ScenarioTexts } from '../../scenarios/scenario-texts.js';
import type { AppState } from '../../state/app.svelte.js';
import type { HostedSpec, RunMoment } from '../../state/run-kind.js';
import type { OpenedPlay } from '../../state/play.js';
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

/** A play's story as the page tells it. Its words are about the scenario as it was given, whatever is varied later. */
export function tellingOf<Spec extends HostedSpec, View extends RunMoment>(
  app: AppState,
  play: OpenedPlay<string, ScenarioPlayer<Spec, View>, ScenarioTexts<string, string, Spec, View>>,
  texts: AppTexts,
  about: Pick<StoryContext<Spec>, 'own' | 'label'>,
): Telling<Spec, View> {
  return {
    player: play.player,
    texts,
    scenario: play.texts[app.settings.language],
    context: { ...about, spec: play.player.scenario.spec },
    acts: app.acts,
    singleKeys: app.settings.singleKeys,
  };
}
