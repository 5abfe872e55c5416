#!/usr/bin/env node
// @ts-check
// Plays the same requests to a real Apache Kafka and to us, and compares the answers: `npm run conformance`. PARTITA_SEQUENCES and PARTITA_SEED ask for other generated
// sequences.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { whyNoKafka } from './apache-kafka.mjs';

const reason = whyNoKafka();
if (reason !== undefined) {
  console.log(`Skipped: there is no Apache Kafka to compare with, for ${reason}.`);
  process.exit(0);
}
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  // One Kafka at a time: what waits for answers would else wait for the machine.
  [vitest, 'run', '--project', 'node', '--no-file-parallelism', 'test/conformance', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, PARTITA_CONFORMANCE: '1' },
  },
);
process.exit(status ?? 1);
