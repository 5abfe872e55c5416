import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Browser } from 'playwright';
import { metaPolicy } from '../../scripts/content-security-policy.mjs';
import { projectRoot } from '../../scripts/setup.mjs';
import { openChromium } from '../browser/chromium.js';

const app = join(projectRoot, 'build', 'app');
const initialScriptBytes = 120_000;

interface ManifestChunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}

let browser: Browser;
beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser.close());

test('the scripts that the page needs before it can be used are at most 120 kB, compressed', () => {
  const manifest = JSON.parse(readFileSync(join(app, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    ManifestChunk
  >;
  const needed = new Set<string>();
  const need = (chunk: ManifestChunk): void => {
    if (needed.has(chunk.file)) return;
    needed.add(chunk.file);
    for (const name of chunk.imports ?? []) need(manifest[name]!);
  };
  for (const chunk of Object.values(manifest)) if (chunk.isEntry === true) need(chunk);
  const scripts = [...needed].filter((file) => file.endsWith('.js'));
  expect(scripts).not.toEqual([]);
  const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(app, file))).length, 0);
  expect(bytes).toBeLessThanOrEqual(initialScriptBytes);
});

test('the page carries the policy, and nothing in it is inline or comes from elsewhere', () => {
  const page = readFileSync(join(app, 'index.html'), 'utf8');
  const unquoted = page.replaceAll('&#39;', "'");
  expect(unquoted).toContain(`<meta http-equiv="Content-Security-Policy" content="${metaPolicy}">`);
  expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  for (const [, address] of page.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^\.\//);
});

test('styles and scripts of the built app name no other origin to load from', () => {
  const assets = readdirSync(join(app, 'assets'));
  for (const name of assets.filter((file) => file.endsWith('.css'))) {
    const css = readFileSync(join(app, 'assets', name), 'utf8');
    for (const [, address] of css.matchAll(/(?:url\(|@import\s+)["']?([^"')]+)/g))
      expect(address, name).not.toMatch(/^(https?:)?\/\//);
  }
});

test('opening the page asks only its own origin and says nothing on the console', async () => {
  const appUrl = inject('appUrl');
  const page = await browser.newPage();
  const messages: string[] = [];
  const stray: string[] = [];
  let askedAt = performance.now();
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  page.on('request', (request) => {
    askedAt = performance.now();
    if (!request.url().startsWith(appUrl)) stray.push(request.url());
  });
  await page.goto(appUrl);
  await page.locator('#app > *').first().waitFor();
  // Not 'networkidle': a shared worker stays connected, and that never counts as idle.
  while (performance.now() - askedAt < 1000) await page.waitForTimeout(100);
  await page.close();
  expect({ messages, stray }).toEqual({ messages: [], stray: [] });
});
