#!/usr/bin/env node
// @ts-check
// `npm run mutants`: puts every known defect in on purpose, and shows which property finds it. Exit code 1 if one is not found.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './setup.mjs';

/**
 * @typedef {{ breaks: string, property: string, bugs: number[], tries: number | null, ms: number }} Row
 * @typedef {{ rows: Row[], missing: [string, string][] }} Report
 */

const reportFile = join(projectRoot, 'build', 'mutants.json');
mkdirSync(join(projectRoot, 'build'), { recursive: true });
rmSync(reportFile, { force: true });
const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs');
const args = ['run', '--project', 'node', '--reporter', 'dot', 'test/mutants/registry.test.ts'];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  cwd: projectRoot,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PARTITA_MUTANTS_REPORT: reportFile },
});
if (status !== 0 || !existsSync(reportFile)) {
  console.error('The mutants could not be run. Look at: npx vitest run test/mutants');
  process.exit(1);
}
/** @type {Report} */
const { rows, missing } = JSON.parse(readFileSync(reportFile, 'utf8'));
const width = Math.max(...rows.map(({ breaks }) => breaks.length));
console.log(`${'mutant'.padEnd(width)}  property   bug     seeds  seconds`);
for (const { breaks, property, bugs, tries, ms } of rows) {
  const found = tries === null ? 'NOT FOUND' : String(tries);
  const seconds = (ms / 1000).toFixed(1);
  console.log(
    `${breaks.padEnd(width)}  ${property.padEnd(9)}  ${bugs.join(',').padEnd(6)} ${found.padStart(6)} ${seconds.padStart(8)}`,
  );
}
if (missing.length > 0) {
  console.log('\nHistoric bugs that no mutant brings back yet:');
  for (const [number, bug] of missing) console.log(`  ${number.padStart(2)}  ${bug}`);
}
const found = rows.filter(({ tries }) => tries !== null).length;
console.log(`\n${found} of ${rows.length} found`);
process.exit(found === rows.length ? 0 : 1);
