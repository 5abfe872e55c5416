import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { projectRoot } from '../../scripts/setup.mjs';
import { serveFiles } from '../../scripts/static-server.mjs';
import { openChromium } from '../browser/chromium.js';
import { ConsumerApp, packPackage } from './consumer-app.js';

/** Installing from the registry can take minutes on a slow line. */
const installMs = 300_000;

const values = Array.from({ length: 100 }, (_, i) => `value ${i}`).sort();

let tarball: string;
let browser: Browser;

beforeAll(async () => {
  tarball = packPackage();
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
  rmSync(dirname(tarball), { recursive: true });
});

/**
 * Opens the page, reads what it stored, does so in a second tab beside it, and in the first when that is loaded again; nothing else may have been said or asked for.
 */
async function expectRoundTrip(url: string, isOwnMessage: (text: string) => boolean = () => false): Promise<void> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const messages: string[] = [];
  const strayRequests: string[] = [];
  const openTab = async (): Promise<Page> => {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (!isOwnMessage(message.text())) messages.push(message.text());
    });
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) strayRequests.push(request.url());
    });
    await page.goto(url);
    return page;
  };
  const result = async (page: Page): Promise<unknown> => {
    const body = page.locator('body');
    const found = page.locator('body[data-result]').waitFor({ state: 'attached', timeout: 120_000 });
    await found.catch(async () => {
      const step = await body.getAttribute('data-step');
      throw new Error(
        `The page stands still at '${step ?? 'the start'}'. It said: ${messages.join('\n') || 'nothing'}`,
      );
    });
    const read = JSON.parse((await body.getAttribute('data-result'))!) as { values?: string[] };
    return { ...read, values: read.values?.sort() };
  };
  const first = await openTab();
  expect(await result(first)).toEqual({ isFirstRun: true, role: 'broker', values });
  const second = await openTab();
  expect(await result(second)).toEqual({ isFirstRun: false, role: 'client', values });
  await second.close();
  await first.reload();
  expect(await result(first)).toEqual({ isFirstRun: false, role: 'broker', values });
  expect({ messages, strayRequests }).toEqual({ messages: [], strayRequests: [] });
}

describe('the packed package, with no configuration', () => {
  test('holds modules for pages that import nothing, their types and licenses', () => {
    const bare = new ConsumerApp('bare', '.');
    onTestFinished(() => bare.remove());
    bare.install(tarball);
    const installed = join(bare.folder, 'node_modules', 'partita');
    for (const name of ['dist/index.js', 'dist/worker.js', 'dist/streams.js', 'dist/streams-test.js']) {
      const code = readFileSync(join(installed, name), 'utf8');
      expect(code, name).not.toMatch(/^\s*(import|export)\b[^(;]*\bfrom\s*["']/m);
      expect(code, name).not.toMatch(/\bimport\s*\(\s*["'`]/);
    }
    expect(readFileSync(join(installed, 'dist/index.js'), 'utf8')).toContain("new URL('./worker.js', import.meta.url)");
    expect(readFileSync(join(installed, 'dist/third-party-licenses.txt'), 'utf8')).toContain('Apache License');
    for (const name of ['LICENSE', 'README.md', 'dist/types/entry/browser.d.ts', 'dist/types/entry/streams.d.ts']) {
      expect(existsSync(join(installed, name)), name).toBe(true);
    }
    for (const name of ['src', 'test', 'node_modules']) expect(existsSync(join(installed, name)), name).toBe(false);
  });

  test.each([
    { module: 'preserve', moduleResolution: 'bundler' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
  ])('has types that need no others ($moduleResolution)', ({ module, moduleResolution }) => {
    const bare = new ConsumerApp('bare', '.');
    onTestFinished(() => bare.remove());
    bare.install(tarball);
    const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,dom'];
    bare.run(compiler, [
      ...options,
      '--module',
      module,
      '--moduleResolution',
      moduleResolution,
      'typed.ts',
      'typed-streams.ts',
    ]);
  });

  test('counts words in Node, through the test driver of streams', () => {
    const bare = new ConsumerApp('bare', '.');
    onTestFinished(() => bare.remove());
    bare.install(tarball);
    bare.run(join(bare.folder, 'word-count.mjs'), []);
  });

  test('can be required in Node', () => {
    const bare = new ConsumerApp('bare', '.');
    onTestFinished(() => bare.remove());
    bare.install(tarball);
    bare.run(join(bare.folder, 'required.cjs'), []);
  });

  test('works in a bare page', async () => {
    const bare = new ConsumerApp('bare', '.');
    onTestFinished(() => bare.remove());
    bare.install(tarball);
    const server = await serveFiles({ directory: bare.folder });
    onTestFinished(() => server.close());
    await expectRoundTrip(server.url);
  });

  test('works in an empty Vite app, served for development and built', { timeout: installMs }, async (context) => {
    const app = new ConsumerApp('vite', 'src');
    onTestFinished(() => app.remove());
    const reason = app.install(tarball, 'vite@^8');
    if (reason !== undefined) {
      console.warn(`Skipped: ${reason}`);
      context.skip(reason);
    }
    const development = await app.serve('vite/bin/vite.js', ['--host', '127.0.0.1', '--port', '0']);
    onTestFinished(() => development.close());
    await expectRoundTrip(development.url, (text) => text.startsWith('[vite] connect'));
    app.run('vite/bin/vite.js', ['build']);
    const server = await serveFiles({ directory: join(app.folder, 'dist') });
    onTestFinished(() => server.close());
    await expectRoundTrip(server.url);
  });

  test('works in an empty webpack app', { timeout: installMs }, async (context) => {
    const app = new ConsumerApp('webpack', 'src');
    onTestFinished(() => app.remove());
    const reason = app.install(tarball, 'webpack@^5', 'webpack-cli@^6');
    if (reason !== undefined) {
      console.warn(`Skipped: ${reason}`);
      context.skip(reason);
    }
    app.run('webpack-cli/bin/cli.js', ['--mode', 'production']);
    const server = await serveFiles({ directory: join(app.folder, 'dist') });
    onTestFinished(() => server.close());
    await expectRoundTrip(server.url);
  });
});
