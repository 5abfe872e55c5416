// @ts-check
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './setup.mjs';

/** Builds the app into build/app. Fails if vite does; its own message is then on the screen. */
export function buildApp() {
  const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: projectRoot,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The app could not be built; the message of vite is above.');
}
