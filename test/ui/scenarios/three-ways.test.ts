import { beforeAll, describe, expect, test } from 'vitest';
import type { RunView } from '../../../src/engine/scenario/run-view.js';
import { actorsOf, handledCounts, laneOf, verdictOf, withLanes } from '../../../src/ui/scenarios/run-outcome.js';
import { threeWaysSpec } from '../../../src/ui/scenarios/three-ways/default-run.js';
import { overtakingIn } from '../../../src/ui/scenarios/three-ways/facts.js';
import { overtakes, threeWays, type QuestionId } from '../../../src/ui/scenarios/three-ways/scenario.js';
import * as vary from '../../../src/ui/scenarios/three-ways/variations.js';
import { NodeScenarioHost, outcomeOf } from '../fixtures/scenario-host.js';

const host = new NodeScenarioHost();
const scenario = threeWays();
const { spec } = scenario;
let outcome: RunView;

beforeAll(async () => {
  outcome = await outcomeOf(host, spec);
});

const right = (question: QuestionId): string[] =>
  scenario.questions[question]
    .options(spec, outcome)
    .filter((option) => option.holds(outcome, spec))
    .map(({ id }) => id);

describe('the run at its defaults', () => {
  test('the queue gives 10 and 2, and order-2 paid is finished about 2.6 s before placed', () => {
    expect(handledCounts(outcome, 'queue')).toEqual([10, 2]);
    const overtaking = overtakingIn(outcome, 'queue');
    expect(overtaking).toMatchObject({ key: 'order-2', earlier: 1, later: 7 });
    expect(overtaking?.byMs).toBeGreaterThan(2_500);
    expect(overtaking?.byMs).toBeLessThan(2_700);
  });

  test('publish/subscribe gives 12 to each, group A splits 8 and 4, group B gets 12', () => {
    expect(handledCounts(outcome, 'publish-subscribe')).toEqual([12, 12]);
    expect(handledCounts(outcome, 'topic', 'A')).toEqual([8, 4]);
    expect(handledCounts(outcome, 'topic', 'B')).toEqual([12]);
  });

  test('sequence is kept by every subscriber and group, across keys by no group', () => {
    for (const { kept } of laneOf(outcome, 'publish-subscribe').verdicts) expect(kept).toBe(true);
    expect(verdictOf(outcome, 'topic', 'A')).toMatchObject({ kept: true });
    expect(verdictOf(outcome, 'topic', 'B')).toMatchObject({ kept: true, keptAcrossKeys: false });
  });
});

describe('the questions', () => {
  test.each<[QuestionId, string[]]>([
    ['slow-share', ['2']],
    ['overtaking', ['queue']],
    ['queue-saw', ['overtook']],
    ['copies', ['24']],
    ['fan-saw', ['everybody']],
    ['group-split', ['8-4']],
    ['group-rest', ['12']],
    ['topic-saw', ['by-partition']],
    ['guarantee', ['exclusive', 'partition']],
  ])('%s is answered by %j', (question, answers) => {
    expect(right(question)).toEqual(answers);
  });

  test('every wrong answer is really wrong and names what is believed by those who choose it', () => {
    for (const [id, question] of Object.entries(scenario.questions)) {
      for (const option of question.options(spec, outcome)) {
        expect([id, option.id, option.misconception === undefined]).toEqual([
          id,
          option.id,
          option.holds(outcome, spec),
        ]);
      }
    }
  });

  test('predictions offer what the misconceptions expect', () => {
    const offered = (question: QuestionId): string[] =>
      scenario.questions[question].options(spec, outcome).map(({ id }) => id);
    expect(offered('slow-share')).toEqual(['2', '6', '12']);
    expect(offered('group-split')).toEqual(['6-6', '8-4', '12-12']);
    expect(offered('group-rest')).toEqual(['0', '6', '12']);
    expect(offered('copies')).toEqual(['12', '18', '24']);
  });

  test('a prediction comes before each run, and what was seen is asked after it', () => {
    for (const lane of spec.lanes) {
      const phases = scenario.steps.filter(({ lanes }) => lanes?.length === 1 && lanes[0] === lane.lane);
      const told = phases.filter(({ phase }) => phase !== 'set-up').map(({ phase }) => phase);
      expect(told.slice(-2)).toEqual(['run', 'observe']);
      expect(told.slice(0, -2).length).toBeGreaterThan(0);
      expect(new Set(told.slice(0, -2))).toEqual(new Set(['predict']));
    }
  });
});

describe('what guarantees sequence', () => {
  const options = scenario.questions.guarantee.options(spec, {} as RunView);
  test.each(options.map((option) => [option.id, option] as const))(
    '%s is judged by runs with several seeds',
    async (_, option) => {
      for (const seed of ['1', '2', 'three']) {
        const trial = option.trial?.({ ...spec, seed });
        if (trial === undefined) throw new Error('a trial was expected');
        const tried = await outcomeOf(host, trial);
        expect(tried.lanes.some(({ lane }) => overtakes(tried, lane))).toBe(!option.holds(outcome, spec));
      }
    },
  );
});

describe('what can be varied', () => {
  const changed = (change: vary.Change, lanes: readonly ('queue' | 'publish-subscribe' | 'topic')[]) =>
    outcomeOf(host, withLanes(change(threeWaysSpec()), lanes));

  test('at equal speeds the queue gives 6 and 6, and nothing overtakes', async () => {
    const run = await changed(vary.workerSpeed('worker-2', 1000), ['queue']);
    expect(handledCounts(run, 'queue')).toEqual([6, 6]);
    expect(verdictOf(run, 'queue')?.kept).toBe(true);
  });

  test('an exclusive consumer keeps the sequence and leaves the other worker standing by', async () => {
    const run = await changed(vary.delivery('exclusive'), ['queue']);
    expect(handledCounts(run, 'queue')).toEqual([12, 0]);
    expect(verdictOf(run, 'queue')).toMatchObject({ kept: true, keptAcrossKeys: true });
    expect(actorsOf(run, 'queue')[1]?.standsBy).toBe(true);
  });

  test('a late subscriber misses what came before it', async () => {
    const run = await changed(vary.subscriberJoins('subscriber-2', 5000), ['publish-subscribe']);
    expect(handledCounts(run, 'publish-subscribe')).toEqual([12, 6]);
  });

  test('a late group that says latest reads nothing', async () => {
    const run = await changed(vary.offsetReset('B', 'latest'), ['topic']);
    expect(handledCounts(run, 'topic', 'B')).toEqual([0]);
  });

  test('a fourth member is idle, and no error', async () => {
    const run = await changed(vary.memberCount('A', 4), ['topic']);
    expect(handledCounts(run, 'topic', 'A')).toEqual([6, 2, 4, 0]);
    expect(actorsOf(run, 'topic', 'A')[3]?.standsBy).toBe(true);
  });

  test('group A splits 8 and 4 at any speed', async () => {
    for (const handlingMs of [100, 4000, 12_000]) {
      const run = await changed(vary.memberSpeed('A', 'A-2', handlingMs), ['topic']);
      expect(handledCounts(run, 'topic', 'A')).toEqual([8, 4]);
    }
  });

  test('the challenge: no speed makes group A handle paid before placed, removing the key does', async () => {
    for (const handlingMs of [100, 5000, 20_000]) {
      const run = await changed(vary.memberSpeed('A', 'A-2', handlingMs), ['topic']);
      expect(scenario.challenge.isMet(run, spec)).toBe(false);
    }
    const slow = vary.memberSpeed('A', 'A-2', 5000);
    const run = await changed((given) => vary.keyed(false)(slow(given)), ['topic']);
    expect(scenario.challenge.isMet(run, spec)).toBe(true);
  });
});

test('on own records the options come from their run', async () => {
  const own = threeWays(
    Array.from({ length: 9 }, (_, at) => ({ key: at % 2 === 0 ? 'left' : 'right', value: String(at) })),
  );
  const run = await outcomeOf(host, own.spec);
  for (const question of Object.values(own.questions)) {
    const options = question.options(own.spec, run);
    expect(options.length).toBeGreaterThan(1);
    expect(options.some((option) => option.holds(run, own.spec))).toBe(true);
  }
  expect(handledCounts(run, 'publish-subscribe')).toEqual([9, 9]);
});
