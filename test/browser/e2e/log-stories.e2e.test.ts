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
  { name: 'in Chinese, dark, 1024×768', language: 'zh-Hans', dark: true, width: 1024, height: 768, hurries: true },
];

describe.each(settings)('$name', (options) => {
  const isEnglish = options.language === 'en';
  let app: AppPage;

  beforeAll(async () => {
    app = await AppPage.open(browser, options);
  });

  afterAll(async () => {
    await app.close();
  });

  const isAccessible = async (): Promise<void> => expect(await app.violations()).toEqual([]);
  const asked = (): Promise<void> => app.page.locator('form fieldset input').first().waitFor();
  const table = (): Promise<string> => app.page.locator('.aside table').innerText();
  /** Offsets whose records are on the track, by what became of them. */
  const offsets = (state: 'stored' | 'removed' | 'deleted'): Promise<readonly string[]> =>
    app.page
      .locator(`[data-offset].${state}`)
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-offset') ?? ''));

  test('home lists the scenarios by what they are about, each with what it teaches', async () => {
    await app.page.locator('li a').first().waitFor();
    expect(await app.page.locator('li .number').allInnerTexts()).toEqual([
      '1',
      '4',
      '5',
      '3',
      '10',
      '11',
      '2',
      '7',
      '8',
      '9',
      '13',
      '14',
      '15',
      '19',
      '20',
      '21',
    ]);
    const retention = app.page.locator('li', { has: app.page.locator('a[href$="/retention"]') });
    expect(await retention.innerText()).toMatch(
      isEnglish ? /Retention deletes segments, not messages\s+6 min/ : /保留策略删除的是段，不是消息\s+6 分钟/,
    );
    await isAccessible();
  });

  test('13: a record of 65 s is readable at 95 s, for its segment is younger', async () => {
    await app.page.locator('li a[href$="/retention"]').click();
    await app.goOn.click();
    await asked();
    expect(await app.everythingSaid()).not.toMatch(/85 s|115|deleted at|85 秒|删除于|时删除/);
    await app.answer(0);
    await app.run();
    expect(await offsets('stored')).toEqual(['3', '4', '5', '6']);
    expect(await app.everythingSaid()).not.toMatch(/newest record was older|最新的记录也已超过/);
    await isAccessible();
    await app.answer(1);
    expect(await table()).toMatch(isEnglish ? /gone\s+→ readable/ : /已消失\s+→ 可读/);
    expect(await table()).toMatch(isEnglish ? /Retention deletes whole segments/ : /保留策略删除的是整个段/);
    expect(await app.everythingSaid()).toMatch(/newest record was older|最新的记录也已超过/);
    await isAccessible();
  });

  test('13: at 120 s the log is empty, and its next offset is 7', async () => {
    await app.goOn.click();
    await asked();
    await app.page.locator('form input[type=number]').fill('1');
    await app.page.locator('form .choices button').first().click();
    await app.run();
    expect(await offsets('stored')).toEqual([]);
    expect(await app.page.locator('.stage .frame').innerText()).toMatch(
      isEnglish ? /log start 7 · high watermark 7 · log end 7/ : /日志起点 7 · 高水位 7 · 日志末端 7/,
    );
    await app.answer(2);
    expect(await table()).toMatch(/1\s+→ 0/);
    await isAccessible();
  });

  test('13: the guarantee is tried, and a change meets the challenge', async () => {
    await app.goOn.click();
    await asked();
    await app.answer(1, 2);
    await app.page.getByText(isEnglish ? 'A record became 75 s old.' : '有一条记录留到了 75 秒。').waitFor();
    await app.page.getByText(isEnglish ? 'No record became older than 70 s.' : '没有记录超过 70 秒。').waitFor();
    await app.goOn.click();
    await app.goOn.click();
    await app.page.getByLabel('segment.bytes').fill('72');
    await app.page.getByLabel('segment.bytes').blur();
    await app.page.getByText(isEnglish ? 'It went at 95 s' : '它在 95 秒时消失').waitFor();
    await isAccessible();
  });

  test('14: the survivors are picked on the track; 4, 5, 7 and 8 survive', async () => {
    await app.page.goto(app.page.url().replace(/#.*/, '#/scenario/compaction'));
    await app.goOn.click();
    await app.page.locator('.told > p > button').click();
    await app.page.locator('form .tiles input').first().waitFor({ timeout: 30_000 });
    await app.page.locator('[data-offset="7"]').click();
    await app.page.locator('[data-offset="8"]').focus();
    await app.page.keyboard.press('Enter');
    expect(await app.page.locator('form .tiles input:checked').count()).toBe(2);
    await isAccessible();
    await app.page.locator('form .choices button').first().click();
    await app.run();
    expect(await offsets('stored')).toEqual(['4', '5', '7', '8']);
    expect(await offsets('removed')).toEqual(['0', '1', '2', '3', '6']);
    await app.answer(2);
    expect(await table()).toMatch(/7, 8\s+→ 4, 5, 7, 8/);
    expect(await app.page.locator('.stage .frame').innerText()).toMatch(/593 \D+ 223/);
    await isAccessible();
  });

  test('14: a minute later nothing is dirty and the tombstone is still there', async () => {
    await app.goOn.click();
    await asked();
    await app.answer(0);
    await app.run();
    expect(await offsets('stored')).toEqual(['4', '5', '7', '8']);
    await app.answer(1);
    expect(await table()).toMatch(isEnglish ? /gone\s+→ there/ : /不在\s+→ 还在/);
  });

  test('14: one more change, and a pass leaves 8 and 9', async () => {
    await app.goOn.click();
    await asked();
    await app.answer(0);
    await app.run();
    expect(await offsets('stored')).toEqual(['8', '9']);
    await app.answer(1);
    await app.page.locator('.pass').last().click();
    await app.page.locator('.inspector').first().waitFor();
    expect(await app.page.locator('.inspector').first().innerText()).toMatch(/371 → 148/);
    await isAccessible();
    expect(app.console).toEqual([]);
    expect(app.strayRequests).toEqual([]);
  });

  test('what was predicted is kept, and home tells of it', async () => {
    await app.page.reload();
    await app.heading.waitFor();
    await app.page.goto(app.page.url().replace(/#.*/, '#/'));
    await app.page.getByText(isEnglish ? /predicted 2 of 2/ : /已预测 2 \/ 2/).waitFor();
    await app.page.getByText(isEnglish ? /predicted 3 of 3/ : /已预测 3 \/ 3/).waitFor();
  });
});
