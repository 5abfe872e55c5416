import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildApp } from '../../scripts/build-app.mjs';
import { projectRoot } from '../../scripts/setup.mjs';
import { serveFiles } from '../../scripts/static-server.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the built app is served, with a slash at the end. */
    appUrl: string;
  }
}

/** Serves the built app to the end-to-end tests, building it first unless `npm test` has just done so. */
export default async function serveBuiltApp(project: TestProject): Promise<() => Promise<void>> {
  const directory = join(projectRoot, 'build', 'app');
  const isBuilt = process.env.PARTITA_APP_IS_BUILT === '1' && existsSync(join(directory, 'index.html'));
  if (!isBuilt) buildApp();
  const server = await serveFiles({ directory });
  project.provide('appUrl', server.url);
  return () => server.close();
}
