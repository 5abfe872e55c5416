import { wrapText } from './text-measure.js';
import type { LaneLayout, LaneShape, Point } from './stage-layout.js';

/** Space between the stage's edge and what is drawn. */
export const edge = 16;

/** Sizes that follow from the size of the text. */
export function measures(labelPx: number) {
  return {
    line: Math.round(labelPx * 1.3),
    cell: Math.round(labelPx * 1.7),
    bar: Math.round(labelPx * 1.6),
    title: Math.round(labelPx * 1.7),
    band: Math.round(labelPx * 1.5),
    labelLine: labelPx + 1,
    minPitch: Math.round(labelPx * 2.86),
    maxPitch: Math.round(labelPx * 5.2),
    lowPitch: Math.max(20, Math.round(labelPx * 1.43)),
    folded: Math.round(labelPx * 2.3),
  };
}

/** Side of a record's cell, at least. */
export function cellHeight(labelPx: number): number {
  return measures(labelPx).cell;
}

/** A partition's track: flags above, cells, offsets and flags below. */
export function trackHeight(labelPx: number): number {
  return measures(labelPx).cell + 2 * (labelPx + 2) + 4;
}

/** The least height of the lines of a lane's state now. */
export function nowHeight(shape: LaneShape, labelPx: number): number {
  const { cell, line } = measures(labelPx);
  if (shape.lane === 'queue') return 3 * (cell + 5);
  if (shape.lane === 'publish-subscribe') return line + 4 + Math.max(2, shape.lines) * (cell + 6);
  return shape.lines * trackHeight(labelPx) + 2;
}

/** The words over a lane's state now, from the lane's top: title, sentence, legend. */
export interface LaneHead {
  readonly height: number;
  readonly place: (top: number) => Pick<LaneLayout, 'title' | 'sentence' | 'legend'>;
}

const legendGap = 16;

export function laneHead(
  shape: LaneShape,
  shows: { readonly sentence: boolean; readonly legend: boolean },
  width: number,
  labelPx: number,
): LaneHead {
  const { title, line } = measures(labelPx);
  const lines = shows.sentence ? wrapText(shape.sentence, width, labelPx) : [];
  const legend = shows.legend ? flow(shape.legend, width) : [];
  const legendLines = legend.length === 0 ? 0 : (legend.at(-1) as { line: number }).line + 1;
  const point = (top: number, at: number, x = 0): Point => ({ x: edge + x, y: top + title - 4 + at * line });
  return {
    height: title + (lines.length + legendLines) * line + (legendLines === 0 ? 0 : 4),
    place: (top) => ({
      title: point(top, 0),
      sentence: lines.map((text, at) => ({ ...point(top, at + 1), text })),
      legend: legend.map(({ x, line: at }) => point(top + 2, lines.length + 1 + at, x)),
    }),
  };
}

/** Sets entries one after the other, on as many lines as they need. */
function flow(widths: readonly number[], width: number): readonly { readonly x: number; readonly line: number }[] {
  let x = 0;
  let line = 0;
  return widths.map((entry) => {
    if (x > 0 && x + entry > width) {
      x = 0;
      line++;
    }
    const place = { x, line };
    x += entry + legendGap;
    return place;
  });
}

/** A lane that is but its title. */
export function foldedLane(shape: LaneShape, top: number, labelPx: number): LaneLayout {
  const { folded } = measures(labelPx);
  return {
    lane: shape.lane,
    top,
    height: folded,
    isFolded: true,
    title: { x: edge, y: top + folded / 2 + labelPx * 0.36 },
    sentence: [],
    legend: [],
    now: { x: edge, y: top, width: 0, height: 0 },
    rows: [],
    band: { x: edge, y: top, width: 0, height: 0 },
    axisLabelY: undefined,
  };
}
