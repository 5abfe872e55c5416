import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counterexample, holds } from '../../../../properties/replay.js';
import { SimulatedBrowser, type Faults } from './simulated-browser.js';
import type { SimulatedTab } from './simulated-tab.js';

const file = 'engine/platform/browser/tabs/candidate.properties.test.ts';

/** How long after the last fault everything must be in order again: the most patient tab waits 16 pings for a leader that sleeps. */
const calmMs = 12_000;
const mostTabs = 8;

type Step =
  | { readonly do: 'open'; readonly takeOver: boolean }
  | { readonly do: 'stop' | 'die' | 'sleep' | 'wake' | 'take over' | 'write'; readonly tab: number }
  | { readonly do: 'wait'; readonly ms: number };

const anyTab = fc.nat(mostTabs - 1);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), takeOver: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'die' as const), tab: anyTab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('sleep' as const, 'wake' as const), tab: anyTab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take over' as const), tab: anyTab }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), tab: anyTab }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(900) }) },
);

interface Storm {
  readonly seed: number;
  readonly faults: Faults;
  readonly steps: readonly Step[];
}

const anyStorm: fc.Arbitrary<Storm> = fc.record({
  seed: fc.nat(),
  faults: fc.record({ repeatsOneIn: fc.constantFrom(0, 2, 5), longestDelayMs: fc.constantFrom(0, 1, 30) }),
  steps: fc.array(anyStep, { minLength: 5, maxLength: 60, size: 'max' }),
});

interface Weather {
  readonly browser: SimulatedBrowser;
  readonly acknowledged: Set<string>;
  /** Writes of tabs that live and have not given up. */
  readonly waiting: Map<string, SimulatedTab>;
}

function write({ browser, acknowledged, waiting }: Weather, tab: SimulatedTab): void {
  const value = `${tab.id}: ${browser.nextNumber()}`;
  waiting.set(value, tab);
  tab
    .append(value)
    .then(() => acknowledged.add(value))
    .catch(() => undefined)
    .finally(() => waiting.delete(value));
}

async function carryOut(step: Step, weather: Weather): Promise<void> {
  const { browser } = weather;
  const living = browser.tabs.filter(({ isAlive }) => isAlive);
  if (step.do === 'open') {
    if (living.length < mostTabs) browser.open(step);
    return;
  }
  if (step.do === 'wait') return browser.advance(step.ms);
  const tab = living[step.tab % living.length];
  if (tab === undefined) return;
  if (step.do === 'sleep') tab.sleep();
  else if (step.do === 'wake') tab.wake();
  else if (step.do === 'die') tab.die();
  else if (!tab.isAwake) return;
  else if (step.do === 'write') write(weather, tab);
  else if (step.do === 'take over') void tab.candidate.takeOver().catch(() => undefined);
  else void tab.candidate.stop().then(() => tab.die());
}

/** Carries the storm out, and gives what the tabs were then in order to do. */
async function weather({ seed, faults, steps }: Storm, rules?: { isFenced: boolean }): Promise<Weather> {
  const browser = new SimulatedBrowser(`storm ${seed}`, faults, rules);
  const all: Weather = { browser, acknowledged: new Set(), waiting: new Map() };
  for (const step of steps) {
    await carryOut(step, all);
    await browser.advance(0);
  }
  await browser.advance(calmMs);
  return all;
}

/** ENG-1, ENG-3: what is acknowledged is stored, and nobody writes after a newer leader has written. */
function expectSafety({ browser, acknowledged }: Weather): void {
  const values = new Set(browser.log.values.map(({ value }) => value));
  for (const value of acknowledged) if (!values.has(value)) throw new Error(`${value} was acknowledged and is lost.`);
  const tokens = browser.log.values.map(({ token }) => token);
  tokens.forEach((token, at) => {
    const before = tokens[at - 1] ?? 0;
    if (token < before) throw new Error(`Leader ${token} wrote after leader ${before} had.`);
  });
}

async function expectOrder(all: Weather): Promise<void> {
  const { browser, waiting } = all;
  const inUse = browser.tabs.filter(({ isAwake, end }) => isAwake && end === undefined);
  const roles = inUse.map(({ id, role }) => `${id}: ${role}`);
  if (inUse.length > 0 && browser.brokers.length !== 1) throw new Error(`Not one leads: ${roles.join(', ')}.`);
  for (const tab of inUse) write(all, tab);
  await browser.advance(calmMs);
  for (const [value, tab] of waiting)
    if (inUse.includes(tab)) throw new Error(`${value} is not acknowledged after ${calmMs} ms.`);
}

const storms =
  'ENG-3 ENG-5 in a storm of tabs that come, go, sleep and take over nothing acknowledged is lost, and one leads in the end';

test(storms, { timeout: 120_000 }, async () => {
  const claim = async (storm: Storm): Promise<void> => {
    const all = await weather(storm);
    expectSafety(all);
    await expectOrder(all);
    expectSafety(all);
  };
  await holds({ file, name: storms }, anyStorm, claim, Number(process.env['PARTITA_STORMS'] ?? 60));
});

test('a storage that lets everybody write is found out', { timeout: 120_000 }, async () => {
  const found = await counterexample(
    anyStorm,
    async (storm) => expectSafety(await weather(storm, { isFenced: false })),
    300,
  );
  expect(found).toMatch(/wrote after leader/);
});
