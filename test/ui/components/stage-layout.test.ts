import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LaneId } from '../../../src/engine/scenario/run-spec.js';
import { layOutStage, type LaneShape, type StageLayoutInput } from '../../../src/ui/components/stage-layout.js';

const shape = (lane: LaneId, rows: number, lines = 3): LaneShape => ({
  lane,
  rows,
  lines,
  sentence: 'Each goes to whoever is free; gone once acknowledged.',
  legend: lane === 'topic' ? [130, 80, 120] : [],
});
const three = (members: number): StageLayoutInput['lanes'] => [
  shape('queue', 2, 2),
  shape('publish-subscribe', 2, 2),
  shape('topic', members),
];
const room = (width: number, height: number, members = 3, labelPx = 14): StageLayoutInput => ({
  width,
  height,
  labelPx,
  lanes: three(members),
  nameWidth: 100,
});

describe('layOutStage', () => {
  test.each([3, 4, 5])(
    'at 1024×768 every row of all three lanes is seen without scrolling, with %i members',
    (members) => {
      const layout = layOutStage(room(1024, 520, members));
      expect(layout.width).toBeLessThanOrEqual(1024);
      expect(layout.height).toBeLessThanOrEqual(520);
      expect(layout.lanes.flatMap((lane) => lane.rows)).toHaveLength(4 + members);
      expect(layout.lanes.every((lane) => !lane.isFolded)).toBe(true);
    },
  );

  test('at 1440×900 there is room for a sentence in each lane and a legend', () => {
    const layout = layOutStage(room(840, 720));
    expect(layout.height).toBeLessThanOrEqual(720);
    expect(layout.lanes.every((lane) => lane.sentence.length > 0)).toBe(true);
    expect(layout.lanes[2]?.legend).toHaveLength(3);
  });

  test('in a narrow room the state now lies over what was handled in time, and the stage is wider than the room', () => {
    const layout = layOutStage(room(390, 700));
    expect(layout.mode).toBe('stacked');
    expect(layout.width).toBeGreaterThan(390);
    for (const lane of layout.lanes) {
      expect(lane.now.x + lane.now.width).toBeLessThanOrEqual(390);
      expect(lane.now.y + lane.now.height).toBeLessThanOrEqual(lane.rows[0]?.top ?? 0);
      expect(lane.axisLabelY).toBeDefined();
    }
  });

  test('over six rows, rows are low and the other lanes fold to a line, until another one is opened', () => {
    const crowded = { ...room(1024, 520), lanes: [shape('queue', 2), shape('topic', 9)] };
    const [queue, topic] = layOutStage(crowded).lanes;
    expect(queue?.isFolded).toBe(true);
    expect(topic?.isFolded).toBe(false);
    expect((topic?.rows[1]?.top ?? 0) - (topic?.rows[0]?.top ?? 0)).toBe(20);
    expect(layOutStage({ ...crowded, openLane: 'queue' }).lanes.map((lane) => lane.isFolded)).toEqual([false, true]);
  });

  test('nothing lies over anything else, whatever the room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 320, max: 2000 }),
        fc.integer({ min: 300, max: 1400 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(14, 18),
        (width, height, members, labelPx) => {
          const layout = layOutStage(room(width, height, members, labelPx));
          let bottom = 0;
          for (const lane of layout.lanes) {
            expect(lane.top).toBeGreaterThanOrEqual(bottom);
            bottom = lane.top + lane.height;
            lane.rows.forEach((row, at) => {
              expect(row.top + row.barHeight).toBeLessThanOrEqual(bottom);
              const next = lane.rows[at + 1];
              if (next !== undefined) expect(row.top + row.barHeight).toBeLessThan(next.top);
            });
            if (!lane.isFolded) {
              const lowestWord = Math.max(
                lane.title.y,
                ...lane.sentence.map(({ y }) => y),
                ...lane.legend.map(({ y }) => y),
              );
              expect(lowestWord).toBeLessThanOrEqual(lane.now.y + 2);
              expect(lane.now.y + lane.now.height).toBeLessThanOrEqual(bottom);
            }
          }
          expect(layout.height).toBeGreaterThanOrEqual(bottom);
          if (layout.mode === 'beside') expect(layout.nowEnd).toBeLessThan(layout.axis.x0 - 100);
          expect(layout.axis.x1 - layout.axis.x0).toBeGreaterThan(200);
        },
      ),
    );
  });
});
