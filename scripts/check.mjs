// @ts-check
// `npm run check`: types, Svelte, lint, format and unused code, as many at a time as there are processors. Each prints
// what it has to say once it is done, and all of them run, whichever fails.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './setup.mjs';

/** The longest first, so that none is left over in the end. */
const parts = [
  ['eslint', 'eslint/bin/eslint.js', '.'],
  ['svelte-check', 'svelte-check/bin/svelte-check', '--tsconfig', './tsconfig.json'],
  ['tsc', 'typescript/bin/tsc', '-p', '.'],
  ['prettier', 'prettier/bin/prettier.cjs', '--check', '.'],
  ['knip', 'knip/bin/knip.js'],
];

const waiting = [...parts];
const failed = /** @type {string[]} */ ([]);
await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function runWaiting() {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const [name = '', script = '', ...args] = part;
    const startedAt = performance.now();
    const { output, code } = await run([join(projectRoot, 'node_modules', script), ...args]);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`-- ${name}: ${code === 0 ? 'nothing found' : `failed (${code})`} in ${seconds} s`);
    if (code !== 0) failed.push(name);
    process.stdout.write(output);
  }
}

/**
 * @param {string[]} args
 * @returns {Promise<{ output: string, code: number | string }>} all that it printed, in the order in which it came
 */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ output, code: code ?? signal ?? 'no exit code' }));
  });
}
