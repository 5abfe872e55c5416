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

/** The way through a scenario: what is answered to each question, by the place of its option or by a number, and each run between them. */
type Way = readonly ('run' | { readonly choose: number } | { readonly number: number })[];

describe.each(settings)('$name', (options) => {
  const isEnglish = options.language === 'en';
  let app: AppPage;

  beforeAll(async () => {
    app = await AppPage.open(browser, { ...options, hash: '#/scenario/late-window' });
  });

  afterAll(async () => {
    await app.close();
  });

  const isAccessible = async (): Promise<void> => expect(await app.violations()).toEqual([]);
  const table = (): Promise<string> => app.page.locator('.aside table').innerText();
  const stage = (): Promise<string> => app.page.locator('.stage .frame').innerText();
  const open = async (name: string): Promise<void> => {
    await app.page.goto(app.page.url().replace(/#.*/, `#/scenario/${name}`));
    await app.page.locator('.stage .frame').waitFor();
  };

  /** Goes on from where nothing is asked any more. A prediction leads on by itself, and so does a run: to what was seen. */
  async function walk(way: Way): Promise<void> {
    /** The step that is shown asks nothing any more. */
    let isSettled = true;
    let wasRun = false;
    for (const step of way) {
      if (step === 'run') {
        await app.run();
        wasRun = true;
        continue;
      }
      if (isSettled) await app.goOn.click();
      await app.page.locator('form fieldset:not([disabled]) input').first().waitFor();
      if ('number' in step) {
        await app.page.locator('form input[type=number]').fill(String(step.number));
        await app.page.locator('form .choices button').first().click();
      } else await app.answer(step.choose);
      isSettled = wasRun;
      wasRun = false;
    }
  }

  test('20: 9 counts, 8 falls, [0, 10) is 3, and silence writes nothing', async () => {
    await walk([{ choose: 1 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(isEnglish ? /dropped\s+→ counts/ : /丢弃\s+→ 计入/);
    expect(await app.everythingSaid()).not.toMatch(isEnglish ? /closed at 15|closes \[0, 10\)/ : /关闭 \[0, 10\)/);
    await isAccessible();
    await walk([{ choose: 0 }, { number: 4 }, 'run', { choose: 0 }]);
    expect(await app.page.locator('[data-arrival][data-outcome=dropped]').count()).toBe(1);
    expect(await table()).toMatch(/4\s+→ 3/);
    expect(await stage()).toMatch(isEnglish ? /Stream time 15 s/ : /流时间 15 秒/);
    await isAccessible();
    await walk([{ choose: 0 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(isEnglish ? /at 25 s\s+→ not written/ : /25 秒\s+→ 没有写出/);
    expect(await app.page.locator('[data-topic=counts] [data-offset]').count()).toBe(1);
    await isAccessible();
  });

  test('19: sku-1 is reordered, its task moves and its stock comes back, and new code reads the past', async () => {
    await open('retail-desk');
    await walk([{ choose: 2 }, { number: 3 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/3\s+→ 7/);
    expect(await app.page.locator('[data-topic=reorders] [data-offset]').count()).toBe(1);
    await isAccessible();
    await walk([{ choose: 1 }, { choose: 1 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/9\s+→ 2/);
    const owners = app.page.locator('[data-task="2_1"][data-open=true]');
    expect(await owners.getAttribute('data-owner')).toBe('desk-1');
    expect(await app.page.locator('table[data-store=stock]').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/sku-1\s+2/)]),
    );
    await walk([{ choose: 0 }, 'run', { choose: 0 }]);
    const reorders = app.page.locator('[data-topic=reorders] [data-offset]');
    expect(await reorders.count()).toBe(3);
    await isAccessible();
    await reorders.first().locator('[role=button]').click();
    await app.page.locator('.inspector').first().waitFor();
    expect(await app.page.locator('.inspector').first().innerText()).toMatch(
      /retail-sales-by-sku-repartition[\s\S]*order-6/,
    );
    await app.page.keyboard.press('Escape');
  });

  test('15: nine records bring the table back, four once the changelog is compacted, none with its disk', async () => {
    await open('price-table');
    await walk([{ choose: 2 }, { choose: 1 }, { number: 2 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/2\s+→ 9/);
    await walk([{ number: 9 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/9\s+→ 4/);
    expect(await app.page.locator('[data-topic$=changelog] .gone').count()).toBe(5);
    await walk([{ number: 4 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/4\s+→ 0/);
    await isAccessible();
  });

  test('21: one result, three, four; a refusal; and a silent miss', async () => {
    await open('silent-joins');
    await walk([{ number: 2 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/2\s+→ 1/);
    await walk([{ number: 1 }, 'run', { choose: 0 }, { number: 2 }, 'run', { choose: 0 }]);
    expect(await table()).toMatch(/2\s+→ 4/);
    await isAccessible();
    await walk([{ choose: 0 }, 'run', { choose: 0 }]);
    expect(await stage()).toContain('TopologyException');
    await walk([{ choose: 0 }, 'run', { choose: 0 }]);
    expect(await app.page.locator('[data-topic=priced-orders] [data-offset]').count()).toBe(1);
    await isAccessible();
    expect(app.console).toEqual([]);
    expect(app.strayRequests).toEqual([]);
  });
});

describe('with the keyboard alone', () => {
  let app: AppPage;

  beforeAll(async () => {
    app = await AppPage.open(browser, { hash: '#/scenario/late-window', hurries: true });
  });

  afterAll(async () => {
    await app.close();
  });

  test('20: the story is told, and an arrival is found and read on the stage', async () => {
    const { page } = app;
    await page.locator('.stage .frame').waitFor();
    await app.goOn.focus();
    await page.keyboard.press('Enter');
    await page.locator('form fieldset input').first().focus();
    await page.keyboard.press('Space');
    await page.locator('form .choices button').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.told > p > button').focus();
    await page.keyboard.press('Enter');
    await page.locator('form label').first().waitFor({ timeout: 30_000 });
    // One thing of the stage is in the sequence of Tab; arrows lead on from it.
    expect(await page.locator('.stage .frame [data-focus][tabindex="0"]').count()).toBe(1);
    await page.locator('.stage .frame [data-focus][tabindex="0"]').focus();
    const row = () => page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? '');
    for (let press = 0; press < 12 && !(await row()).startsWith('arrivals'); press++)
      await page.keyboard.press('ArrowDown');
    expect(await row()).toBe('arrivals 0_1');
    await page.keyboard.press('Home');
    for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('.inspector').first().waitFor();
    expect(await page.locator('.inspector').first().innerText()).toMatch(
      /clicks p1, offset 3[\s\S]*9\.0 s[\s\S]*12\.0 s/,
    );
    expect(app.console).toEqual([]);
  });
});

test('the retail desk runs on own sales and shipments; a bad line is told with its number', async () => {
  const app = await AppPage.open(browser, { hash: '#/own-sales', hurries: true });
  await app.page
    .locator('textarea')
    .fill(
      '{"type":"sale","sku":"tea","qty":8}\n{"type":"gift","sku":"tea","qty":1}\n{"type":"shipment","sku":"tea","qty":5}',
    );
  await app.page.getByText('2 records read as JSON').waitFor();
  expect((await app.page.locator('main table').first().innerText()).replaceAll(/\s+/g, ' ')).toContain(
    '2 {"type":"gift","sku":"tea","qty":1} a type that is sale or shipment',
  );
  expect(await app.violations()).toEqual([]);
  await app.page.getByRole('button', { name: 'Run the retail desk on them' }).click();
  await app.page.locator('.stage .frame').waitFor();
  await app.goOn.click();
  await app.page.locator('form input[type=number]').fill('2');
  await app.page.locator('form .choices button').first().click();
  await app.run();
  expect(await app.page.locator('[data-topic=stock-levels] [data-offset]').count()).toBe(2);
  expect(await app.page.locator('[data-topic=reorders] [data-offset]').count()).toBe(1);
  expect(app.console).toEqual([]);
  await app.close();
});
