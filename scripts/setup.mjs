// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project, absolute. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/**
 * Tells whether what is installed under `root` is what its lockfile asks for: npm writes what it installed into
 * `node_modules/.package-lock.json`, so the two are compared package by package.
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  const installedPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(installedPath);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional === true || entry.devOptional === true || entry.peer === true) return true;
    return installed[path]?.version === entry.version && existsSync(join(root, path, 'package.json'));
  });
}

/**
 * Installs the dependencies of the lockfile unless they are there already.
 * @param {string} root
 */
export function installDependencies(root) {
  if (isInstalled(root)) return;
  console.log('Installing dependencies (npm ci) …');
  runNpm(['ci', '--no-audit', '--no-fund'], root);
}

/**
 * Runs npm with `args` in `cwd`, showing its output; ends this process with its exit code if it fails.
 * @param {string[]} args
 * @param {string} cwd
 */
export function runNpm(args, cwd) {
  const npmScript = process.env.npm_execpath;
  const isNpmScript = npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript);
  const { status, error } = isNpmScript
    ? spawnSync(process.execPath, [npmScript, ...args], { cwd, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  if (error) {
    console.error(`npm could not be started (${error.message}). Install Node with npm and run the command again.`);
    process.exit(1);
  }
  if (status !== 0) {
    console.error(`npm ${args.join(' ')} failed; its own message is above.`);
    process.exit(status ?? 1);
  }
}

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage
 * @param {string} path
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
}
