import { readdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { backendArguments, chromiumArguments, findChromium } from './scripts/find-chromium.mjs';

/** Looked for only when a browser is about to start: tests of the engine need none. */
async function chromiumPath(): Promise<string | undefined> {
  try {
    return await findChromium({ install: false });
  } catch {
    return undefined; // then playwright itself says what is missing, once a test asks for the browser
  }
}

/** What storage has to do with IndexedDB: run on each of the stores that Chromium has for it, in profiles on a disk. */
const storageTests = 'test/browser/storage/**/*.browser.test.ts';
const storageOfEveryBrowser = [
  'test/browser/storage/backend.browser.test.ts',
  'test/browser/storage/storage-contract.browser.test.ts',
];
const browserTests = 'test/**/*.browser.test.ts';
const endToEndTests = 'test/**/*.e2e.test.ts';

/** How long `expect.poll` waits: files run side by side, on machines that may be busy. */
const longestPollMs = 10_000;

type OtherEngine = 'firefox' | 'webkit';
const otherEngines = (process.env.PARTITA_ENGINES ?? '').split(',').filter((name) => name !== '') as OtherEngine[];

/** Tests of the storage on a store of its own. */
function storageProject<Test extends { readonly browser: object }>(backend: string, { browser, ...test }: Test) {
  return {
    extends: true as const,
    optimizeDeps: { include: ['idb'] },
    test: {
      name: `storage on ${backend}`,
      testTimeout: 60_000,
      provide: { backend },
      ...test,
      browser: { enabled: true, headless: true, screenshotFailures: false, ...browser },
    },
  };
}

export default defineConfig(async () => {
  const browserPath = await chromiumPath();
  return {
    plugins: [svelte()],
    test: {
      projects: [
        {
          extends: true as const,
          test: {
            name: 'node',
            include: ['test/**/*.test.ts'],
            exclude: [browserTests, endToEndTests],
            testTimeout: 30_000,
            // Files share what they import: loading the engine anew for each would cost as much as its tests.
            isolate: false,
            maxWorkers: availableParallelism(),
            expect: { poll: { timeout: longestPollMs } },
            sequence: { groupOrder: 0 },
          },
        },
        {
          extends: true as const,
          optimizeDeps: { include: ['axe-core', 'comlink', 'dexie', 'fast-check', 'idb'] },
          test: {
            name: 'browser',
            include: [browserTests],
            exclude: [storageTests],
            testTimeout: 60_000,
            // One page of it, beside one of each store below.
            maxWorkers: 1,
            sequence: { groupOrder: 1 },
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({
                launchOptions: { executablePath: browserPath, args: chromiumArguments },
              }),
              instances: [{ browser: 'chromium' as const }],
            },
          },
        },
        {
          extends: true as const,
          test: {
            name: 'e2e',
            include: [endToEndTests],
            globalSetup: ['test/browser/served-app.ts'],
            // They wait for the page most of the time: two at once have a browser each.
            maxWorkers: 2,
            expect: { poll: { timeout: longestPollMs } },
            testTimeout: 120_000,
            hookTimeout: 300_000,
            sequence: { groupOrder: 2 },
          },
        },
        ...(['leveldb', 'sqlite'] as const).map((backend) => {
          const profile = join(tmpdir(), `partita-${backend}-${process.pid}`);
          return storageProject(backend, {
            include: backend === 'leveldb' ? [storageTests] : storageOfEveryBrowser,
            // A profile has one browser, and that one page at a time.
            fileParallelism: false,
            sequence: { groupOrder: 1 },
            globalSetup: ['test/browser/storage/remove-profile.ts'],
            browser: {
              provider: playwright({
                persistentContext: profile,
                launchOptions: {
                  executablePath: browserPath,
                  args: [...chromiumArguments, ...backendArguments[backend]],
                },
              }),
              instances: [{ browser: 'chromium' as const }],
              commands: { storedFiles: () => readdirSync(join(profile, 'Default', 'IndexedDB')) },
            },
          });
        }),
        // `npm run soak -- engines` asks for them.
        ...otherEngines.map((engine) =>
          storageProject(engine, {
            include: storageOfEveryBrowser,
            sequence: { groupOrder: 3 },
            browser: { provider: playwright(), instances: [{ browser: engine }] },
          }),
        ),
      ],
    },
  };
});
