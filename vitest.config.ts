import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, findChromium } from './scripts/find-chromium.mjs';

/** Looked for only when a browser is about to start: tests of the engine need none. */
async function chromiumPath(): Promise<string | undefined> {
  try {
    return await findChromium({ install: false });
  } catch {
    return undefined; // then playwright itself says what is missing, once a test asks for the browser
  }
}

const browserTests = 'test/**/*.browser.test.ts';
const endToEndTests = 'test/**/*.e2e.test.ts';

export default defineConfig(async () => ({
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
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true as const,
        optimizeDeps: { include: ['axe-core', 'comlink', 'dexie', 'fast-check', 'idb'] },
        test: {
          name: 'browser',
          include: [browserTests],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: await chromiumPath(), args: chromiumArguments },
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
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
}));
