import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { expectedProbes } from './expected-probes.js';
import type { FaultPlan } from './fault-plan.js';
import { advice, play, searchFaults } from './search.js';

const runs = 50;
const size = { requests: 10, recordsPerRequest: 3, happenings: 6, faultyMs: 6_000 };
const seed = Number(process.env['SEED'] ?? 1);
const path = process.env['FAULT_PATH'];

test(
  'under faults nothing breaks that is promised, all comes to rest when they end, each seed replays to the same hash, and the search reaches what it should',
  { timeout: 600_000 },
  async () => {
    const reached = new Set<string>();
    const failure = await searchFaults({
      seed,
      runs,
      size,
      isReplayed: true,
      ...(path === undefined ? {} : { path }),
      onRun: ({ probes }) => probes.forEach((_, name) => reached.add(name)),
    });
    if (failure !== undefined)
      throw new Error(advice(failure, 'npx vitest run --project node test/properties/faults/faults.test.ts'));
    // Another seed reaches other things.
    if (seed === 1) expect(expectedProbes.filter((name) => !reached.has(name))).toEqual([]);
  },
);

/** Plans that once broke a rule, as small as they could be made; and whichever file PLAN names. */
const plans = fileURLToPath(new URL('plans', import.meta.url));
const kept = readdirSync(plans)
  .filter((name) => name.endsWith('.json'))
  .map((name) => `${plans}/${name}`);
const asked = process.env['PLAN'];

test.each(asked === undefined ? kept : [asked])(
  'the plan %s breaks nothing any more',
  { timeout: 60_000 },
  async (file) => {
    await play(JSON.parse(readFileSync(file, 'utf8')) as FaultPlan, { isReplayed: true });
  },
);

test('each plan that is kept says by its name what it found', () => {
  expect(kept.length).toBeGreaterThan(0);
  for (const file of kept) expect(basename(file)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+\.json$/);
});
