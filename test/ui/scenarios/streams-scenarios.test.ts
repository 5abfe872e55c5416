import { beforeAll, describe, expect, test } from 'vitest';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { StreamsRun } from '../../../src/engine/scenario/streams-run.js';
import { StreamsRunProjector } from '../../../src/engine/scenario/streams-run-projector.js';
import type { StreamsRunSpec } from '../../../src/engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../../src/engine/scenario/streams-run-view.js';
import { catalogue, scenarioNames } from '../../../src/ui/scenarios/catalogue.js';
import {
  arrivals,
  clickAt,
  droppedOf,
  printedFor,
  printedOf,
  sentAtMs,
} from '../../../src/ui/scenarios/late-window/scenario.js';
import { isWhole } from '../../../src/ui/scenarios/price-table/scenario.js';
import { movementsOf } from '../../../src/ui/scenarios/retail-desk/movements.js';
import { isRight, itemsIn, movedIn, reordersUntil, stockOf } from '../../../src/ui/scenarios/retail-desk/outcome.js';
import { pricedOf } from '../../../src/ui/scenarios/silent-joins/scenario.js';
import { withApplication } from '../../../src/ui/scenarios/streams-outcome.js';
import { loadPlay, type StreamsPlay } from '../../../src/ui/state/play.js';
import { streamsSections } from '../../../src/ui/state/streams-variations.js';
import { streamsTextsOf } from '../../../src/ui/texts/streams-languages.js';
import { describesScenario, type ExpectedScenario, type PlayedScenario } from '../fixtures/describes-scenario.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

const expected = {
  'late-window': {
    right: {
      nine: ['counted'],
      'saw-nine': ['edge-stayed'],
      count: ['3'],
      eight: ['dropped'],
      'saw-eight': ['closed-by-fifteen'],
      next: ['never'],
      'saw-silence': ['waits'],
      guarantee: ['same-partition'],
    },
    keepsPromise: (outcome) => printedFor(outcome, 10_000)?.count === 2,
    meets: (spec) =>
      withApplication(spec, 'clicks-app', (each) =>
        each.program.program === 'window-count'
          ? { ...each, program: { ...each.program, graceMs: 10_000, emits: 'updates' } }
          : each,
      ),
    says: { 'saw-nine': /12 s/, 'saw-eight': /final count, 3,/, 'saw-silence': /60 s[\s\S]*15 s[\s\S]*holds 2/ },
  },
  'retail-desk': {
    right: {
      reorder: ['sku-1'],
      updates: ['7'],
      'saw-sales': ['each-update'],
      takeover: ['2'],
      again: ['changelog'],
      'saw-kill': ['came-back'],
      'new-code': ['3'],
      'saw-new-code': ['added'],
      'saw-own': [],
      guarantee: ['reset', 'new-id'],
    },
    keepsPromise: isRight,
    meets: (spec) =>
      withApplication(spec, 'retail', (each) => ({ ...each, cacheMaxBytes: 1_000_000, commitIntervalMs: 10_000 })),
    says: {
      'saw-sales': /7 records came in and 7 stock levels went out[\s\S]*Only sku-1 fell/,
      'saw-kill': /read 17 records[\s\S]*sku-1 is 2[\s\S]*sku-2 got dearer/,
      'saw-new-code': /has 3 records now/,
    },
  },
  'price-table': {
    right: {
      rows: ['2'],
      deleted: ['same'],
      reads: ['9'],
      'saw-full': ['from-changelog'],
      compacted: ['4'],
      'saw-compacted': ['fewer'],
      kept: ['0'],
      'saw-kept': ['nothing-read'],
      guarantee: ['compact', 'input-topic'],
    },
    keepsPromise: isWhole,
    meets: (spec) =>
      withApplication(spec, 'prices-app', (each) => ({
        ...each,
        program: { program: 'price-table', changelog: 'input-topic' },
      })),
    says: {
      'saw-full': /9 records[\s\S]*sku-1 7, sku-3 3/,
      'saw-compacted': /left out 5 of 9 records\. 4 were read/,
      'saw-kept': /read 0 records/,
    },
  },
  'silent-joins': {
    right: {
      'stream-table': ['1'],
      'saw-stream-table': ['only-sale-2'],
      'table-table': ['3'],
      'saw-table-table': ['both-sides'],
      'stream-stream': ['4'],
      'saw-stream-stream': ['every-pair'],
      partitions: ['refused'],
      'saw-partitions': ['failed'],
      fourth: ['second-only'],
      'saw-fourth': ['elsewhere'],
      guarantee: ['repartition', 'global', 'write-again'],
    },
    keepsPromise: (outcome) => pricedOf(outcome, 'unequal').join() === 'sale 3 at 10,sale 4 at 20',
    meets: (spec) =>
      withApplication(spec, 'unequal', (each) =>
        each.program.program === 'price-join'
          ? { ...each, program: { ...each.program, join: 'left-stream-table' } }
          : each,
      ),
    says: {
      'saw-stream-table': /1 result: sale 2 at 10/,
      'saw-table-table': /3 results: sale 1 at 10; sale 2 at 10; sale 2 at 12/,
      'saw-stream-stream': /4 results/,
      'saw-partitions': /TopologyException[\s\S]*not co-partitioned/,
      'saw-fourth': /sale 4 at 20 is all[\s\S]*went to p3[\s\S]*lies in p1/,
    },
  },
} as const satisfies Readonly<Record<string, ExpectedScenario<StreamsRunSpec, StreamsRunView>>>;

type Name = keyof typeof expected;
const names = Object.keys(expected) as readonly Name[];
const plays = new Map<Name, StreamsPlay>();
const outcomes = new Map<Name, StreamsRunView>();

async function outcomeOf(spec: StreamsRunSpec): Promise<StreamsRunView> {
  const run = await StreamsRun.open(spec, { settle });
  await run.advanceTo(spec.endsAtMs + 1);
  const projector = new StreamsRunProjector(spec, run.originMs);
  projector.add(run.trace);
  return projector.viewAt(projector.endMs ?? spec.endsAtMs);
}

beforeAll(async () => {
  const host = new NodeScenarioHost();
  for (const name of names) {
    const play = (await loadPlay(name))({ host, frames: new ManualFrames(host), name, keepsRuns: false });
    if (play.kind !== 'streams') throw new Error(`${name} is no scenario on streams applications.`);
    plays.set(name, play);
    outcomes.set(name, await outcomeOf(play.player.scenario.spec));
  }
}, 120_000);

const playOf = (name: Name): StreamsPlay => plays.get(name) as StreamsPlay;
const playedOf = (name: Name): PlayedScenario<StreamsRunSpec, StreamsRunView> => ({
  scenario: playOf(name).player.scenario,
  texts: playOf(name).texts,
  outcome: outcomes.get(name) as StreamsRunView,
});

test('every scenario on streams applications that is listed is tested here', () => {
  const listed = scenarioNames.filter((name) => catalogue[name].subject === 'streams');
  expect([...listed].sort()).toEqual([...names].sort());
});

for (const name of names)
  describesScenario(
    name,
    expected[name],
    () => playedOf(name),
    outcomeOf,
    (spec) => streamsSections(spec, playOf(name).variations, streamsTextsOf('en')),
  );

describe('20, as Kafka Streams does it', () => {
  const outcome = (): StreamsRunView => playedOf('late-window').outcome;

  test('9 is taken at stream time 12, 15 closes [0, 10) with 3, 8 is dropped, [10, 20) never prints', () => {
    expect(clickAt(outcome(), 9_000)).toMatchObject({ streamTimeMs: 12_000, drops: [] });
    expect(printedOf(outcome())).toEqual([{ startMs: 0, count: 3, atMs: expect.any(Number) as number }]);
    const { atMs } = printedFor(outcome(), 0) as { atMs: number };
    expect(atMs).toBeGreaterThanOrEqual(sentAtMs(arrivals.indexOf(15_000)));
    expect(atMs).toBeLessThan(sentAtMs(arrivals.indexOf(8_000)));
    expect(droppedOf(outcome()).map(({ timestampMs, drops }) => [timestampMs, drops[0]?.window])).toEqual([
      [8_000, { startMs: 0, endMs: 10_000 }],
    ]);
    expect(outcome().atMs).toBe(60_000);
  });

  test('hopping windows every 5 s drop 8 from [0, 10) and take it into [5, 15)', async () => {
    const hopping = await outcomeOf(withWindows('hopping'));
    expect(clickAt(hopping, 8_000)?.drops.map(({ window }) => window?.startMs)).toEqual([0]);
  });

  test('a session of gap 10 s holds all six', async () => {
    const session = await outcomeOf(withWindows('session'));
    expect(droppedOf(session)).toEqual([]);
    expect(session.applications[0]?.tasks.flatMap(({ stores }) => stores[0]?.rows.map(({ value }) => value))).toEqual([
      '6',
    ]);
  });

  function withWindows(window: 'hopping' | 'session'): StreamsRunSpec {
    return withApplication(playedOf('late-window').scenario.spec, 'clicks-app', (each) =>
      each.program.program === 'window-count' ? { ...each, program: { ...each.program, window } } : each,
    );
  }
});

describe('19, on own sales and shipments', () => {
  const own = [
    { key: 'sale', value: '{"sku":"tea","qty":3}' },
    { key: 'shipment', value: '{"sku":"tea","qty":5}' },
    { key: 'sale', value: '{"sku":"pot","qty":8}' },
    { key: 'sale', value: '{"sku":"tea","qty":4}' },
  ];

  test('runs on them, with a prediction from their own run, and gives them back as they were', async () => {
    const host = new NodeScenarioHost();
    const options = { host, frames: new ManualFrames(host), name: 'retail-desk/own', keepsRuns: false };
    const play = (await loadPlay('retail-desk/own'))(options, own);
    if (play.kind !== 'streams') throw new Error('The retail desk is no scenario on streams applications.');
    const { scenario } = play.player;
    expect(play.isOwn).toBe(true);
    expect(movementsOf(scenario.spec)).toEqual(own);
    const outcome = await outcomeOf(scenario.spec);
    expect([movedIn(outcome), itemsIn(outcome)]).toEqual([4, 2]);
    expect([stockOf(outcome, 'tea'), stockOf(outcome, 'pot')]).toEqual([8, 2]);
    expect(reordersUntil(outcome, outcome.atMs)).toEqual(['pot']);
    const right = scenario.questions['updates']
      ?.options(scenario.spec, outcome)
      .filter((option) => option.holds(outcome, scenario.spec));
    expect(right?.map(({ id }) => id)).toEqual(['4']);
    const seen = scenario.questions['saw-own']
      ?.options(scenario.spec, outcome)
      .filter((option) => option.holds(outcome, scenario.spec));
    expect(seen?.map(({ id }) => id)).toEqual(['each-update']);
    expect(scenario.challenge.isMet(outcome, scenario.spec)).toBe(false);
    const held = withApplication(scenario.spec, 'retail', (each) => ({
      ...each,
      cacheMaxBytes: 1_000_000,
      commitIntervalMs: 10_000,
    }));
    expect(scenario.challenge.isMet(await outcomeOf(held), held)).toBe(true);
    for (const { steps, challenge } of Object.values(play.texts)) {
      const context = { own: true, spec: scenario.spec, label: String };
      for (const { id } of scenario.steps) {
        const words = [steps[id]?.heading(context), ...(steps[id]?.body(context) ?? [])].join(' ');
        const told = steps[id]?.explanation?.(context, outcome).paragraphs.join(' ') ?? '';
        expect(`${words} ${told}`).toMatch(/\S/);
        expect(`${words} ${told}`).not.toMatch(/undefined|NaN|sku-1/);
      }
      expect(challenge.goal(context)).not.toMatch(/12/);
    }
  });
});
