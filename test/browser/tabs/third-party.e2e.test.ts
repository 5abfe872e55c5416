import type { BrowserContext, Frame, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openChromium } from '../chromium.js';
import { serveLogPage, type ServedLogPage } from '../log-page/served-log-page.js';
import { openPlainChromium } from './plain-chromium.js';

let served: ServedLogPage;

beforeAll(async () => {
  served = await serveLogPage();
});

afterAll(async () => {
  await served.close();
});

/** The same server under a name that browsers take for another site. */
const elsewhere = (url: string): string => url.replace('127.0.0.1', 'localhost');

/** Takes the headers away that keep pages of that address from framing and from being framed: other servers may not send them. */
async function allowFrames(context: BrowserContext, address: string): Promise<void> {
  await context.route(`${address}**`, async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    delete headers['content-security-policy'];
    delete headers['cross-origin-opener-policy'];
    await route.fulfill({ response, headers });
  });
}

/** Opens a page of the other site with a frame in it. */
async function frameIn(context: BrowserContext, address: string): Promise<{ page: Page; frame: Frame }> {
  const page = await context.newPage();
  await page.goto(elsewhere(served.url));
  const navigated = page.waitForEvent('framenavigated');
  await page.evaluate((src) => {
    const frame = document.createElement('iframe');
    frame.src = src;
    document.body.append(frame);
  }, address);
  return { page, frame: await navigated };
}

describe('MSG-5 in a frame of another site', () => {
  test('the app is not shown: its server says that nobody may frame it', async () => {
    const browser = await openChromium();
    const context = await browser.newContext();
    await allowFrames(context, elsewhere(served.url));
    const { frame } = await frameIn(context, inject('appUrl'));
    expect(frame.url()).toBe('chrome-error://chromewebdata/');
    await browser.close();
  });

  test('a log has a store, and a leader, of its own', async () => {
    const { context, close } = await openPlainChromium();
    await allowFrames(context, elsewhere(served.url));
    await allowFrames(context, served.url);
    const { frame } = await frameIn(context, served.url);
    await frame.waitForFunction(() => 'logPage' in globalThis);
    await frame.evaluate(() => logPage.open('framed'));
    await frame.evaluate(() => logPage.createTopics());
    const page = await context.newPage();
    await page.goto(served.url);
    await page.evaluate(() => logPage.open('framed'));
    const partitions = async (of: Pick<Frame, 'evaluate'>) => (await of.evaluate(() => logPage.read())).partitions;
    expect([(await partitions(frame)).length, (await partitions(page)).length]).toEqual([4, 0]);
    const role = (of: Pick<Frame, 'evaluate'>) => of.evaluate(() => logPage.role);
    expect([await role(frame), await role(page)]).toEqual(['broker', 'broker']);
    await close();
  });

  test('a log says that it can not be opened where the browser refuses storage to frames', async () => {
    const browser = await openChromium();
    // A context of its own is an incognito window, where frames of other sites have none.
    const context = await browser.newContext();
    await allowFrames(context, elsewhere(served.url));
    await allowFrames(context, served.url);
    const { frame } = await frameIn(context, served.url);
    await frame.waitForFunction(() => 'logPage' in globalThis);
    const refused = await frame.evaluate(() =>
      logPage.open('framed').catch((error: unknown) => (error as Error).message),
    );
    expect(refused).toMatch(/The browser refuses storage to this page/);
    await browser.close();
  });
});
