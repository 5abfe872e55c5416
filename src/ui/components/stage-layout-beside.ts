import {
  hasLowRows,
  isFoldedLane,
  type LaneLayout,
  type RowLayout,
  type StageLayout,
  type StageLayoutInput,
} from './stage-layout.js';
import { edge, foldedLane, laneHead, measures, nowHeight } from './stage-measures.js';

/** The halves beside each other: the state now on the left, what was handled in time on the right, one axis for all lanes. */
export function layOutBeside(input: StageLayoutInput): StageLayout {
  const { labelPx, width } = input;
  const size = measures(labelPx);
  const legendY = 8 + size.cell + 6 + labelPx;
  const headerHeight = legendY - labelPx + size.line + 2;
  const nowWidth = Math.min(440, Math.max(200, Math.round(width * 0.3)));
  const x0 = edge + nowWidth + 16 + Math.ceil(input.nameWidth) + 10;
  const x1 = width - edge - labelPx;

  const planned = plan(input, nowWidth, input.height - headerHeight);
  const spare = Math.max(0, input.height - headerHeight - heightOf(planned));
  const open = planned.filter(({ head }) => head !== undefined).length;
  const isAlone = open === 1;
  const roomEach = open === 0 ? 0 : Math.floor(spare / open);
  const maxPitch = size.maxPitch * (isAlone ? 1.9 : 1);

  let top = headerHeight;
  const lanes = planned.map(({ shape, head, height: least }): LaneLayout => {
    const laneTop = top;
    if (head === undefined) {
      top += least;
      return foldedLane(shape, laneTop, labelPx);
    }
    const height = least + Math.min(roomEach, Math.max(size.band * 3, size.band * 2 + shape.rows * maxPitch - least));
    top += height;
    const band = { x: x0, y: laneTop + 1, width: x1 - x0, height: size.band };
    const isLow = hasLowRows(shape);
    const roomy = Math.floor((height - size.band - 6) / Math.max(1, shape.rows));
    const pitch = isLow ? size.lowPitch : Math.min(maxPitch, Math.max(size.minPitch, roomy));
    const nowTop = laneTop + head.height + 2;
    return {
      lane: shape.lane,
      top: laneTop,
      height,
      isFolded: false,
      ...head.place(laneTop),
      now: { x: edge, y: nowTop, width: nowWidth, height: laneTop + height - nowTop - 4 },
      rows: Array.from({ length: shape.rows }, (_, index) =>
        rowAt(band.y + band.height + index * pitch, pitch, x0 - 12, isLow, labelPx),
      ),
      band,
      axisLabelY: undefined,
    };
  });

  return {
    mode: 'beside',
    width,
    height: top,
    strip: { x: edge, y: 8, width: x1 - edge, height: size.cell },
    headingY: 8 + size.cell / 2 + labelPx * 0.35,
    legendY,
    nowEnd: edge + nowWidth,
    axis: { x0, x1, labelY: legendY, top: headerHeight - 4 },
    lanes,
  };
}

type Plan = readonly {
  readonly shape: StageLayoutInput['lanes'][number];
  readonly head: ReturnType<typeof laneHead> | undefined;
  readonly height: number;
}[];

const heightOf = (lanes: Plan): number => lanes.reduce((sum, lane) => sum + lane.height, 0);

/** The least that each lane needs, with as many words as there is room for. */
function plan(input: StageLayoutInput, nowWidth: number, room: number): Plan {
  const { labelPx } = input;
  const size = measures(labelPx);
  const withWords = (sentence: boolean, legend: boolean): Plan =>
    input.lanes.map((shape) => {
      if (isFoldedLane(shape, input)) return { shape, head: undefined, height: size.folded };
      const head = laneHead(shape, { sentence, legend }, nowWidth, labelPx);
      const right = size.band + shape.rows * (hasLowRows(shape) ? size.lowPitch : size.minPitch);
      return { shape, head, height: Math.max(head.height + nowHeight(shape, labelPx), right) + 6 };
    });
  const bare = withWords(false, false);
  return [withWords(true, true), withWords(true, false)].find((candidate) => heightOf(candidate) <= room) ?? bare;
}

function rowAt(top: number, pitch: number, nameX: number, isLow: boolean, labelPx: number): RowLayout {
  const size = measures(labelPx);
  if (isLow) {
    const name = { x: nameX, y: top + pitch / 2 + labelPx * 0.35, anchor: 'end' as const };
    return { top: top + 2, barHeight: pitch - 4, name, detail: undefined, hasLabelLine: false };
  }
  const barHeight = Math.min(Math.round(size.bar * 1.9), Math.max(size.bar, Math.round(pitch * 0.45)));
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
