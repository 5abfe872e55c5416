import fc from 'fast-check';
import { searchProperty, type Mutant } from '../../../../mutants/mutant.js';
import { SimulatedBrowser, type Faults } from './simulated-browser.js';
import type { SimulatedTab } from './simulated-tab.js';

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

/** What tabs do, and what goes wrong meanwhile. */
export interface Storm {
  readonly seed: number;
  readonly faults: Faults;
  readonly steps: readonly Step[];
}

export const anyStorm: fc.Arbitrary<Storm> = fc.record({
  seed: fc.nat(),
  faults: fc.record({ repeatsOneIn: fc.constantFrom(0, 2, 5), longestDelayMs: fc.constantFrom(0, 1, 30) }),
  steps: fc.array(anyStep, { minLength: 5, maxLength: 60, size: 'max' }),
});

/** A storm that is over. */
export interface Weather {
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
export async function weather({ seed, faults, steps }: Storm, rules?: { isFenced: boolean }): Promise<Weather> {
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
export function expectSafety({ browser, acknowledged }: Weather): void {
  const values = new Set(browser.log.values.map(({ value }) => value));
  for (const value of acknowledged) if (!values.has(value)) throw new Error(`${value} was acknowledged and is lost.`);
  const tokens = browser.log.values.map(({ token }) => token);
  tokens.forEach((token, at) => {
    const before = tokens[at - 1] ?? 0;
    if (token < before) throw new Error(`Leader ${token} wrote after leader ${before} had.`);
  });
}

/** One leads, and whoever writes is answered. */
export async function expectOrder(all: Weather): Promise<void> {
  const { browser, waiting } = all;
  const inUse = browser.tabs.filter(({ isAwake, end }) => isAwake && end === undefined);
  const roles = inUse.map(({ id, role }) => `${id}: ${role}`);
  if (inUse.length > 0 && browser.brokers.length !== 1) throw new Error(`Not one leads: ${roles.join(', ')}.`);
  for (const tab of inUse) write(all, tab);
  await browser.advance(calmMs);
  for (const [value, tab] of waiting)
    if (inUse.includes(tab)) throw new Error(`${value} is not acknowledged after ${calmMs} ms.`);
}

/** What the storms must find. */
export const tabMutants: readonly Mutant[] = [
  {
    breaks: 'a storage that lets every tab write',
    property: 'ENG-1',
    says: /wrote after leader/,
    search: () =>
      searchProperty(
        fc.asyncProperty(anyStorm, async (storm) => expectSafety(await weather(storm, { isFenced: false }))),
        300,
      ),
  },
];
