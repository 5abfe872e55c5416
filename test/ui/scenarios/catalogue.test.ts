import { expect, test } from 'vitest';
import { catalogue, scenarioNames } from '../../../src/ui/scenarios/catalogue.js';
import { loadPlay } from '../../../src/ui/state/play.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

const host = new NodeScenarioHost();

test.each(scenarioNames)('what the catalogue tells of %s is so', async (name) => {
  const open = await loadPlay(name);
  const { scenario } = open({ host, frames: new ManualFrames(host), name, keepsRuns: false }).player;
  const { firstStep, lastStep, predictions } = catalogue[name];
  expect(scenario.id).toBe(name);
  expect([firstStep, lastStep]).toEqual([scenario.steps[0]?.id, scenario.steps.at(-1)?.id]);
  expect(predictions).toEqual(
    scenario.steps.flatMap(({ phase, question }) => (phase === 'predict' ? (question ?? []) : [])),
  );
});
