import { describe, expect, it } from 'vitest';
import { findsMutants } from '../../../mutants/mutant.js';
import { crashMutants } from './crash-mutants.js';
import { crashScripts } from './crash-scripts.js';
import { sweep } from './crash-sweep.js';
import { ScriptedWorld } from './crash-world.js';
import { settings, timeout } from './sweep-settings.js';

describe('LOG-5 ENG-2 CMP-6 RET-7 a crash at any request leaves what was promised, also if recoveries are cut:', () => {
  it.each(Object.entries(crashScripts))('%s', { timeout }, async (_, script) => {
    const { requests, crashes, crashesOfRecoveries } = await sweep(new ScriptedWorld(script), settings);
    expect(crashes - crashesOfRecoveries).toBeGreaterThan(requests);
    expect(crashesOfRecoveries).toBeGreaterThan(requests);
  });
});

findsMutants(crashMutants);
