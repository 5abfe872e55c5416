import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../chromium.js';
import { AppPage, type AppPageOptions } from './app-page.js';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
});

const settings: readonly (AppPageOptions & { readonly language: 'en' | 'zh-Hans'; readonly name: string })[] = [
  { name: 'in English, light, 1440×900', language: 'en', width: 1440, height: 900, hurries: true },
  { name: 'in Chinese, dark, 390×844', language: 'zh-Hans', dark: true, width: 390, height: 844, hurries: true },
];

describe.each(settings)('$name', (options) => {
  const isEnglish = options.language === 'en';
  let app: AppPage;

  beforeAll(async () => {
    app = await AppPage.open(browser, { ...options, hash: '#/scenario/crash' });
  });

  afterAll(async () => {
    await app.close();
  });

  const isAccessible = async (): Promise<void> => expect(await app.violations()).toEqual([]);
  const asked = (): Promise<void> => app.page.locator('form fieldset input').first().waitFor();
  const table = (): Promise<string> => app.page.locator('.aside table').innerText();

  test('9: who commits first has handled three of five in the end', async () => {
    await app.goOn.click();
    await asked();
    await isAccessible();
    await app.answer(1);
    await app.run();
    expect(await app.everythingSaid()).not.toMatch(/at most once|至多一次/);
    await app.answer(0);
    expect(await table()).toMatch(isEnglish ? /5 calls\s+→ 3 calls/ : /5 次\s+→ 3 次/);
    expect(await app.everythingSaid()).toMatch(/at most once|至多一次/);
    await isAccessible();
  });

  test('9: who handles first calls eight times, three of them again', async () => {
    await app.goOn.click();
    await asked();
    await app.answer(2);
    await app.run();
    await app.answer(2);
    expect(await table()).toMatch(isEnglish ? /8 calls/ : /8 次/);
    expect(await app.everythingSaid()).toMatch(/at least once|至少一次/);
    await isAccessible();
    expect(app.console).toEqual([]);
    expect(app.strayRequests).toEqual([]);
  });
});

test('names in headings are set as code, as they are in the text', async () => {
  const app = await AppPage.open(browser, { hash: '#/scenario/reset' });
  await app.goOn.click();
  await app.page.locator('form fieldset input').first().waitFor();
  expect(await app.heading.innerText()).toBe('new-earliest: new, earliest');
  expect(await app.heading.locator('code').innerText()).toBe('new-earliest');
  await app.close();
});

test('on a projector the story stays beside the stage of groups, from the first step to the last', async () => {
  const app = await AppPage.open(browser, { hash: '#/scenario/read-again', width: 1024, height: 768 });
  await app.heading.waitFor();
  const widthOfStory = async (): Promise<number> => (await app.page.locator('main > .story').boundingBox())?.width ?? 0;
  const before = await widthOfStory();
  expect(before).toBeLessThan(400);
  await app.goOn.click();
  await app.page.locator('form fieldset input').first().waitFor();
  expect(await widthOfStory()).toBe(before);
  await app.close();
});
