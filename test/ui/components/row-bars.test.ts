import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActorView, Handling } from '../../../src/engine/scenario/run-view.js';
import { drawRow, isDenseRow, zoomToBars, type RowInput } from '../../../src/ui/components/row-bars.js';
import { textWidth } from '../../../src/ui/components/text-measure.js';

const scale = { fromMs: 0, toMs: 25_000, x0: 400, x1: 900 };
const handling = (record: number, fromMs: number, toMs?: number): Handling => ({
  record,
  attempt: 1,
  fromMs,
  toMs,
  deliveryEvent: 0,
  handledEvent: undefined,
});
const actor = (handlings: readonly Handling[]): ActorView => ({
  actor: 'worker-1',
  presentSinceMs: 0,
  standsBy: false,
  handlings,
  deliveredCount: 0,
  handledCount: 0,
});
const input = (handlings: readonly Handling[], more: Partial<RowInput> = {}): RowInput => ({
  actor: actor(handlings),
  future: undefined,
  ghost: undefined,
  atMs: 10_000,
  scale,
  labelPx: 14,
  hasLabelLine: true,
  label: (record) => `${record}a`,
  ...more,
});
const bars = (row: ReturnType<typeof drawRow>) => (row.kind === 'bars' ? row : { bars: [], future: [], ghosts: [] });

describe('drawRow', () => {
  test('a bar is as long as its handling took, and an unfinished one ends at the head', () => {
    const { bars: drawn } = bars(drawRow(input([handling(1, 0, 2_000), handling(2, 5_000)])));
    expect(drawn.map(({ x, width, isOpen }) => ({ x, width, isOpen }))).toEqual([
      { x: 400, width: 38.5, isOpen: false },
      { x: 500, width: 98.5, isOpen: true },
    ]);
  });

  test('a wide bar holds its label, a narrow one has it above', () => {
    const { bars: drawn } = bars(drawRow(input([handling(1, 0, 4_000), handling(2, 4_000, 4_500)])));
    expect(drawn.map(({ label }) => label?.place)).toEqual(['inside', 'above']);
  });

  test('labels above bars never meet', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 250, max: 1_200 }), { minLength: 1, maxLength: 24 }), (lengths) => {
        let at = 0;
        const { bars: drawn } = bars(
          drawRow(
            input(
              lengths.map((length, record) => handling(record % 10, at, (at += length))),
              { atMs: 60_000 },
            ),
          ),
        );
        const spans = drawn.flatMap(({ label, handling: { record } }) => {
          if (label?.place !== 'above') return [];
          const width = label.squeezedTo ?? textWidth(`${record}a`, 14, 'mono');
          return [{ from: label.x - width / 2, to: label.x + width / 2 }];
        });
        spans.forEach((one, index) => {
          const next = spans[index + 1];
          if (next !== undefined) expect(one.to).toBeLessThanOrEqual(next.from);
        });
      }),
    );
  });

  test('what was reached before lies after the head as outlines', () => {
    const future = actor([handling(1, 0, 2_000), handling(2, 9_000, 12_000), handling(3, 12_000, 13_000)]);
    const { future: outlines } = bars(drawRow(input([handling(1, 0, 2_000), handling(2, 9_000)], { future })));
    expect(outlines.map(({ record, x }) => ({ record, x }))).toEqual([
      { record: 2, x: 600 },
      { record: 3, x: 640 },
    ]);
  });

  test('a former run leaves ghosts only where it differs', () => {
    const ghost = actor([handling(1, 0, 2_000), handling(2, 5_000, 6_000)]);
    const { ghosts } = bars(drawRow(input([handling(1, 0, 2_000), handling(2, 7_000, 8_000)], { ghost })));
    expect(ghosts.map(({ record, x }) => ({ record, x }))).toEqual([{ record: 2, x: 500 }]);
  });

  test('bars under 6 px become a band of throughput, and zooming makes them bars again', () => {
    const many = actor(Array.from({ length: 100 }, (_, record) => handling(record, record * 100, record * 100 + 90)));
    expect(isDenseRow(many, scale)).toBe(true);
    const row = drawRow(input(many.handlings));
    expect(row.kind).toBe('band');
    if (row.kind === 'band') expect(Math.max(...row.slices.map(({ share }) => share))).toBe(1);
    expect(isDenseRow(many, { ...scale, ...zoomToBars(many, scale) })).toBe(false);
  });

  test('only what lies on the axis is drawn', () => {
    const { bars: drawn } = bars(
      drawRow(
        input([handling(1, 0, 2_000), handling(2, 30_000, 31_000)], {
          atMs: 40_000,
          scale: { ...scale, fromMs: 20_000, toMs: 45_000 },
        }),
      ),
    );
    expect(drawn.map(({ index }) => index)).toEqual([1]);
  });
});
