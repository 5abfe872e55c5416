import { describe, expect, it } from 'vitest';
import { brokerScripts, ScriptedBroker } from './crash-broker.js';
import { sweep } from './crash-sweep.js';
import { settings, timeout } from './sweep-settings.js';

describe('LOG-5 LOG-10 a crash of a broker at any commit leaves what was promised, also if recoveries are cut:', async () => {
  it.each(Object.entries(await brokerScripts()))('%s', { timeout }, async (_, script) => {
    const { requests, crashes, crashesOfRecoveries } = await sweep(new ScriptedBroker(script), settings);
    expect(crashes - crashesOfRecoveries).toBeGreaterThan(requests);
    expect(crashesOfRecoveries).toBeGreaterThan(requests);
  });
});
