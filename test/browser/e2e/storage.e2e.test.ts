import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { chromiumArguments, findChromium } from '../../../scripts/find-chromium.mjs';
import { openChromium } from '../chromium.js';
import { AppPage } from './app-page.js';

const database = 'partita:learn';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
});

/** A page of the app's origin without the app. */
async function besideApp(app: AppPage): Promise<Page> {
  const page = await app.context.newPage();
  await page.goto(`${inject('appUrl')}nothing-here`);
  return page;
}

const notice = (app: AppPage, title: string) => app.page.getByRole('status').getByRole('heading', { name: title });

/** Leaves the first step behind, so that there is something to be kept. */
async function beginStory(app: AppPage): Promise<void> {
  await app.goOn.click();
  await app.page.locator('form label').first().waitFor();
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('It was not deleted.'));
  });
}

async function databaseNames(page: Page): Promise<readonly (string | undefined)[]> {
  return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
}

/** A browser in which this site may store nothing, as its settings and some private windows have it. */
async function openWithoutStorage(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'partita-no-storage-'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  await mkdir(join(profile, 'Default'));
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await findChromium({ install: false }),
    headless: true,
    args: chromiumArguments,
  });
  onTestFinished(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return { newContext: () => Promise.resolve(context) } as unknown as Browser;
}

describe('where the browser refuses storage', () => {
  test('the page says that nothing is kept, in its language, and works', async () => {
    const app = await AppPage.open(await openWithoutStorage(), { hash: '#/three-ways' });
    await notice(app, 'Nothing is kept in this window').waitFor();
    await app.page.getByText('allow data for this site').waitFor();
    await beginStory(app);
    await app.heading.waitFor();
    expect(await app.violations()).toEqual([]);
    await app.page.locator('.languages button[lang=zh-Hans]').click();
    await notice(app, '这个窗口中什么都不会保留').waitFor();
    expect(app.console).toEqual([]);
  });
});

describe('a log that the browser has lost', () => {
  test('is not taken for a first visit: the page says so, and begins another when it is told to', async () => {
    const app = await AppPage.open(browser, { hash: '#/three-ways' });
    await beginStory(app);
    const beside = await besideApp(app);
    await app.page.close();
    await beside.evaluate(deleteDatabase, database);
    const again = await AppPage.open(browser, { hash: '#/three-ways' }, app.context);
    await notice(again, 'The browser has lost the log').waitFor();
    await again.heading.waitFor();
    expect(await again.violations()).toEqual([]);
    expect(await databaseNames(beside)).not.toContain(database);
    await again.page.getByRole('button', { name: 'Begin a new log' }).click();
    await notice(again, 'The browser has lost the log').waitFor({ state: 'detached' });
    await beginStory(again);
    await again.page.reload();
    await again.page.locator('form label').first().waitFor();
    expect(await again.page.getByRole('status').getByRole('heading').count()).toBe(0);
    expect(again.console).toEqual([]);
    await app.close();
  });

  test('is missed at once when it goes while the page is open', async () => {
    const app = await AppPage.open(browser, { hash: '#/three-ways' });
    await beginStory(app);
    const beside = await besideApp(app);
    await beside.evaluate(deleteDatabase, database);
    await notice(app, 'The browser has lost the log').waitFor();
    await app.page.locator('form label').first().waitFor();
    expect(await databaseNames(beside)).not.toContain(database);
    await app.close();
  });
});

describe('a log of another version', () => {
  test('that an old tab holds on to is opened once that tab is closed, and the page says that it waits for that', async () => {
    const app = await AppPage.open(browser, { hash: '#/' });
    const old = await besideApp(app);
    await app.page.close();
    await old.evaluate(deleteDatabase, database);
    await old.evaluate((name) => {
      // As a tab of version 1 that does not answer: its connection stays.
      localStorage.clear();
      return new Promise<void>((resolve) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => {
          for (const store of ['owner', 'files', 'blobs', 'chunks', 'garbage']) request.result.createObjectStore(store);
        };
        request.onsuccess = () => resolve();
      });
    }, database);
    await old.evaluate(() => caches.delete('partita-stores'));
    const again = await AppPage.open(browser, { hash: '#/three-ways' }, app.context);
    await notice(again, 'Another tab holds on to an older log').waitFor();
    await old.close();
    await again.page.getByRole('button', { name: 'Try again' }).click();
    await notice(again, 'Another tab holds on to an older log').waitFor({ state: 'detached' });
    await beginStory(again);
    await again.page.reload();
    await again.page.locator('form label').first().waitFor();
    await app.close();
  });

  test('that is newer than the page is left alone, and the page says what to do', async () => {
    const app = await AppPage.open(browser, { hash: '#/' });
    const beside = await besideApp(app);
    await app.page.close();
    await beside.evaluate(deleteDatabase, database);
    await beside.evaluate(
      (name) =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open(name, 99);
          request.onsuccess = () => {
            request.result.close();
            resolve();
          };
        }),
      database,
    );
    const again = await AppPage.open(browser, { hash: '#/' }, app.context);
    await notice(again, 'The log is newer than this page').waitFor();
    await again.page.getByRole('button', { name: 'Load again' }).click();
    await notice(again, 'The log is newer than this page').waitFor();
    const versions = await beside.evaluate(async () => (await indexedDB.databases()).map(({ version }) => version));
    expect(versions).toContain(99);
    await app.close();
  });
});
