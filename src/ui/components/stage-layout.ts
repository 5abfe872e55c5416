import type { LaneId } from '../../engine/scenario/run-spec.js';
import { layOutBeside } from './stage-layout-beside.js';
import { layOutStacked } from './stage-layout-stacked.js';

/** What the layout has to know of a lane: how many rows and lines it has and how long its words are, nothing of what happens in it. */
export interface LaneShape {
  readonly lane: LaneId;
  /** Rows of bars: workers, subscribers, members of all groups. */
  readonly rows: number;
  /** Lines of the state now: subscribers of publish/subscribe, partitions of a topic. A queue has three whatever is given. */
  readonly lines: number;
  readonly sentence: string;
  /** Widths of the entries of a legend of the state now. */
  readonly legend: readonly number[];
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

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface RowLayout {
  /** The bars. */
  readonly top: number;
  readonly barHeight: number;
  readonly name: Point & { readonly anchor: 'start' | 'end' };
  /** Badges and totals; undefined where rows are too low for a second line. */
  readonly detail: (Point & { readonly anchor: 'start' | 'end' }) | undefined;
  /** Whether labels of narrow bars have a line above them. */
  readonly hasLabelLine: boolean;
}

export interface LaneLayout {
  readonly lane: LaneId;
  readonly top: number;
  readonly height: number;
  readonly isFolded: boolean;
  readonly title: Point;
  readonly sentence: readonly (Point & { readonly text: string })[];
  /** Where each entry of the legend begins; empty where there is no room for it. */
  readonly legend: readonly Point[];
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
  /** Where the state now ends. */
  readonly nowEnd: number;
  readonly axis: { readonly x0: number; readonly x1: number; readonly labelY: number; readonly top: number };
  readonly lanes: readonly LaneLayout[];
}

/** Below this the two halves do not fit beside each other. */
const besideMinPx = 720;
/** A lane with more rows than this has low rows, and the other lanes fold. */
const manyRows = 6;

/** Lays the stage out in the room it has. If the room is too small the layout is larger than it, and the stage scrolls. */
export function layOutStage(input: StageLayoutInput): StageLayout {
  const least = besideMinPx * Math.max(1, input.labelPx / 16);
  return input.width >= least ? layOutBeside(input) : layOutStacked(input);
}

export const hasLowRows = (shape: LaneShape): boolean => shape.rows > manyRows;

/** Whether a lane is but a line because another one has many rows. */
export function isFoldedLane(shape: LaneShape, input: StageLayoutInput): boolean {
  const crowded = input.lanes.find(hasLowRows);
  if (crowded === undefined || input.lanes.length === 1) return false;
  const open = input.lanes.some(({ lane }) => lane === input.openLane) ? input.openLane : crowded.lane;
  return shape.lane !== open;
}
