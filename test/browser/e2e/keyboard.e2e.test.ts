import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../chromium.js';
import { AppPage } from './app-page.js';

let browser: Browser;
let app: AppPage;

beforeAll(async () => {
  browser = await openChromium();
  app = await AppPage.open(browser);
});

afterAll(async () => {
  await app.close();
  await browser.close();
});

const press = (key: string): Promise<void> => app.page.keyboard.press(key);

/** Presses Tab until what has the focus is called so. */
async function tabTo(name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await press('Tab');
    const focused = await app.page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      return element?.getAttribute('aria-label') ?? element?.innerText ?? '';
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Nothing called ${name} was reached by Tab.`);
}

test('the queue is predicted, run, stepped and seen by keys alone', async () => {
  await app.page.locator('a.button').waitFor();
  await tabTo(/Three ways/);
  await press('Enter');
  await app.goOn.waitFor();
  await tabTo(/Begin with the queue/);
  await press('Enter');
  await app.page.locator('form label').first().waitFor();
  expect(await app.heading.evaluate((heading) => heading === document.activeElement)).toBe(true);
  await press('2');
  await press('Enter');
  await app.heading.filter({ hasText: 'In which sequence' }).waitFor();
  await expect.poll(() => app.heading.evaluate((heading) => heading === document.activeElement)).toBe(true);
  await app.page.locator('form label').first().waitFor();
  await press('1');
  await press('Enter');
  await app.heading.filter({ hasText: 'Watch both workers' }).waitFor();
  await expect.poll(() => app.heading.evaluate((heading) => heading === document.activeElement)).toBe(true);
  await press('ArrowRight');
  await expect
    .poll(() => app.page.locator('.stage svg[role=group]').getAttribute('aria-label'))
    .not.toBe('The run at 0.0 s');
  await press(' ');
  await app.page.getByRole('button', { name: 'Pause' }).waitFor();
  await press(' ');
  await app.page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  await press(' ');
  await app.heading.filter({ hasText: 'What did you see?' }).waitFor({ timeout: 15_000 });
  await press('3');
  await press('Enter');
  await app.page.locator('main > .timeline').waitFor();
});

test('on the stage arrows go from record to record and Enter explains one; Escape closes', async () => {
  await tabTo(/order-\d/);
  await press('ArrowDown');
  await press('ArrowRight');
  await press('Enter');
  await app.page.locator('main > .inspector').waitFor();
  await press('Escape');
  await app.page.locator('main > .inspector').waitFor({ state: 'detached' });
});

test('? lists the keys, and single keys can be turned off', async () => {
  await press('?');
  const dialog = app.page.getByRole('dialog');
  await dialog.waitFor();
  expect(await app.violations()).toEqual([]);
  await tabTo(/Close/);
  await dialog.getByLabel('Single keys do something').press(' ');
  await press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await press('?');
  await app.page.waitForTimeout(200);
  expect(await dialog.isVisible()).toBe(false);
  expect(app.console).toEqual([]);
});
