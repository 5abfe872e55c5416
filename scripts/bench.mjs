// @ts-check
/**
 * Measures the engine against its rivals, in a worker of a real Chromium on a fresh profile, and prints a JSON object a line:
 * {"bench","value","unit","against","rival","ratio"}; a ratio above 1 means that we are ahead. Both sides run in turns; values are medians.
 * What has no rival is measured in Node, against itself: how its cost grows. `serve` is measured against a real Apache Kafka on this machine, where Java and Maven are.
 *
 *   node scripts/bench.mjs [NAME]     all benchmarks, or those whose names begin with NAME
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright';
import { build } from 'vite';
import { bundleCommand, bundleModule } from './bundle.mjs';
import { chromiumArguments, findChromium } from './find-chromium.mjs';
import { projectRoot } from './setup.mjs';
import { serveFiles } from './static-server.mjs';

const rounds = 5;

/** By name the module that measures, and what it exports for that: a function that is given where its lines go. */
/** @type {Record<string, readonly [entry: string, measure: string]>} */
const inNode = {
  'group-size': ['test/bench/group-size.ts', 'measureGroupSize'],
  serve: ['test/bench/serve/serve.ts', 'measureServe'],
  simulation: ['test/bench/simulation.ts', 'measureSimulation'],
  streams: ['test/bench/streams/streams.ts', 'measureStreams'],
};

const prefix = process.argv[2] ?? '';
const workspace = await mkdtemp(join(tmpdir(), 'partita-bench-'));
const chosen = Object.entries(inNode).filter(([name]) => name.startsWith(prefix));
try {
  for (const [name, [entry, measure]] of chosen) {
    const file = join(workspace, `${name}.mjs`);
    await bundleModule(join(projectRoot, entry), file, 'node');
    await (await import(pathToFileURL(file).href))[measure](console.log, projectRoot, bundleProcess);
  }
  if (prefix === '' || chosen.length === 0) await benchmarkPage();
} finally {
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * What a benchmark starts as a process of its own.
 * @param {string} entry
 * @param {string} folder
 */
function bundleProcess(entry, folder) {
  return bundleCommand(join(projectRoot, entry), folder);
}

/** Runs what is measured in a browser. */
async function benchmarkPage() {
  const directory = join(workspace, 'page');
  await build({
    root: join(projectRoot, 'test', 'bench'),
    configFile: false,
    logLevel: 'warn',
    build: { outDir: directory, emptyOutDir: true, target: 'es2023' },
    worker: { format: 'es' },
  });
  const server = await serveFiles({ directory });
  try {
    await runBenchmarks(server.url, join(workspace, 'profile'));
  } finally {
    await server.close();
  }
}

/**
 * @param {string} url
 * @param {string} profile
 */
async function runBenchmarks(url, profile) {
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: await findChromium({ install: false }),
    headless: true,
    args: chromiumArguments,
  });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error));
    page.on('console', (message) => console.error(message.text()));
    await page.goto(url);
    const names = (await page.evaluate(() => globalThis.benchWorker.names())).filter((name) => name.startsWith(prefix));
    if (names.length === 0) throw new Error(`No benchmark's name begins with ${prefix}.`);
    for (const bench of names) {
      const { value, against, rival } = await page.evaluate(
        ([name, count]) => globalThis.benchWorker.run(name, count),
        /** @type {const} */ ([bench, rounds]),
      );
      const ratio = Number((value / against).toPrecision(3));
      console.log(
        JSON.stringify({
          bench,
          value: Math.round(value),
          unit: 'records/s',
          against: Math.round(against),
          rival,
          ratio,
        }),
      );
    }
  } finally {
    await browser.close();
  }
}
