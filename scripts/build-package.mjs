// @ts-check
// Builds what `npm pack` ships: dist/index.js, dist/worker.js, dist/streams.js and dist/streams-test.js (no
// imports in any), dist/node.js, the same as CommonJS (Jest cannot require modules), and dist/cli.cjs with what it loads (imports of Node alone), the app in dist/app, which `partita serve --ui` shows, and the types.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.mjs';
import { bundleCommand, bundleModule } from './bundle.mjs';
import { projectRoot } from './setup.mjs';

const dist = join(projectRoot, 'dist');
/** What the app brings along besides what the engine does. */
const packagesOfApp = ['svelte', 'comlink'];

/** What a bundler must find word for word in dist/index.js, to carry the worker along. */
const workerReference = "new URL('./worker.js', import.meta.url)";

rmSync(dist, { recursive: true, force: true });
const [index, worker, node, , cli, streams, streamsTest] = [
  await bundle('src/entry/browser.ts', 'index.js', 'browser'),
  await bundle('src/workers/broker.worker.ts', 'worker.js', 'browser'),
  await bundle('src/entry/node.ts', 'node.js', 'node'),
  await bundle('src/entry/node.ts', 'node.cjs', 'node', 'cjs'),
  await command(),
  await bundle('src/entry/streams.ts', 'streams.js', 'browser'),
  await bundle('src/entry/streams-test.ts', 'streams-test.js', 'browser'),
];
chmodSync(join(dist, 'cli.cjs'), 0o755);
const indexCode = index.code.replaceAll(
  /new URL\(\s*["']\.\/worker\.js["'],\s*import\.meta\.url\s*\)/g,
  workerReference,
);
if (!indexCode.includes(workerReference)) {
  fail(`dist/index.js does not start its worker by ${workerReference}. Write it so in src/entry/browser.ts.`);
}
writeFileSync(join(dist, 'index.js'), indexCode);
writeFileSync(
  join(dist, 'third-party-licenses.txt'),
  licenseTexts([
    ...[index, worker, node, cli, streams, streamsTest].flatMap(({ packages }) => packages),
    ...packagesOfApp,
  ]),
);
copyApp();
emitTypes();

/** `npm run build` has just built it; packing alone takes the one that is there. */
function copyApp() {
  const app = join(projectRoot, 'build', 'app');
  if (!existsSync(join(app, 'index.html'))) buildApp();
  cpSync(app, join(dist, 'app'), { recursive: true, filter: (path) => !path.endsWith('.vite') });
}

/**
 * Writes the module `entry`, with everything it imports but Node's own modules, as the one file dist/`name`.
 * @param {string} entry
 * @param {string} name
 * @param {'browser' | 'node'} platform
 * @param {'esm' | 'cjs'} [format]
 */
async function bundle(entry, name, platform, format) {
  const { code, moduleIds } = await bundleModule(join(projectRoot, entry), join(dist, name), platform, format);
  return { code, packages: packagesOf(moduleIds) };
}

/** Writes the command `partita` as dist/cli.cjs and dist/cli-*.cjs. */
async function command() {
  const { moduleIds } = await bundleCommand(join(projectRoot, 'src/cli/partita.ts'), dist);
  return { packages: packagesOf(moduleIds) };
}

/** @param {string[]} moduleIds */
function packagesOf(moduleIds) {
  return moduleIds.flatMap((id) => /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1] ?? []);
}

/**
 * What the licenses of the bundled packages ask for: their text goes where their code goes.
 * @param {string[]} packages
 */
function licenseTexts(packages) {
  return [...new Set(packages)]
    .sort()
    .map((name) => {
      const folder = join(projectRoot, 'node_modules', name);
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const licenseFile = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      if (licenseFile === undefined)
        return fail(`${name} is bundled but brings no license file. Add its text by hand.`);
      return `${name} ${version}\n\n${readFileSync(join(folder, licenseFile), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function emitTypes() {
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.package.json'], {
    cwd: projectRoot,
    stdio: 'inherit',
  });
  if (status !== 0) fail('The types of the package could not be written; the messages of tsc are above.');
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
