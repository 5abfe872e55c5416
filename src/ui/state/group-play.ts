import type { GroupScenario, GroupScenarioTexts } from '../scenarios/group-outcome.js';
import type { Language } from '../texts/languages.js';
import { groupRun } from './group-run.js';
import type { GroupPlay, OpenPlay } from './play.js';
import { ScenarioPlayer } from './scenario-player.svelte.js';

/** What opens a scenario on consumer groups with its words. */
export function openGroups(
  scenario: GroupScenario,
  texts: Readonly<Record<Language, GroupScenarioTexts>>,
): OpenPlay<GroupPlay> {
  const { variations, isOffsetDragged = false } = scenario;
  return (options) => ({
    kind: 'group',
    player: new ScenarioPlayer(scenario, groupRun, options),
    texts,
    variations,
    isOffsetDragged,
  });
}
