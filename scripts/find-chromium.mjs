// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from './setup.mjs';

/** What every Chromium that the tests start is told: no sandbox (they run as root in CI) and no traffic of its own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * What makes Chromium keep the databases of a new profile in one of its two stores; a context without a profile has a third way.
 * @type {Readonly<Record<'leveldb' | 'sqlite', readonly string[]>>}
 */
export const backendArguments = {
  leveldb: ['--disable-features=IdbSqliteBackingStore'],
  sqlite: ['--enable-features=IdbSqliteBackingStore'],
};

/** How long the download of a browser may take, in milliseconds. */
const downloadMs = 240_000;

/**
 * The path of a Chromium (or Chrome, or Edge) that starts: `CHROMIUM_PATH`, else an installed one, else the one that
 * playwright has downloaded. With `install` a missing one is fetched: playwright's own, else the system's package.
 * Fails with what to install.
 * @param {{ install: boolean }} options
 * @returns {Promise<string>}
 */
export async function findChromium({ install }) {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== '') {
    if (starts(chosen)) return chosen;
    throw new Error(
      `CHROMIUM_PATH is ${chosen}, but no Chromium starts there. Correct it, or unset it to have one looked for.`,
    );
  }
  const found = installedChromium() ?? (await downloadedChromium());
  if (found !== undefined) return found;
  if (install) {
    const installed = (await downloadChromium()) ?? installSystemChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'No Chromium was found, and none could be installed. Install Chromium or Google Chrome ' +
      '(Debian: apt-get install chromium; macOS: brew install --cask chromium; Windows: winget install Google.Chrome), ' +
      'or set CHROMIUM_PATH to its executable.',
  );
}

/** @returns {string | undefined} */
function installedChromium() {
  return candidates().find((path) => existsSync(path) && starts(path));
}

/**
 * The usual places of this system, most specific first.
 * @returns {string[]}
 */
function candidates() {
  if (process.platform === 'darwin') {
    const applications = ['/Applications', join(process.env.HOME ?? '', 'Applications')];
    const names = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
    return applications.flatMap((folder) =>
      names.map((name) => join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
    );
  }
  if (process.platform === 'win32') {
    const folders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    const paths = [
      'Chromium\\Application\\chrome.exe',
      'Google\\Chrome\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return folders.flatMap((folder) => (folder === undefined ? [] : paths.map((path) => join(folder, path))));
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  return names.flatMap((name) => folders.filter((folder) => folder !== '').map((folder) => join(folder, name)));
}

/** @returns {Promise<string | undefined>} */
async function downloadedChromium() {
  const { chromium } = await import('playwright');
  const path = chromium.executablePath();
  return path !== '' && existsSync(path) && starts(path) ? path : undefined;
}

/** @returns {Promise<string | undefined>} */
async function downloadChromium() {
  console.log('No Chromium found; downloading the one of playwright …');
  const cli = join(projectRoot, 'node_modules', 'playwright', 'cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'inherit', timeout: downloadMs });
  return downloadedChromium();
}

/** @returns {string | undefined} */
function installSystemChromium() {
  const isRoot = process.getuid?.() === 0;
  if (process.platform !== 'linux' || !isRoot || !existsSync('/usr/bin/apt-get')) return undefined;
  console.log('Installing the package chromium (apt-get) …');
  const options = /** @type {const} */ ({
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  spawnSync('apt-get', ['update', '-q'], options);
  spawnSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], options);
  return installedChromium();
}

/**
 * Whether the program at `path` runs here: a file that lacks its libraries, or only says how to install the real one, does not.
 * @param {string} path
 */
function starts(path) {
  if (process.platform === 'win32') return existsSync(path); // chrome.exe --version opens a window there
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}
