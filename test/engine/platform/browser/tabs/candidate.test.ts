import { expect, test } from 'vitest';
import { SimulatedBrowser } from './simulated-browser.js';
import type { SimulatedTab } from './simulated-tab.js';

/** Tabs in the order in which they are opened; the first leads. */
async function openTabs(browser: SimulatedBrowser, count: number): Promise<SimulatedTab[]> {
  const tabs: SimulatedTab[] = [];
  for (let opened = 0; opened < count; opened++) {
    tabs.push(browser.open());
    await browser.until(() => tabs.at(-1)?.role !== undefined, 3_000);
  }
  return tabs;
}

/** Has a tab write a value; the time passes until that is acknowledged. */
async function write(browser: SimulatedBrowser, tab: SimulatedTab, value: string, limitMs = 10_000): Promise<void> {
  let isDone = false;
  void tab.append(value).then(() => (isDone = true));
  await browser.until(() => isDone, limitMs);
}

const stored = (browser: SimulatedBrowser): string[] => browser.log.values.map(({ value }) => value);
const rolesOf = (tabs: readonly SimulatedTab[]) => tabs.map(({ role }) => role);

test('the first tab leads, every other is its client, and all can write', async () => {
  const browser = new SimulatedBrowser('all write');
  const tabs = await openTabs(browser, 4);
  expect(rolesOf(tabs)).toEqual(['broker', 'client', 'client', 'client']);
  for (const tab of tabs) await write(browser, tab, tab.id);
  expect(stored(browser)).toEqual(['tab-0', 'tab-1', 'tab-2', 'tab-3']);
  expect(browser.log.opened).toBe(1);
});

test('L7 a tab that dies is followed at once: by the one that has waited longest', async () => {
  const browser = new SimulatedBrowser('death');
  const [first, second, third] = await openTabs(browser, 3);
  first?.die();
  expect(await browser.until(() => second?.role === 'broker', 2_000)).toBeLessThan(200);
  await write(browser, third as SimulatedTab, 'after');
  expect(stored(browser)).toEqual(['after']);
  expect(third?.role).toBe('client');
});

test('L7 a tab that falls asleep is followed within 2 s', async () => {
  const browser = new SimulatedBrowser('sleep');
  const [first, second] = await openTabs(browser, 2);
  first?.sleep();
  expect(await browser.until(() => second?.role === 'broker', 10_000)).toBeLessThan(2_000);
});

test('L7 also if the tab that is next in the queue sleeps too', async () => {
  const browser = new SimulatedBrowser('sleeping heir');
  const [first, second, third] = await openTabs(browser, 3);
  second?.sleep();
  first?.die();
  expect(await browser.until(() => third?.role === 'broker', 10_000)).toBeLessThan(2_000);
  await write(browser, third as SimulatedTab, 'after');
});

test('ENG-1 what a tab writes that wakes up as no longer the leader is refused, and it becomes a client', async () => {
  const browser = new SimulatedBrowser('zombie');
  const [first, second] = (await openTabs(browser, 2)) as [SimulatedTab, SimulatedTab];
  let isDone = false;
  void first.append('begun before the sleep').then(() => (isDone = true));
  await browser.advance(1);
  first.sleep();
  await browser.until(() => second.role === 'broker', 10_000);
  await write(browser, second, 'by the new leader');
  first.wake();
  await browser.until(() => isDone, 10_000);
  expect(first.role).toBe('client');
  expect(browser.log.values).toEqual([
    { value: 'by the new leader', token: 2 },
    { value: 'begun before the sleep', token: 2 },
  ]);
});

test('a client that slept does not take its own sleep for that of the leader', async () => {
  const browser = new SimulatedBrowser('sleeping client');
  const [first, second] = (await openTabs(browser, 2)) as [SimulatedTab, SimulatedTab];
  second.sleep();
  await browser.advance(60_000);
  second.wake();
  await browser.advance(10_000);
  expect(rolesOf([first, second])).toEqual(['broker', 'client']);
  expect(browser.log.opened).toBe(1);
});

test('of several tabs that find the leader asleep one leads in the end, with hardly a detour', async () => {
  const browser = new SimulatedBrowser('many heirs');
  const [first, ...others] = await openTabs(browser, 8);
  first?.sleep();
  await browser.advance(4_000);
  expect(browser.brokers).toHaveLength(1);
  expect(browser.log.opened).toBeLessThanOrEqual(4);
  for (const tab of others) await write(browser, tab, tab.id);
});

test('a leader that is asked to hand over finishes first: nothing is lost, nothing is written twice', async () => {
  const browser = new SimulatedBrowser('yield');
  const [first, second, third] = (await openTabs(browser, 3)) as [SimulatedTab, SimulatedTab, SimulatedTab];
  const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
  const writing = Promise.all(values.map((value, index) => (index % 2 === 0 ? first : third).append(value)));
  await browser.advance(10);
  let isHere = false;
  void second.candidate.takeOver().then(() => (isHere = true));
  expect(await browser.until(() => isHere, 2_000)).toBeLessThan(500);
  await browser.advance(2_000);
  await writing;
  expect(rolesOf([first, second, third])).toEqual(['client', 'broker', 'client']);
  expect(stored(browser).sort()).toEqual(values.sort());
});

test('a tab that is opened to take over does so although the other sleeps', async () => {
  const browser = new SimulatedBrowser('take over');
  const [first] = (await openTabs(browser, 1)) as [SimulatedTab];
  first.sleep();
  const second = browser.open({ takeOver: true });
  expect(await browser.until(() => second.role === 'broker', 2_000)).toBeLessThan(200);
});

test('a leader that lives but can not be reached is left alone, and the tab told so', async () => {
  const browser = new SimulatedBrowser('no hub');
  browser.hasHub = false;
  const [first] = (await openTabs(browser, 1)) as [SimulatedTab];
  const second = browser.open();
  await browser.until(() => second.end !== undefined, 2_000);
  expect(second.end).toEqual({ kind: 'unreachable' });
  expect(first.role).toBe('broker');
  const third = browser.open({ takeOver: true });
  await browser.until(() => third.role === 'broker', 2_000);
  await browser.until(() => first.end !== undefined, 2_000);
  expect(first.end).toEqual({ kind: 'unreachable' });
});

test('a page that is loaded again where there is no hub waits for its old self to go', async () => {
  const browser = new SimulatedBrowser('reload');
  browser.hasHub = false;
  const [before] = (await openTabs(browser, 1)) as [SimulatedTab];
  before.sleep();
  const after = browser.open();
  await browser.advance(800);
  expect(after.end).toBeUndefined();
  before.die();
  expect(await browser.until(() => after.role === 'broker', 2_000)).toBeLessThan(200);
});

test('a storage that can not be opened ends the tab that tried; the next one tries for itself', async () => {
  const browser = new SimulatedBrowser('broken storage');
  browser.log.opensLeft = 0;
  const first = browser.open();
  await browser.until(() => first.end !== undefined, 2_000);
  expect(first.end).toMatchObject({ kind: 'failed', error: { message: 'The storage can not be opened.' } });
  browser.log.opensLeft = 1;
  const second = browser.open();
  expect(await browser.until(() => second.role === 'broker', 2_000)).toBeLessThan(200);
});

test('a leader whose storage is opened by one that woke up too late takes it back, but not for ever', async () => {
  const browser = new SimulatedBrowser('fenced');
  const [first] = (await openTabs(browser, 1)) as [SimulatedTab];
  const intrude = async (): Promise<void> => {
    await browser.outcome(browser.log.open(first, () => undefined));
  };
  for (let times = 0; times < 3; times++) {
    await intrude();
    await write(browser, first, `value ${times}`);
    expect(first.role).toBe('broker');
  }
  await intrude();
  void first.append('one too many').catch(() => undefined);
  await browser.until(() => first.end !== undefined, 2_000);
  expect(first.end).toEqual({ kind: 'fenced' });
  expect(stored(browser)).toEqual(['value 0', 'value 1', 'value 2']);
});

test('a tab that stops hands over at once, with everything acknowledged stored', async () => {
  const browser = new SimulatedBrowser('stop');
  const [first, second] = (await openTabs(browser, 2)) as [SimulatedTab, SimulatedTab];
  const acknowledged: string[] = [];
  for (let value = 0; value < 50; value++)
    void second.append(`value ${value}`).then(() => acknowledged.push(`value ${value}`));
  await browser.advance(20);
  await browser.outcome(first.candidate.stop());
  await browser.until(() => acknowledged.length === 50 && second.role === 'broker', 5_000);
  expect(stored(browser).sort()).toEqual(acknowledged.sort());
  await expect(first.append('afterwards')).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' });
});
