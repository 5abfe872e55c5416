import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { historicBugs, type HistoricBug } from './historic-bugs.js';
import type { Mutant } from './mutant.js';
import { mutants } from './registry.js';

/** One row of what `npm run mutants` prints. */
interface MutantRow extends Pick<Mutant, 'breaks' | 'property'> {
  readonly bugs: readonly HistoricBug[];
  /** How many inputs it took to find it; null if it was not found, or not in its own words. */
  readonly tries: number | null;
  readonly ms: number;
}

async function rowOf({ breaks, property, bugs = [], says, search }: Mutant): Promise<MutantRow> {
  const begun = performance.now();
  const found = await search();
  const isFound = found !== undefined && (says === undefined || says.test(found.says));
  return { breaks, property, bugs, tries: isFound ? found.tries : null, ms: Math.round(performance.now() - begun) };
}

it('no two mutants break the same for the same property', () => {
  const names = mutants.map(({ property, breaks }) => `${property}: ${breaks}`);
  expect(names).toEqual([...new Set(names)]);
});

// Elsewhere each is searched by the tests of what it breaks; here all of them are, for the report.
const reportFile = process.env['PARTITA_MUTANTS_REPORT'];
if (reportFile !== undefined)
  it('all mutants are found', { timeout: 3_600_000 }, async () => {
    const rows: MutantRow[] = [];
    for (const mutant of mutants) rows.push(await rowOf(mutant));
    const seeded = new Set(rows.flatMap(({ bugs }) => bugs));
    const missing = Object.entries(historicBugs).filter(([number]) => !seeded.has(Number(number) as HistoricBug));
    writeFileSync(reportFile, JSON.stringify({ rows, missing }));
  });
