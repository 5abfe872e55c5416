import type { LaneId } from '../../engine/scenario/run-spec.js';
import { wrapText } from './text-measure.js';

/** What the layout has to know of a lane: how many rows and lines it has and how long its words are, nothing of what happens in it. */
export interface LaneShape {
  readonly lane: LaneId;
  /** Rows of bars: workers, subscribers, members of all groups. */
  readonly rows: number;
  /** Lines of the state now: subscribers of publish/subscribe, partitions of a topic. A queue has three whatever is given. */
  readonly lines: number;
  readonly sentence: string;
}

export interface StageLayoutInput {
  readonly width: number;
  readonly height: number;
  /** Size of the stage's text. */
  readonly labelPx: number;
  readonly lanes: readonly LaneShape[];
  /** Width of the longest name of a row. */
  readonly nameWidth: number;
  /** Which lane is open when the others are folded; by default the first that has more than six rows. */
  readonly openLane?: LaneId;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface RowLayout {
  /** The bars. */
  readonly top: number;
  readonly barHeight: number;
  readonly name: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' };
  /** Badges and totals; undefined where rows are too low for a second line. */
  readonly detail: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' } | undefined;
  /** Whether labels of narrow bars have a line above them. */
  readonly hasLabelLine: boolean;
}

export interface LaneLayout {
  readonly lane: LaneId;
  readonly top: number;
  readonly height: number;
  readonly isFolded: boolean;
  readonly title: { readonly x: number; readonly y: number };
  readonly sentence: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  /** Where the state now is drawn. */
  readonly now: Box;
  readonly rows: readonly RowLayout[];
  /** The strip above the first row where brackets and their words go. */
  readonly band: Box;
  /** Baseline of this lane's own axis marks; undefined where all lanes share the one at the top. */
  readonly axisLabelY: number | undefined;
}

export interface StageLayout {
  /** Now left of in-time, or over it. */
  readonly mode: 'beside' | 'stacked';
  readonly width: number;
  readonly height: number;
  readonly strip: Box;
  readonly headingY: number;
  readonly legendY: number;
  readonly axis: { readonly x0: number; readonly x1: number; readonly labelY: number; readonly top: number };
  readonly lanes: readonly LaneLayout[];
}

/** Below this the two halves do not fit beside each other. */
const besideMinPx = 720;
const edge = 16;
/** A lane with more rows than this has low rows, and the other lanes fold. */
const manyRows = 6;

/** Sizes that follow from the size of the text. */
function measures(labelPx: number) {
  const line = Math.round(labelPx * 1.3);
  return {
    line,
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

/** Lays the stage out in the room it has. If the room is too small the layout is larger than it, and the stage scrolls. */
export function layOutStage(input: StageLayoutInput): StageLayout {
  return input.width >= besideMinPx * Math.max(1, input.labelPx / 16) ? layOutBeside(input) : layOutStacked(input);
}

/** The least height of the lines of a lane's state now. */
function nowHeight(shape: LaneShape, labelPx: number): number {
  const { cell, line } = measures(labelPx);
  if (shape.lane === 'queue') return 3 * (cell + 5);
  if (shape.lane === 'publish-subscribe') return line + 4 + Math.max(2, shape.lines) * (cell + 6);
  return shape.lines * trackHeight(labelPx) + 2;
}

/** A partition's track: flags above, cells, offsets and flags below. */
export function trackHeight(labelPx: number): number {
  const { cell } = measures(labelPx);
  return cell + 2 * (labelPx + 2) + 4;
}

/** Side of a record's cell, at least. */
export function cellHeight(labelPx: number): number {
  return measures(labelPx).cell;
}

const isFoldedLane = (shape: LaneShape, input: StageLayoutInput): boolean => {
  const crowded = input.lanes.find((lane) => lane.rows > manyRows);
  if (crowded === undefined || input.lanes.length === 1) return false;
  const open = input.lanes.some((lane) => lane.lane === input.openLane) ? input.openLane : crowded.lane;
  return shape.lane !== open;
};

function layOutBeside(input: StageLayoutInput): StageLayout {
  const { labelPx, width } = input;
  const size = measures(labelPx);
  const headerHeight = 8 + size.cell + 6 + size.line + 2;
  const nowWidth = Math.min(440, Math.max(200, Math.round(width * 0.3)));
  const x0 = edge + nowWidth + 16 + Math.ceil(input.nameWidth) + 10;
  const x1 = width - edge - labelPx;

  const plan = (withSentences: boolean) =>
    input.lanes.map((shape) => {
      if (isFoldedLane(shape, input))
        return { shape, folded: true, sentence: [] as readonly string[], height: size.folded, pitch: 0 };
      const sentence = withSentences ? wrapText(shape.sentence, nowWidth, labelPx) : [];
      const pitch = shape.rows > manyRows ? size.lowPitch : size.minPitch;
      const left = size.title + sentence.length * size.line + nowHeight(shape, labelPx);
      const right = size.band + shape.rows * pitch;
      return { shape, folded: false, sentence, height: Math.max(left, right) + 6, pitch };
    });
  const total = (lanes: readonly { height: number }[]) => lanes.reduce((sum, lane) => sum + lane.height, headerHeight);
  const generous = plan(true);
  const planned = total(generous) <= input.height ? generous : plan(false);

  const open = planned.filter((lane) => !lane.folded);
  const spare = Math.max(0, input.height - total(planned));
  const spareEach = open.length === 0 ? 0 : Math.min(size.band * 5, Math.floor(spare / open.length));

  let top = headerHeight;
  const lanes = planned.map(({ shape, folded, sentence, height: least, pitch: leastPitch }): LaneLayout => {
    const height = folded ? least : least + spareEach;
    const laneTop = top;
    top += height;
    const title = { x: edge, y: laneTop + size.title - 5 };
    const band = { x: x0, y: laneTop + 1, width: x1 - x0, height: size.band };
    if (folded)
      return {
        lane: shape.lane,
        top: laneTop,
        height,
        isFolded: true,
        title,
        sentence: [],
        now: { x: edge, y: laneTop, width: 0, height: 0 },
        rows: [],
        band,
        axisLabelY: undefined,
      };
    const isLow = shape.rows > manyRows;
    const pitch = isLow
      ? leastPitch
      : Math.min(size.maxPitch, Math.max(leastPitch, Math.floor((height - size.band - 6) / Math.max(1, shape.rows))));
    const nowTop = laneTop + size.title + sentence.length * size.line + 2;
    return {
      lane: shape.lane,
      top: laneTop,
      height,
      isFolded: false,
      title,
      sentence: sentence.map((text, index) => ({ x: edge, y: title.y + (index + 1) * size.line, text })),
      now: { x: edge, y: nowTop, width: nowWidth, height: laneTop + height - nowTop - 4 },
      rows: Array.from({ length: shape.rows }, (_, index) =>
        besideRow(band.y + band.height + index * pitch, pitch, x0 - 12, isLow, labelPx),
      ),
      band,
      axisLabelY: undefined,
    };
  });

  return {
    mode: 'beside',
    width,
    height: Math.max(top, Math.min(input.height, top)),
    strip: { x: edge, y: 8, width: x1 - edge, height: size.cell },
    headingY: 8 + size.cell / 2 + labelPx * 0.35,
    legendY: 8 + size.cell + 6 + labelPx,
    axis: { x0, x1, labelY: 8 + size.cell + 6 + labelPx, top: headerHeight - 4 },
    lanes,
  };
}

function besideRow(top: number, pitch: number, nameX: number, isLow: boolean, labelPx: number): RowLayout {
  const size = measures(labelPx);
  if (isLow) {
    const barHeight = pitch - 4;
    return {
      top: top + 2,
      barHeight,
      name: { x: nameX, y: top + pitch / 2 + labelPx * 0.35, anchor: 'end' },
      detail: undefined,
      hasLabelLine: false,
    };
  }
  const barHeight = Math.min(Math.round(size.bar * 1.45), Math.max(size.bar, Math.round(pitch * 0.45)));
  const barTop = top + size.labelLine + Math.max(0, Math.floor((pitch - size.labelLine - barHeight - 4) / 2));
  const middle = barTop + barHeight / 2;
  return {
    top: barTop,
    barHeight,
    name: { x: nameX, y: middle - 2, anchor: 'end' },
    detail: { x: nameX, y: middle + labelPx, anchor: 'end' },
    hasLabelLine: true,
  };
}

function layOutStacked(input: StageLayoutInput): StageLayout {
  const { labelPx } = input;
  const size = measures(labelPx);
  const width = Math.max(input.width, Math.round(44 * labelPx));
  const x0 = edge;
  const x1 = width - edge - labelPx;
  const nowWidth = Math.max(200, input.width - 2 * edge);
  const headerHeight = 8 + size.line + 4 + size.cell + 6;

  let top = headerHeight;
  const lanes = input.lanes.map((shape): LaneLayout => {
    const laneTop = top;
    const title = { x: edge, y: laneTop + size.title - 4 };
    if (isFoldedLane(shape, input)) {
      top += size.folded;
      return {
        lane: shape.lane,
        top: laneTop,
        height: size.folded,
        isFolded: true,
        title,
        sentence: [],
        now: { x: edge, y: laneTop, width: 0, height: 0 },
        rows: [],
        band: { x: x0, y: laneTop, width: x1 - x0, height: 0 },
        axisLabelY: undefined,
      };
    }
    const lines = wrapText(shape.sentence, nowWidth, labelPx);
    const nowTop = laneTop + size.title + lines.length * size.line + 6;
    const nowBox = { x: edge, y: nowTop, width: nowWidth, height: nowHeight(shape, labelPx) + 8 };
    const axisLabelY = nowTop + nowBox.height + size.line + 8;
    const band = { x: x0, y: axisLabelY + 6, width: x1 - x0, height: size.band };
    const isLow = shape.rows > manyRows;
    const pitch = isLow ? size.lowPitch + size.line : size.line + size.labelLine + size.bar + 10;
    const rows = Array.from({ length: shape.rows }, (_, index): RowLayout => {
      const rowTop = band.y + band.height + index * pitch;
      const nameY = rowTop + labelPx;
      const barTop = rowTop + size.line + (isLow ? 0 : size.labelLine);
      return {
        top: barTop,
        barHeight: isLow ? size.lowPitch - 4 : size.bar,
        name: { x: edge, y: nameY, anchor: 'start' },
        detail: { x: edge + input.nameWidth + 14, y: nameY, anchor: 'start' },
        hasLabelLine: !isLow,
      };
    });
    top = band.y + band.height + shape.rows * pitch + 12;
    return {
      lane: shape.lane,
      top: laneTop,
      height: top - laneTop,
      isFolded: false,
      title,
      sentence: lines.map((text, index) => ({ x: edge, y: title.y + (index + 1) * size.line, text })),
      now: nowBox,
      rows,
      band,
      axisLabelY,
    };
  });

  return {
    mode: 'stacked',
    width,
    height: top,
    strip: { x: edge, y: 8 + size.line + 4, width: nowWidth, height: size.cell },
    headingY: 8 + labelPx,
    legendY: 8 + labelPx,
    axis: { x0, x1, labelY: headerHeight, top: headerHeight },
    lanes,
  };
}
