import { chromium } from 'playwright';
import { expect, inject, onTestFinished, test } from 'vitest';
import { chromiumArguments, findChromium } from '../../../scripts/find-chromium.mjs';

test('a page that another machine serves by plain http runs its scenarios', async () => {
  const browser = await chromium.launch({
    executablePath: await findChromium({ install: false }),
    args: [...chromiumArguments, '--host-resolver-rules=MAP classroom.test 127.0.0.1'],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  const url = new URL(inject('appUrl'));
  url.hostname = 'classroom.test';
  await page.goto(`${url.href}#/scenario/order`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await page.locator('main h1').waitFor();
  expect(errors).toEqual([]);
});
