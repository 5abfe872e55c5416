import fc from 'fast-check';
import { expect, test } from 'vitest';
import { traceHash, traceLines } from '../../../src/engine/simulation/trace-recorder.js';
import { holds } from '../replay.js';
import { applicationClaims, holdsToItsRules } from './application-claims.js';
import { notReached } from './application-probes.js';
import { foundPlans } from './found-plans.js';
import { runApplication } from './application-run.js';

/** More runs by `npm run soak -- streams`. */
const factor = Number(process.env.PARTITA_STREAMS_FACTOR ?? 1);
const claims = Object.entries(applicationClaims);
let searched = 0;

test.each(claims)('%s', { timeout: 36_000_000 }, async (name, { plans, runs }) => {
  await holds({ file: 'properties/streams/applications.test.ts', name }, plans, holdsToItsRules, runs * factor);
  searched += 1;
});

test.each(Object.entries(foundPlans))('once: %s', async (_name, plan) => {
  await holdsToItsRules(plan);
});

test('the searches come upon all that they should', ({ skip }) => {
  skip(searched < claims.length, 'Not all of them were asked for.');
  expect(notReached()).toEqual([]);
});

test('a plan that is carried out twice gives equal traces, stores and outputs', { timeout: 120_000 }, async () => {
  const seed = Number(process.env.SEED ?? 1);
  const hashes = new Set<string>();
  for (const { plans } of Object.values(applicationClaims))
    for (const plan of fc.sample(plans, { seed, numRuns: factor })) {
      const [first, again] = [await runApplication(plan), await runApplication(plan)];
      expect(traceLines(again.trace), JSON.stringify(plan)).toBe(traceLines(first.trace));
      expect({ ...again, trace: [] }).toEqual({ ...first, trace: [] });
      hashes.add(traceHash(first.trace));
    }
  expect(hashes.size).toBe(claims.length * factor);
});
