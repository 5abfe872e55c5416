import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../chromium.js';
import { AppPage } from './app-page.js';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
});

/** The run time that the stage shows, in seconds. */
async function shownSeconds(app: AppPage): Promise<number> {
  const name = await app.page.locator('.stage svg[role=group]').getAttribute('aria-label');
  return Number(/[\d.]+/.exec(name ?? '')?.[0]);
}

/** Predicts both questions of the queue, starts its run, and waits until it is past `seconds`. */
async function runQueueTo(app: AppPage, seconds: number): Promise<void> {
  await app.goOn.click();
  await app.page.locator('form label').first().waitFor();
  await app.answer(1);
  await app.answer(0);
  await app.page.locator('.told > p > button').click();
  await expect.poll(() => shownSeconds(app), { timeout: 15_000 }).toBeGreaterThan(seconds);
}

describe('a reload in mid-run', () => {
  test('stands where it was and goes on, predictions and all', async () => {
    const app = await AppPage.open(browser, { hash: '#/three-ways' });
    await runQueueTo(app, 8);
    const before = await shownSeconds(app);
    await app.page.reload();
    await app.heading.filter({ hasText: 'Watch both workers' }).waitFor();
    const after = await shownSeconds(app);
    expect(after).toBeGreaterThan(before - 4);
    await expect.poll(() => app.page.locator('.aside table').innerText()).toMatch(/6[\s\S]*queue/);
    await app.page.locator('form label').first().waitFor({ timeout: 15_000 });
    await app.heading.filter({ hasText: 'What did you see?' }).waitFor();
    const databases = await app.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    expect(databases.some((name) => name?.includes('three-ways:queue'))).toBe(true);
    expect(app.console).toEqual([]);
    await app.close();
  });

  test('home tells how many predictions were made', async () => {
    const app = await AppPage.open(browser, { hash: '#/three-ways' });
    await runQueueTo(app, 1);
    await app.page.getByRole('link', { name: /^Partita/ }).click();
    await app.page.getByText('predicted 2 of 5').waitFor();
    await app.page.reload();
    await app.page.getByText('predicted 2 of 5').waitFor();
    await app.close();
  });
});

describe('a second tab', () => {
  test('says that the first has the log, watches it, takes it over; the first then says so', async () => {
    const first = await AppPage.open(browser, { hash: '#/three-ways' });
    await first.goOn.waitFor();
    const second = await AppPage.open(browser, { hash: '#/three-ways' }, first.context);
    await second.page.getByRole('heading', { name: 'Another tab has the log' }).waitFor();
    expect(await second.violations()).toEqual([]);
    await second.page.getByRole('button', { name: 'Watch' }).click();
    await second.page.getByText('You are watching another tab').waitFor();
    await runQueueTo(first, 3);
    await second.heading.filter({ hasText: 'Watch both workers' }).waitFor();
    await expect.poll(() => shownSeconds(second), { timeout: 10_000 }).toBeGreaterThan(3);
    expect(await second.page.locator('.told').getAttribute('inert')).not.toBeNull();

    await second.page.getByRole('button', { name: 'Take over' }).click();
    await first.page.getByRole('heading', { name: 'Another tab took over the log' }).waitFor();
    await second.page.locator('.told:not([inert])').waitFor();
    await second.heading.filter({ hasText: /Watch both workers|What did you see/ }).waitFor();

    await first.page.getByRole('button', { name: 'Take it back' }).click();
    await first.page.locator('.told:not([inert])').waitFor();
    await second.page.getByRole('heading', { name: 'Another tab took over the log' }).waitFor();
    expect([...first.console, ...second.console]).toEqual([]);
    await first.close();
  });

  test('goes on by itself when the first is closed, whatever it was doing', async () => {
    const first = await AppPage.open(browser, { hash: '#/three-ways' });
    await first.goOn.waitFor();
    const watching = await AppPage.open(browser, { hash: '#/three-ways' }, first.context);
    await watching.page.getByRole('button', { name: 'Watch' }).click();
    await watching.page.getByText('You are watching another tab').waitFor();
    const waiting = await AppPage.open(browser, { hash: '#/three-ways' }, first.context);
    await waiting.page.getByRole('heading', { name: 'Another tab has the log' }).waitFor();
    await runQueueTo(first, 2);

    await first.page.close();
    await watching.page.locator('.told:not([inert])').waitFor();
    await watching.heading.filter({ hasText: /Watch both workers|What did you see/ }).waitFor();
    await watching.page.close();
    await waiting.page.locator('.told:not([inert])').waitFor();
    await waiting.heading.filter({ hasText: /Watch both workers|What did you see/ }).waitFor();
    expect([...watching.console, ...waiting.console]).toEqual([]);
    await first.close();
  });
});
