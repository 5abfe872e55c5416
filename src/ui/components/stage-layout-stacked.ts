import {
  hasLowRows,
  isFoldedLane,
  type LaneLayout,
  type RowLayout,
  type StageLayout,
  type StageLayoutInput,
} from './stage-layout.js';
import { edge, foldedLane, laneHead, measures, nowHeight } from './stage-measures.js';

/** The halves over each other, for narrow rooms: each lane has its state now, and under it its rows with an axis of their own. The axis is at least so wide that bars can be read, and the stage scrolls sideways. */
export function layOutStacked(input: StageLayoutInput): StageLayout {
  const { labelPx } = input;
  const size = measures(labelPx);
  const width = Math.max(input.width, Math.round(44 * labelPx));
  const x0 = edge;
  const x1 = width - edge - labelPx;
  const nowWidth = Math.max(200, input.width - 2 * edge);
  const headerHeight = 8 + size.line + 4 + size.cell + 8;

  let top = headerHeight;
  const lanes = input.lanes.map((shape): LaneLayout => {
    const laneTop = top;
    if (isFoldedLane(shape, input)) {
      top += size.folded;
      return foldedLane(shape, laneTop, labelPx);
    }
    const head = laneHead(shape, { sentence: true, legend: true }, nowWidth, labelPx);
    const now = { x: edge, y: laneTop + head.height + 4, width: nowWidth, height: nowHeight(shape, labelPx) + 8 };
    const axisLabelY = now.y + now.height + size.line + 8;
    const band = { x: x0, y: axisLabelY + 6, width: x1 - x0, height: size.band };
    const pitch = rowPitch(hasLowRows(shape), labelPx);
    const rowsTop = band.y + band.height;
    top = rowsTop + shape.rows * pitch + 12;
    return {
      lane: shape.lane,
      top: laneTop,
      height: top - laneTop,
      isFolded: false,
      ...head.place(laneTop),
      now,
      rows: Array.from({ length: shape.rows }, (_, index) => rowAt(rowsTop + index * pitch, input, hasLowRows(shape))),
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
    nowEnd: edge + nowWidth,
    axis: { x0, x1, labelY: headerHeight, top: headerHeight },
    lanes,
  };
}

function rowPitch(isLow: boolean, labelPx: number): number {
  const size = measures(labelPx);
  return isLow ? size.lowPitch + size.line : size.line + size.labelLine + size.bar + 10;
}

/** The name over the bars. */
function rowAt(top: number, { labelPx, nameWidth }: StageLayoutInput, isLow: boolean): RowLayout {
  const size = measures(labelPx);
  const y = top + labelPx;
  return {
    top: top + size.line + (isLow ? 0 : size.labelLine),
    barHeight: isLow ? size.lowPitch - 4 : size.bar,
    name: { x: edge, y, anchor: 'start' },
    detail: { x: edge + nameWidth + 14, y, anchor: 'start' },
    hasLabelLine: !isLow,
  };
}
