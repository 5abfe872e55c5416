import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Witness } from '../kills/witness.js';
import { serveLogPage, type ServedLogPage } from '../log-page/served-log-page.js';
import { openPlainChromium, type PlainChromium } from './plain-chromium.js';
import { Tab } from './tab.js';

let served: ServedLogPage;
let chromium: PlainChromium;
let witness: Witness;
let first: Tab;
let second: Tab;
let logs = 0;
let log: string;

beforeAll(async () => {
  served = await serveLogPage();
  chromium = await openPlainChromium();
});

afterAll(async () => {
  await chromium.close();
  await served.close();
});

beforeEach(async () => {
  log = `tabs-${logs++}`;
  witness = new Witness();
  first = await Tab.open(chromium.context, served.url, log, witness);
  second = await Tab.open(chromium.context, served.url, log, witness);
  first.work(0);
  second.work(1);
  await Promise.all([first.appends(5), second.appends(5)]);
  expect([first.role, second.role]).toEqual(['broker', 'client']);
});

afterEach(async () => {
  for (const page of chromium.context.pages()) await page.close();
});

/** Does something to the first tab, waits until the second leads and appends, and tells how long that took. */
async function untilSecondLeads(what: string, act: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await act();
  await second.leads();
  const led = performance.now() - from;
  await second.appends(1);
  const appended = performance.now() - from;
  console.log(
    `${what}: the other tab led after ${led.toFixed(0)} ms, and had appended after ${appended.toFixed(0)} ms`,
  );
}

/** Nothing that was acknowledged to either tab is lost, nothing is there twice. */
async function expectEverything(tab: Tab): Promise<void> {
  await tab.page.evaluate(() => logPage.pause());
  const { lost, wrong } = witness.judge(await tab.page.evaluate(() => logPage.read()));
  expect({ lost, wrong }).toEqual({ lost: { strict: 0, relaxed: 0 }, wrong: [] });
  expect(witness.acknowledged.strict).toBeGreaterThan(0);
}

describe('another tab goes on, with everything that was acknowledged', () => {
  test('when the tab with the broker is closed', async () => {
    await untilSecondLeads('closed', () => first.page.close());
    await expectEverything(second);
  });

  test('when it is loaded again, and it comes back as a client', async () => {
    await untilSecondLeads('reloaded', () => first.page.reload());
    await first.page.evaluate((name) => logPage.open(name), log);
    expect(first.role).toBe('client');
    first.work(2);
    await Promise.all([first.appends(5), second.appends(5)]);
    await first.page.evaluate(() => logPage.pause());
    await expectEverything(second);
  });

  test('when it goes to another page and comes back', async () => {
    await untilSecondLeads('navigated away', () => first.page.goto('about:blank'));
    await first.page.goBack();
    await first.page.evaluate((name) => logPage.open(name), log);
    first.work(2);
    await Promise.all([first.appends(5), second.appends(5)]);
    await first.page.evaluate(() => logPage.pause());
    await expectEverything(second);
  });

  test('when its renderer crashes', async () => {
    const crash = new Promise((resolve) => first.page.once('crash', resolve));
    await untilSecondLeads('crashed', async () => {
      void first.session.send('Page.crash').catch(() => undefined);
      await crash;
    });
    await expectEverything(second);
  });

  test('when its worker dies; the tab goes on as well', async () => {
    const from = performance.now();
    await first.page.evaluate(() => logPage.killWorker());
    await Promise.all([first.appends(5), second.appends(5)]);
    console.log(`worker killed: both tabs had appended again after ${(performance.now() - from).toFixed(0)} ms`);
    expect([first.role, second.role].sort()).toEqual(['broker', 'client']);
    await first.page.evaluate(() => logPage.pause());
    await expectEverything(second);
  });

  test('when the browser freezes it in the middle of its work; when it wakes up it goes on as a client', async () => {
    await untilSecondLeads('frozen', () => first.session.send('Page.setWebLifecycleState', { state: 'frozen' }));
    await first.session.send('Page.setWebLifecycleState', { state: 'active' });
    await Promise.all([first.appends(5), second.appends(5)]);
    expect([first.role, second.role]).toEqual(['client', 'broker']);
    await first.page.evaluate(() => logPage.pause());
    await expectEverything(second);
  });

  // A process that is stopped is told nothing before: so a device sleeps, and so a debugger halts.
  test.skipIf(process.platform === 'win32')(
    'when its process is stopped; when that wakes up it can write nothing, and goes on as a client',
    async () => {
      await first.page.evaluate(() => logPage.pause());
      await second.page.evaluate(() => logPage.pause());
      const renderer = await chromium.processOf(first.page);
      await first.page.evaluate(() => logPage.writeLater('plain', 0, 'too late', 1_200));
      await untilSecondLeads('stopped', async () => {
        process.kill(renderer, 'SIGSTOP');
        await second.page.evaluate(() => logPage.goOn());
      });
      process.kill(renderer, 'SIGCONT');
      expect(await first.page.evaluate(() => logPage.whatBecameOfIt())).not.toMatch(/^error code/);
      await first.page.evaluate(() => logPage.goOn());
      await Promise.all([first.appends(5), second.appends(5)]);
      expect([first.role, second.role]).toEqual(['client', 'broker']);
      await first.page.evaluate(() => logPage.pause());
      await expectEverything(second);
    },
  );
});

describe('a storm of tabs', () => {
  test('that open and close one after the other leaves one broker, and everything that was acknowledged', async () => {
    const passing: Promise<unknown>[] = [];
    for (let opened = 0; opened < 6; opened++) {
      const page = await chromium.context.newPage();
      await page.goto(served.url);
      // It is closed in the middle of opening its log, at a different point each time.
      const opening = page.evaluate((name) => logPage.open(name), log).catch(() => undefined);
      passing.push(second.appends(opened), opening);
      await Promise.race([opening, second.appends(opened)]);
      passing.push(page.close());
      if (opened === 2) await first.page.close();
    }
    await Promise.all(passing);
    await second.appends(5);
    expect(second.role).toBe('broker');
    const last = await Tab.open(chromium.context, served.url, log, witness);
    expect(last.role).toBe('client');
    await expectEverything(second);
  });
});
