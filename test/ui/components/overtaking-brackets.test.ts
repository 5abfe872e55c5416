import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Overtaking } from '../../../src/engine/scenario/run-view.js';
import { placeBrackets } from '../../../src/ui/components/overtaking-brackets.js';
import type { RowLayout } from '../../../src/ui/components/stage-layout.js';
import { textWidth } from '../../../src/ui/components/text-measure.js';
import { xAt } from '../../../src/ui/components/time-axis.js';

const scale = { fromMs: 0, toMs: 25_000, x0: 400, x1: 900 };
const row = (top: number): RowLayout => ({
  top,
  barHeight: 24,
  name: { x: 0, y: 0, anchor: 'end' },
  detail: undefined,
  hasLabelLine: true,
});
const rows: Readonly<Record<string, RowLayout>> = { 'worker-1': row(100), 'worker-2': row(160) };
const overtaking = (laterHandledMs: number, earlierHandledMs: number | undefined, index = 0): Overtaking => ({
  actorScope: 'queue',
  key: `order-${index}`,
  earlier: index,
  later: index + 6,
  laterActor: 'worker-1',
  earlierActor: 'worker-2',
  laterHandledMs,
  earlierHandledMs,
  byMs: earlierHandledMs === undefined ? undefined : earlierHandledMs - laterHandledMs,
  evidence: [],
});
const place = (overtakings: readonly Overtaking[], atMs = 25_000) =>
  placeBrackets({
    overtakings,
    atMs,
    scale,
    band: { x: 400, y: 60, width: 500, height: 21 },
    rowOf: (actor) => rows[actor],
    labelPx: 14,
    textOf: ({ later, earlier }) => `${later} overtook ${earlier} by 2.6 s`,
    moreText: (count) => `${count} more`,
  });

describe('placeBrackets', () => {
  test('a bracket goes from the end of the later bar to the end of the earlier one, its words to the right', () => {
    const { brackets } = place([overtaking(8_000, 10_600)]);
    expect(brackets[0]?.path).toBe('M560 99V79H612V160');
    expect(brackets[0]?.label).toEqual({ x: 618, y: 74, anchor: 'start' });
  });

  test('while the earlier record is unfinished the bracket is open at the head', () => {
    const { brackets } = place([overtaking(8_000, undefined)], 9_000);
    expect(brackets[0]).toMatchObject({ isOpen: true, path: 'M560 99V79H580V160' });
  });

  test('nothing that has not happened yet is drawn', () => {
    expect(place([overtaking(8_000, 10_600)], 7_999).brackets).toEqual([]);
  });

  test('at the right end of the axis the words go to the left', () => {
    expect(place([overtaking(20_000, 24_000)]).brackets[0]?.label?.anchor).toBe('end');
  });

  test('words meet neither each other nor another bracket’s line; what has no room is counted', () => {
    const generated = fc.array(fc.tuple(fc.integer({ min: 0, max: 24_000 }), fc.integer({ min: 100, max: 6_000 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(generated, (times) => {
        const { brackets, unlabelled, moreAt } = place(
          times.map(([later, by], index) => overtaking(later, later + by, index)),
        );
        expect(brackets.filter(({ label }) => label === undefined)).toHaveLength(unlabelled);
        expect(moreAt === undefined).toBe(unlabelled === 0);
        const spans = brackets.flatMap(({ label, text, overtaking: which }) => {
          if (label === undefined) return [];
          const width = textWidth(text, 14);
          return [
            {
              which,
              from: label.anchor === 'start' ? label.x : label.x - width,
              to: label.anchor === 'start' ? label.x + width : label.x,
            },
          ];
        });
        spans.forEach((one, index) => {
          for (const other of spans.slice(index + 1)) expect(one.from >= other.to || one.to <= other.from).toBe(true);
          for (const { overtaking: line } of brackets) {
            const from = xAt(scale, line.laterHandledMs);
            const to = Math.min(900, xAt(scale, line.earlierHandledMs ?? 0));
            if (line !== one.which) expect(one.from >= to || one.to <= from).toBe(true);
          }
        });
      }),
    );
  });
});
