import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleModule } from '../../../scripts/bundle.mjs';
import { projectRoot } from '../../../scripts/setup.mjs';
import { serveFiles } from '../../../scripts/static-server.mjs';

export interface ServedLogPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the log page and the package's worker, as bundlers make them of the sources, from now until it is closed. */
export async function serveLogPage(): Promise<ServedLogPage> {
  const directory = mkdtempSync(join(tmpdir(), 'partita-log-page-'));
  const source = (...path: string[]): string => join(projectRoot, ...path);
  await bundleModule(source('test', 'browser', 'log-page', 'page.ts'), join(directory, 'page.js'), 'browser');
  await bundleModule(source('src', 'workers', 'broker.worker.ts'), join(directory, 'worker.js'), 'browser');
  const page = '<!doctype html><title>A log</title><script type="module" src="page.js"></script>';
  writeFileSync(join(directory, 'index.html'), page);
  const server = await serveFiles({ directory });
  return {
    url: server.url,
    async close() {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
