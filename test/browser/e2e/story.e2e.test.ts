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

/** What would tell the outcome of a lane: sums, verdicts, brackets. */
const outcomes = {
  en: /overtook|\b10 of 12|\b2 of 12|12 of 12|\b\d+ handled|broken for|kept,|\d+ \/ \d+ = \d+|acknowledged\s*12\b/,
  'zh-Hans': /后发先至|\d+\/12 条|已处理 \d+|被打乱|\d+ \/ \d+ = \d+|已确认\s*12/,
} as const;

const settings: readonly (AppPageOptions & { readonly language: 'en' | 'zh-Hans'; readonly name: string })[] = [
  { name: 'in English, light, 1440×900', language: 'en', width: 1440, height: 900 },
  { name: 'in Chinese, dark, 1024×768', language: 'zh-Hans', dark: true, width: 1024, height: 768, hurries: true },
];

describe.each(settings)('the scenario $name', (options) => {
  const isEnglish = options.language === 'en';
  let app: AppPage;

  beforeAll(async () => {
    app = await AppPage.open(browser, options);
  });

  afterAll(async () => {
    await app.close();
  });

  const isSilent = async (): Promise<void> =>
    expect(await app.everythingSaid()).not.toMatch(outcomes[options.language]);
  const isAccessible = async (): Promise<void> => expect(await app.violations()).toEqual([]);
  const ledger = (): Promise<string> => app.page.locator('main > .ledger').innerText();

  test('home leads to the first question with two clicks, and axe finds nothing', async () => {
    await app.page.getByRole('img').waitFor();
    expect(await app.page.locator('html').getAttribute('lang')).toBe(options.language);
    await isAccessible();
    await app.page.locator('a.button').click();
    await app.goOn.click();
    await app.page.locator('form label').first().waitFor();
    expect(await app.page.locator('form label').allInnerTexts()).toHaveLength(3);
  });

  test('queue: predicted, run, seen; nothing tells the outcome before the question is answered', async () => {
    await isSilent();
    await isAccessible();
    await app.answer(1);
    await isSilent();
    await app.answer(0);
    await isSilent();
    await app.run();
    expect(await app.page.locator('main > .timeline, main > .ledger').count()).toBe(0);
    await isSilent();
    await isAccessible();
    await app.answer(2);
    await app.page.locator('main > .timeline').first().waitFor();
    expect(await app.everythingSaid()).toMatch(
      isEnglish ? /2b overtook 2a by 2\.6 s/ : /2b 比 2a 后发先至，早 2\.6 秒/,
    );
    expect(await app.page.locator('.aside table').innerText()).toMatch(/6\s+→ 2/);
    if (isEnglish) expect(await ledger()).toMatch(/Queue · 10 \/ 2 = 12[\s\S]*broken for order-2/);
    await isAccessible();
  });

  test('publish/subscribe: 12 predicted, 24 happened, nothing told before', async () => {
    await app.goOn.click();
    await app.page.locator('form label').first().waitFor();
    await isSilent();
    await app.answer(0);
    await app.run();
    await isSilent();
    await app.answer(1);
    expect(await app.page.locator('.aside table').innerText()).toMatch(/12\s+→ 24/);
    await isAccessible();
  });

  test('topic: 8 and 4, and 12 again for group B, nothing told before', async () => {
    await app.goOn.click();
    await app.page.locator('form label').first().waitFor();
    await isSilent();
    await app.answer(0);
    await app.answer(2);
    await isSilent();
    await app.run();
    await isSilent();
    await isAccessible();
    await app.answer(1);
    expect(await app.page.locator('.aside table').innerText()).toMatch(/6 \/ 6\s+→ 8 \/ 4/);
    if (isEnglish) expect(await ledger()).toMatch(/Group A · 8 \/ 4 = 12[\s\S]*Group B · 12/);
    await isAccessible();
  });

  test('the three stand side by side, all rows seen without scrolling, labels at least 14 px', async () => {
    await app.goOn.click();
    const play = app.page.locator('.controls .play');
    await play.filter({ hasText: isEnglish ? 'Pause' : '暂停' }).waitFor();
    await play.filter({ hasText: isEnglish ? 'Play' : '播放' }).waitFor({ timeout: 20_000 });
    const frame = app.page.locator('.stage .frame');
    expect(
      await frame.evaluate((node) => [node.scrollHeight - node.clientHeight, node.scrollWidth - node.clientWidth]),
    ).toEqual([0, 0]);
    const smallest = await frame
      .locator('svg text')
      .evaluateAll((texts) => Math.min(...texts.map((text) => parseFloat(getComputedStyle(text).fontSize))));
    expect(smallest).toBeGreaterThanOrEqual(14);
    const rows = await frame.innerText();
    for (const row of isEnglish
      ? ['worker 1', 'worker 2', 'subscriber 2', 'A · member 2', 'B · member 1']
      : ['工作者 1', '工作者 2', '订阅者 2', 'A · 成员 2', 'B · 成员 1']) {
      expect(rows).toContain(row);
    }
    expect(await app.page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
    await isAccessible();
  });

  test('a record that is picked is explained back to what caused it', async () => {
    await app.page.locator('[data-focus^="bars"], [data-focus*="worker-1"]').first().click();
    const inspector = app.page.locator('main > .inspector');
    await inspector.getByText('order-1').first().waitFor();
    await inspector.getByText('CRC-32C').waitFor();
    await isAccessible();
    await app.page.keyboard.press('Escape');
  });

  test('what does not guarantee sequence is refuted by a run', async () => {
    await app.goOn.click();
    await app.page.locator('form label').first().waitFor();
    await app.answer(0, 1, 2, 3);
    const trials = app.page.locator('.aside li');
    await trials.nth(3).waitFor();
    const told = await trials.allInnerTexts();
    const overtook = told.map((text) => (isEnglish ? /overtook/ : /后发先至/).test(text));
    expect(overtook).toEqual([true, false, true, false]);
    await isAccessible();
    await trials.first().getByRole('button').click();
    await expect.poll(() => app.page.locator('.stage .frame').innerText()).toMatch(isEnglish ? /overtook/ : /后发先至/);
  });

  test('one change runs at once, with the former run as ghosts', async () => {
    await app.goOn.click();
    const vary = app.page.locator('.vary');
    await vary.waitFor();
    await isAccessible();
    await vary.locator('input[type=checkbox]').first().check();
    await app.page
      .locator('.stage')
      .getByText(isEnglish ? 'stands by' : '待命')
      .waitFor();
    if (isEnglish) {
      await app.page.locator('main > .ledger').getByText('Queue · 12 / 0 = 12').waitFor();
      await vary.locator('input[type=checkbox]').first().uncheck();
      await vary.locator('input[type=number]').nth(1).fill('1');
      await vary.locator('input[type=number]').nth(1).press('Tab');
      await app.page.locator('main > .ledger').getByText('Queue · 6 / 6 = 12').waitFor();
    }
  });

  test('free play ends with the challenge: no speed does it, removing the key does', async () => {
    await app.goOn.click();
    const challenge = app.page.locator('.challenge');
    await challenge.waitFor();
    const slow = app.page.locator('.vary fieldset').nth(2).locator('input[type=number]').nth(3);
    await slow.fill('5');
    await slow.press('Tab');
    await challenge.getByText(isEnglish ? 'One run so far' : '已运行 1 次').waitFor();
    await app.page.locator('.vary fieldset').nth(2).locator('input[type=checkbox]').uncheck();
    await challenge.getByText('✓').waitFor();
    await isAccessible();
  });

  test('nothing was said on the console and nothing was asked for outside the page’s origin', () => {
    expect(app.console).toEqual([]);
    expect(app.strayRequests).toEqual([]);
  });
});
