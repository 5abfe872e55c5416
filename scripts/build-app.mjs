// @ts-check
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './setup.mjs';

/** Builds the app into build/app; ends this process with vite's exit code if that fails. */
export function buildApp() {
  const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: projectRoot,
    stdio: 'inherit',
  });
  if (status === 0) return;
  console.error('The app could not be built; the message of vite is above.');
  process.exit(status ?? 1);
}
