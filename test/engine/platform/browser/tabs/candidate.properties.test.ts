import { test } from 'vitest';
import { findsMutants } from '../../../../mutants/mutant.js';
import { holds } from '../../../../properties/replay.js';
import { anyStorm, expectOrder, expectSafety, tabMutants, weather, type Storm } from './tab-storms.js';

const file = 'engine/platform/browser/tabs/candidate.properties.test.ts';

const storms =
  'ENG-3 ENG-5 in a storm of tabs that come, go, sleep and take over nothing acknowledged is lost, and one leads in the end';

test(storms, { timeout: 120_000 }, async () => {
  const claim = async (storm: Storm): Promise<void> => {
    const all = await weather(storm);
    expectSafety(all);
    await expectOrder(all);
    expectSafety(all);
  };
  await holds({ file, name: storms }, anyStorm, claim, Number(process.env['PARTITA_STORMS'] ?? 60));
});

findsMutants(tabMutants);
