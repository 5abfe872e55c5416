import { describe, expect, test } from 'vitest';
import type { RunSpec } from '../../../src/engine/scenario/run-spec.js';
import type { RunView } from '../../../src/engine/scenario/run-view.js';
import { RunProjector } from '../../../src/engine/scenario/run-projector.js';
import { ScenarioRun } from '../../../src/engine/scenario/scenario-run.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { groupA, groupB, publishSubscribeLane, queueLane, specOf, topicLane } from './twelve-orders.js';

async function runToEnd(spec: RunSpec): Promise<{ view: RunView; projector: RunProjector; run: ScenarioRun }> {
  const run = await ScenarioRun.open(spec, { settle });
  await run.advanceTo(Number.MAX_SAFE_INTEGER - run.originMs);
  const projector = new RunProjector(spec, run.originMs);
  projector.add(run.trace);
  expect(run.finished).toBe(true);
  return { view: projector.viewAt(projector.endMs ?? 0), projector, run };
}

const counts = (view: RunView, lane = 0): number[] => view.lanes[lane]?.actors.map((actor) => actor.handledCount) ?? [];
const seeds = ['1', '2', 'three', '42'];

describe.each(seeds)('the twelve orders with seed %s', (seed) => {
  test('a competing queue gives the fast worker ten and the slow one two, and order-2 paid is finished 2.6 s before placed', async () => {
    const { view } = await runToEnd(specOf([queueLane()], { seed }));
    expect(counts(view)).toEqual([10, 2]);
    const [verdict] = view.lanes[0]?.verdicts ?? [];
    expect(verdict?.kept).toBe(false);
    expect(verdict?.brokenKeys).toEqual(['order-2']);
    expect(verdict?.overtakings).toHaveLength(1);
    expect(verdict?.overtakings[0]).toMatchObject({
      earlier: 1,
      later: 7,
      earlierActor: 'worker-2',
      laterActor: 'worker-1',
    });
    expect(verdict?.overtakings[0]?.byMs).toBeGreaterThan(2500);
    expect(verdict?.overtakings[0]?.byMs).toBeLessThan(2700);
  });

  test('at equal speeds the queue shares six and six and nothing overtakes', async () => {
    const { view } = await runToEnd(specOf([queueLane([1000, 1000])], { seed }));
    expect(counts(view)).toEqual([6, 6]);
    expect(view.lanes[0]?.verdicts[0]).toMatchObject({ kept: true, keysJudged: 6 });
  });

  test('an exclusive consumer keeps the sequence and works alone', async () => {
    const { view } = await runToEnd(specOf([queueLane([1000, 9500], 'exclusive')], { seed }));
    expect(counts(view)).toEqual([12, 0]);
    expect(view.lanes[0]?.verdicts[0]).toMatchObject({ kept: true, keptAcrossKeys: true });
  });

  test('publish/subscribe gives everybody everything, and a late subscriber only what comes after it', async () => {
    const everybody = await runToEnd(specOf([publishSubscribeLane()], { seed }));
    expect(counts(everybody.view)).toEqual([12, 12]);
    expect(everybody.view.lanes[0]?.deliveredCount).toBe(24);
    const late = await runToEnd(specOf([publishSubscribeLane([0, 4000])], { seed }));
    expect(counts(late.view)).toEqual([12, 7]);
    expect(late.view.lanes[0]).toMatchObject({ missed: [{ records: [] }, { records: [0, 1, 2, 3, 4] }] });
  });

  test('group A splits eight and four at any speed and group B reads all twelve, in sequence within each partition and in none between them', async () => {
    for (const speeds of [
      [1000, 2200],
      [2200, 1000],
      [500, 500],
    ]) {
      const { view } = await runToEnd(specOf([topicLane([groupA(speeds), groupB()])], { seed }));
      expect(counts(view)).toEqual([8, 4, 12]);
      const [a, b] = view.lanes[0]?.verdicts ?? [];
      expect(a).toMatchObject({ scope: 'A', kept: true });
      expect(b).toMatchObject({ scope: 'B', kept: true, keptAcrossKeys: false });
      const member = view.lanes[0]?.actors.find((actor) => actor.actor === 'B-1');
      for (const partition of [0, 1, 2]) {
        const offsets = member?.handlings
          .filter((handling) => handling.partition === partition)
          .map(({ offset }) => offset);
        expect(offsets).toEqual([...(offsets ?? [])].sort((x, y) => Number(x) - Number(y)));
      }
    }
  });

  test('a late group reads from the start only if it says earliest', async () => {
    const { view } = await runToEnd(specOf([topicLane([groupA(), groupB('latest')])], { seed }));
    expect(counts(view)).toEqual([8, 4, 0]);
  });

  test('a fourth member is idle and no error', async () => {
    const { view } = await runToEnd(specOf([topicLane([groupA([1000, 1000, 1000, 1000])])], { seed }));
    expect(counts(view)).toEqual([6, 2, 4, 0]);
    expect(view.lanes[0]?.actors[3]).toMatchObject({ standsBy: true, partitions: [] });
  });

  test('committed offsets end at the high watermarks', async () => {
    const { view } = await runToEnd(specOf([topicLane()], { seed }));
    const lane = view.lanes[0];
    if (lane?.lane !== 'topic') throw new Error('the topic lane was expected');
    expect(lane.partitions.map(({ highWatermark }) => highWatermark)).toEqual([6, 2, 4]);
    for (const group of lane.groups) expect(group.partitions.map(({ committed }) => committed)).toEqual([6, 2, 4]);
  });
});

test('without keys group A can handle paid before placed; with keys no speed can', async () => {
  const verdicts = async (keyed: boolean, seed: string) => {
    const { view } = await runToEnd(specOf([topicLane([groupA([500, 9000])], { keyed })], { seed }));
    return view.lanes[0]?.verdicts[0];
  };
  const without = await Promise.all(seeds.map((seed) => verdicts(false, seed)));
  expect(without.some((verdict) => verdict?.kept === false)).toBe(true);
  for (const seed of seeds) expect((await verdicts(true, seed))?.kept).toBe(true);
});

test('a lane does the same alone as beside the others', async () => {
  const alone = await runToEnd(specOf([queueLane()]));
  const together = await runToEnd(specOf([queueLane(), publishSubscribeLane(), topicLane()]));
  const strip = (view: RunView) =>
    view.lanes[0]?.actors.map(({ handlings }) =>
      handlings.map(({ record, fromMs, toMs }) => ({ record, fromMs, toMs })),
    );
  expect(strip(alone.view)).toEqual(strip(together.view));
  expect(counts(together.view, 1)).toEqual([12, 12]);
  expect(counts(together.view, 2)).toEqual([8, 4, 12]);
});

test('a dragged bar lengthens that handling alone and what comes after it follows from it', async () => {
  const override = { lane: 'queue', actor: 'worker-1', record: 0, handlingMs: 8000 } as const;
  const { view } = await runToEnd(specOf([queueLane()], { overrides: [override] }));
  const first = view.lanes[0]?.actors[0]?.handlings[0];
  // A bar begins when the queue gives the message away, a few milliseconds before it is in the worker's hands.
  expect((first?.toMs ?? 0) - (first?.fromMs ?? 0)).toBeGreaterThanOrEqual(8000);
  expect((first?.toMs ?? 0) - (first?.fromMs ?? 0)).toBeLessThan(8010);
  const next = view.lanes[0]?.actors[0]?.handlings[1];
  expect(next?.record).toBe(2);
  expect(next?.fromMs).toBeGreaterThan(8000);
  expect(view.lanes[0]?.handledCount).toBe(12);
});

test('a message that is not acknowledged in time is handed out again', async () => {
  const override = { lane: 'queue', actor: 'worker-1', record: 0, handlingMs: 40_000 } as const;
  const { view } = await runToEnd(specOf([queueLane()], { overrides: [override] }));
  expect(view.lanes[0]).toMatchObject({ redeliveredCount: 1, acknowledgedCount: 12 });
});

test('a view holds nothing that comes after its moment, whichever way the head moves', async () => {
  const { projector } = await runToEnd(specOf([queueLane(), publishSubscribeLane(), topicLane()]));
  const end = projector.endMs ?? 0;
  const forward = [0, 3000, 7000, 10_000, end].map((at) => projector.viewAt(at));
  for (const view of forward) {
    const times = view.lanes.flatMap((lane) =>
      lane.actors.flatMap(({ handlings }) => handlings.flatMap(({ fromMs, toMs }) => [fromMs, toMs ?? 0])),
    );
    expect(Math.max(0, ...times)).toBeLessThanOrEqual(view.atMs);
  }
  const backward = [end, 10_000, 7000, 3000, 0].map((at) => projector.viewAt(at)).reverse();
  expect(backward).toEqual(forward);
});

test.each(['7', '8'])('a run ends when the last handling has ended, with seed %s', async (seed) => {
  const { view } = await runToEnd(specOf([topicLane([groupA([1000, 5000]), groupB()], { keyed: false })], { seed }));
  expect(view.lanes[0]?.handledCount).toBe(24);
  expect(view.lanes[0]?.deliveredCount).toBe(24);
});
