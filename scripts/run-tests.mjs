// @ts-check
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.mjs';
import { findChromium } from './find-chromium.mjs';
import { installDependencies, projectRoot } from './setup.mjs';

const reportPath = join(projectRoot, 'build', 'test-report.json');

/**
 * Sets up, runs vitest with `args` added to its own, and closes with a line that counts the tests.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code: 0 if everything passed
 */
export async function runTests(args) {
  installDependencies(projectRoot);
  const chromium = await findChromium({ install: true });
  buildApp();
  rmSync(reportPath, { force: true });
  const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: projectRoot,
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM_PATH: chromium, PARTITA_APP_IS_BUILT: '1' },
  });
  const counts = countTests(JSON.parse(readFileSync(reportPath, 'utf8')));
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return status === 0 && counts.failed > 0 ? 1 : (status ?? 1);
}

/**
 * Counts what vitest's JSON report tells. A file that failed before any of its tests could run counts as one failure.
 * @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile
 * @param {{ testResults: TestFile[] }} report
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failed = tests.filter((test) => test.status === 'failed').length;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return { passed, failed: failed + brokenFiles, skipped: tests.length - passed - failed };
}
