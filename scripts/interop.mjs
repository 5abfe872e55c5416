#!/usr/bin/env node
// @ts-check
// The slower scripts of real, unmodified clients against a served broker: `npm run interop`. The quick ones are in `npm test`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  // One broker at a time: what waits for answers would else wait for the machine.
  [vitest, 'run', '--project', 'node', '--no-file-parallelism', 'test/interop', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, PARTITA_INTEROP: '1' },
  },
);
process.exit(status ?? 1);
