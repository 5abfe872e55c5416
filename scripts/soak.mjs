#!/usr/bin/env node
// @ts-check
// Long versions of tests, for machines that have the time: `npm run soak -- <name>`. Each is something that `npm test` runs with less.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleModule } from './bundle.mjs';
import { projectRoot } from './setup.mjs';

/**
 * What to run: tests, or the module of a program. A program is bundled, which makes it faster than a test; its `main` is given the environment and where its lines go.
 *
 * @typedef {{ readonly says: string, readonly environment: Record<string, string> }} Soak
 * @typedef {Soak & { readonly projects: string[], readonly tests: string[] }} TestSoak
 * @typedef {Soak & { readonly program: string }} ProgramSoak
 */

/** @type {Record<string, TestSoak | ProgramSoak>} */
const soaks = {
  'crash-points': {
    says: 'crashes at every request of scripts to the storage, 20 ways each, and crashes of the recoveries, and of theirs',
    projects: ['node'],
    tests: ['test/engine/log/crashes'],
    environment: { PARTITA_CRASH_SEEDS: '20' },
  },
  crowd: {
    says: 'a thousand members of either protocol come to one group of a thousand partitions, go and come again',
    projects: ['node'],
    tests: ['test/engine/broker/crowd.test.ts'],
    environment: { PARTITA_CROWD: '1000' },
  },
  'fuzz-log': {
    says: 'a million damaged record batches, and as many damaged exports: none may do more than be refused',
    projects: ['node'],
    tests: ['test/engine/protocol/batch-fuzz.test.ts', 'test/engine/archive/import-fuzz.test.ts'],
    environment: { PARTITA_FUZZ_INPUTS: '1000000', PARTITA_FUZZ_SEED: `soak-${Date.now()}` },
  },
  'fuzz-wire': {
    says: 'a million damaged requests: each may end its own connection and nothing else',
    projects: ['node'],
    tests: ['test/engine/wire/frame-fuzz.test.ts'],
    environment: { PARTITA_FUZZ_INPUTS: '1000000', PARTITA_FUZZ_SEED: `soak-${Date.now()}` },
  },
  groups: {
    says: 'two million operations of producers and consumer groups under faults: nothing that is promised may break, each run must replay',
    program: 'test/properties/faults/soak.ts',
    environment: { PARTITA_OPERATIONS: '2000000', SEED: String(Date.now() % 1_000_000_000) },
  },
  kills: {
    says: 'three hundred browsers are killed while they work: no acknowledged record may be lost',
    projects: ['e2e'],
    tests: ['test/browser/kills'],
    environment: { PARTITA_KILLS: '300', PARTITA_KILLS_SEED: `soak-${Date.now()}` },
  },
  streams: {
    says: 'thousands of applications whose instances come, go and crash, and every recorded topology through the runtime',
    projects: ['node'],
    tests: ['test/properties/streams', 'test/engine/streams/runtime/golden-application.test.ts'],
    environment: {
      PARTITA_STREAMS_FACTOR: '40',
      PARTITA_STREAMS_EVERY: '1',
      SEED: String(Date.now() % 1_000_000_000),
    },
  },
  'serve-kills': {
    says: 'a served broker is killed two hundred times while it writes files: no acknowledged record, no committed offset may be lost',
    projects: ['node'],
    tests: ['test/cli/serve-kills.test.ts'],
    environment: { PARTITA_SERVE_KILLS: '200', PARTITA_SERVE_KILLS_SEED: `soak-${Date.now()}` },
  },
};

const engines = await foundEngines();
soaks['engines'] = {
  says: `the storage contract on the IndexedDB of other browsers: ${engines.join(', ') || 'none is here'}`,
  projects: engines.map((engine) => `storage on ${engine} (${engine})`),
  tests: [],
  environment: { PARTITA_ENGINES: engines.join(',') },
};

const [name, ...rest] = process.argv.slice(2);
const soak = name === undefined ? undefined : soaks[name];
if (soak === undefined || rest.length > 0) {
  console.error(`Usage: npm run soak -- <name>\n`);
  for (const [known, { says }] of Object.entries(soaks)) console.error(`  ${known.padEnd(12)} ${says}`);
  process.exit(2);
}
// What is set already wins: so a failure can be asked for again.
const environment = { ...process.env };
for (const [variable, value] of Object.entries(soak.environment)) environment[variable] ??= value;
console.log(`${name}: ${soak.says}`, soak.environment);
if ('program' in soak) process.exit((await runProgram(soak.program)) ? 0 : 1);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
if (name === 'engines') sayWhatIsMissing(engines);
const projects = soak.projects.flatMap((project) => ['--project', project]);
const { status } = spawnSync(process.execPath, [vitest, 'run', ...projects, ...soak.tests], {
  stdio: 'inherit',
  env: environment,
});
process.exit(status ?? 1);

/** The browsers besides Chromium that playwright has here; it drives none but its own builds. */
async function foundEngines() {
  const { firefox, webkit } = await import('playwright');
  return Object.entries({ firefox, webkit }).flatMap(([engine, type]) =>
    existsSync(type.executablePath()) ? engine : [],
  );
}

/**
 * Ends the process if there is no browser to run on.
 * @param {readonly string[]} found
 */
function sayWhatIsMissing(found) {
  for (const engine of ['firefox', 'webkit'])
    if (!found.includes(engine))
      console.error(
        `${engine} is not here: 'npx playwright install --with-deps ${engine}' installs the build that playwright drives.`,
      );
  if (found.length === 0) process.exit(1);
}

/**
 * @param {string} module
 * @returns {Promise<boolean>}
 */
async function runProgram(module) {
  const workspace = await mkdtemp(join(tmpdir(), 'partita-soak-'));
  try {
    const file = join(workspace, 'soak.mjs');
    await bundleModule(join(projectRoot, module), file, 'node');
    return await (await import(pathToFileURL(file).href)).main(environment, console.log);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}
