import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../chromium.js';
import { AppPage } from './app-page.js';

let browser: Browser;
let app: AppPage;

beforeAll(async () => {
  browser = await openChromium();
  app = await AppPage.open(browser, { hash: '#/own-records' });
});

afterAll(async () => {
  await app.close();
  await browser.close();
});

const input = () => app.page.locator('textarea');

test('malformed lines are named with what was found and expected, and the good ones stay', async () => {
  await input().fill('{"order":"A-1"}\n{"order":\n[2]\n{"order":"A-2"}\n{"order":"A-1"}');
  const rows = await app.page.locator('main table').first().locator('tbody tr').allInnerTexts();
  expect(rows.map((row) => row.replaceAll(/\s+/g, ' '))).toEqual([
    '2 {"order": a complete JSON object, such as {"order":"A-17"}',
    '3 [2] one JSON object a line, in braces',
  ]);
  await app.page.getByText('3 records read as JSON').waitFor();
  expect(await app.violations()).toEqual([]);
});

test('CSV with quoted cells is read, and the key can be chosen', async () => {
  await input().fill('id,note\n1,"a, b"\n2,"c ""d"""\n1,e\n2,f');
  await app.page.getByText('4 records read as CSV').waitFor();
  const key = app.page.getByLabel('Key', { exact: true });
  expect(await key.inputValue()).toBe('id');
  await key.selectOption('');
  await app.page.getByText('#1').waitFor();
  await key.selectOption('id');
  await app.page.getByText('1b').waitFor();
});

test('a dropped file is read', async () => {
  const data = await app.page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{"sku":"x"}\n{"sku":"y"}\n{"sku":"x"}\n'], 'mine.jsonl'));
    return transfer;
  });
  await input().dispatchEvent('drop', { dataTransfer: data });
  await app.page.getByText('3 records read as JSON').waitFor();
});

test('the scenario runs on them, with predictions from their own run', async () => {
  await input().fill(
    ['placed', 'paid']
      .flatMap((step) => ['ann', 'bob', 'cat', 'dan'].map((who) => JSON.stringify({ who, step })))
      .join('\n'),
  );
  await app.page.getByLabel('Key', { exact: true }).selectOption('who');
  await app.page.getByRole('button', { name: 'Run the scenario on them' }).click();
  await app.heading.filter({ hasText: 'Your 8 records' }).waitFor();
  await app.goOn.click();
  await app.page.locator('form label').first().waitFor();
  const options = (await app.page.locator('form label > span').allInnerTexts()).map(Number);
  expect(options).toContain(4);
  expect(options).toContain(8);
  await app.answer(0);
  await app.answer(0);
  await app.run();
  expect(await app.page.locator('.stage .frame').innerText()).toMatch(/anna[\s\S]*dan?b/);
});

test('after a reload they are still there, and another run of theirs can begin', async () => {
  const step = await app.heading.innerText();
  await app.page.reload();
  await app.heading.filter({ hasText: step }).waitFor();
  await app.page.goto(app.page.url().replace(/#.*/, '#/own-records'));
  await app.page.getByRole('link', { name: 'Go on with the records of last time' }).waitFor();
  expect(app.console).toEqual([]);
});
