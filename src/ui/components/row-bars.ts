import type { ActorView, Handling } from '../../engine/scenario/run-view.js';
import { textWidth } from './text-measure.js';
import { pixelsPerMs, xAt, type TimeScale } from './time-axis.js';

/** One handling as a bar. */
export interface Bar {
  readonly id: string;
  readonly index: number;
  readonly handling: Handling;
  readonly x: number;
  readonly width: number;
  /** Not finished at the moment that is shown: the bar ends at the head. */
  readonly isOpen: boolean;
  readonly label: BarLabel | undefined;
}

export interface BarLabel {
  readonly place: 'inside' | 'above';
  readonly x: number;
  /** Set narrower than it would be, to leave its neighbours room; undefined: as it comes. */
  readonly squeezedTo: number | undefined;
}

/** A handling, or the rest of one, that is not part of the moment shown: of the future that was reached, or of a former run. */
export interface Outline {
  readonly id: string;
  readonly record: number;
  readonly x: number;
  readonly width: number;
}

/** How many handlings ended in a slice of time, as a share of the most that did. */
export interface Slice {
  readonly x: number;
  readonly width: number;
  readonly share: number;
}

export type RowDrawing =
  | {
      readonly kind: 'bars';
      readonly bars: readonly Bar[];
      readonly future: readonly Outline[];
      readonly ghosts: readonly Outline[];
    }
  | { readonly kind: 'band'; readonly slices: readonly Slice[] };

export interface RowInput {
  readonly actor: ActorView;
  readonly future: ActorView | undefined;
  readonly ghost: ActorView | undefined;
  readonly atMs: number;
  readonly scale: TimeScale;
  readonly labelPx: number;
  readonly hasLabelLine: boolean;
  readonly label: (record: number) => string;
}

/** Bars narrower than this are no bars any more. */
const leastBarPx = 6;
const slicePx = 8;
const gap = 1.5;
const labelGap = 3;
/** Letters can be set this much narrower and are still read well. */
const leastSqueeze = 0.72;

/** What to draw in one row: bars while they are wide enough to be told apart, else a band of throughput. */
export function drawRow(input: RowInput): RowDrawing {
  const { actor, atMs, scale } = input;
  const inView = handlingsInView(actor, atMs, scale);
  if (
    isDense(
      inView.map(({ handling }) => handling),
      scale,
    )
  )
    return {
      kind: 'band',
      slices: throughput(
        inView.map(({ handling }) => handling),
        scale,
      ),
    };

  const bars = inView.map(({ handling, index }) => ({
    id: handlingId(handling),
    index,
    handling,
    ...span(handling.fromMs, handling.toMs ?? atMs, scale),
    isOpen: handling.toMs === undefined,
  }));
  return { kind: 'bars', bars: withLabels(bars, input), future: futureOutlines(input), ghosts: ghostOutlines(input) };
}

/** Whether a row's bars would be too narrow to be told apart on this axis. */
export function isDenseRow(actor: ActorView, scale: TimeScale): boolean {
  return isDense(
    handlingsInView(actor, Infinity, scale).map(({ handling }) => handling),
    scale,
  );
}

function handlingsInView(actor: ActorView, atMs: number, scale: TimeScale) {
  return actor.handlings
    .map((handling, index) => ({ handling, index }))
    .filter(({ handling }) => isInView(handling.fromMs, handling.toMs ?? atMs, scale));
}

function isDense(handlings: readonly Handling[], scale: TimeScale): boolean {
  const widths = handlings
    .flatMap(({ fromMs, toMs }) => (toMs === undefined ? [] : [(toMs - fromMs) * pixelsPerMs(scale)]))
    .sort((a, b) => a - b);
  const median = widths[Math.floor(widths.length / 2)];
  return median !== undefined && widths.length > 2 && median < leastBarPx;
}

/** Names a handling within its actor's row, the same in every view and run. */
export const handlingId = (handling: Handling): string => `${handling.record}.${handling.attempt}`;

function isInView(fromMs: number, toMs: number, scale: TimeScale): boolean {
  return toMs >= scale.fromMs && fromMs <= scale.toMs;
}

/** The part of a stretch of time that lies on the axis. */
function span(fromMs: number, toMs: number, scale: TimeScale): { readonly x: number; readonly width: number } {
  const x = Math.max(scale.x0, xAt(scale, fromMs));
  const end = Math.min(scale.x1, xAt(scale, toMs));
  return { x, width: Math.max(3, end - x - gap) };
}

type Unlabelled = Omit<Bar, 'label'>;

/** A label stands inside its bar, or above it, narrower if it must be, or nowhere: labels never meet. */
function withLabels(bars: readonly Unlabelled[], input: RowInput): readonly Bar[] {
  const widthOf = (bar: Unlabelled) => textWidth(input.label(bar.handling.record), input.labelPx, 'mono');
  const isNarrow = (bar: Unlabelled) => bar.width < widthOf(bar) + 4;
  const middle = (bar: Unlabelled) => bar.x + bar.width / 2;
  /** Half the way to a neighbour that wants a label above it too; one that has only begun must do with what is left. */
  const roomTowards = (bar: Unlabelled, neighbour: Unlabelled | undefined) =>
    neighbour === undefined || neighbour.isOpen || !isNarrow(neighbour)
      ? Infinity
      : Math.abs(middle(neighbour) - middle(bar)) / 2;
  let lastEnd = -Infinity;
  return bars.map((bar, at): Bar => {
    const width = widthOf(bar);
    if (!isNarrow(bar)) return { ...bar, label: { place: 'inside', x: middle(bar), squeezedTo: undefined } };
    const room = 2 * Math.min(roomTowards(bar, bars[at + 1]), roomTowards(bar, bars[at - 1])) - labelGap;
    const shown = Math.min(width, Math.max(room, width * leastSqueeze));
    const start = middle(bar) - shown / 2;
    if (!input.hasLabelLine || start < lastEnd) return { ...bar, label: undefined };
    lastEnd = start + shown + 1;
    return { ...bar, label: { place: 'above', x: middle(bar), squeezedTo: shown < width ? shown : undefined } };
  });
}

/** What is known to come after the head, because it was reached before. */
function futureOutlines({ actor, future, atMs, scale }: RowInput): readonly Outline[] {
  if (future === undefined) return [];
  const begun = new Set(actor.handlings.map(handlingId));
  return future.handlings.flatMap((handling) => {
    const end = handling.toMs ?? handling.fromMs;
    const start = begun.has(handlingId(handling)) ? atMs : handling.fromMs;
    if (end <= atMs || !isInView(start, end, scale)) return [];
    return [{ id: handlingId(handling), record: handling.record, ...span(start, end, scale) }];
  });
}

/** Where a former run differs from this one, up to the moment that is shown or was reached. */
function ghostOutlines({ actor, future, ghost, scale }: RowInput): readonly Outline[] {
  if (ghost === undefined) return [];
  const now = new Map((future ?? actor).handlings.map((handling) => [handlingId(handling), handling]));
  return ghost.handlings.flatMap((handling) => {
    if (handling.toMs === undefined || !isInView(handling.fromMs, handling.toMs, scale)) return [];
    const same = now.get(handlingId(handling));
    const moved =
      same === undefined ||
      Math.abs(same.fromMs - handling.fromMs) > 1 ||
      (same.toMs !== undefined && Math.abs(same.toMs - handling.toMs) > 1);
    return moved
      ? [{ id: handlingId(handling), record: handling.record, ...span(handling.fromMs, handling.toMs, scale) }]
      : [];
  });
}

function throughput(handlings: readonly Handling[], scale: TimeScale): readonly Slice[] {
  const count = Math.max(1, Math.ceil((scale.x1 - scale.x0) / slicePx));
  const ended = new Array<number>(count).fill(0);
  for (const handling of handlings) {
    if (handling.toMs === undefined) continue;
    const at = Math.floor((xAt(scale, handling.toMs) - scale.x0) / slicePx);
    if (at >= 0 && at < count) ended[at] = (ended[at] ?? 0) + 1;
  }
  const most = Math.max(1, ...ended);
  return ended.flatMap((value, at) =>
    value === 0 ? [] : [{ x: scale.x0 + at * slicePx, width: slicePx - 1, share: value / most }],
  );
}

/** The stretch of the axis, around its middle, in which this row's handlings are wide enough to be bars. */
export function zoomToBars(actor: ActorView, scale: TimeScale): { readonly fromMs: number; readonly toMs: number } {
  const lengths = actor.handlings
    .flatMap((handling) => (handling.toMs === undefined ? [] : [handling.toMs - handling.fromMs]))
    .sort((a, b) => a - b);
  const median = Math.max(1, lengths[Math.floor(lengths.length / 2)] ?? 1000);
  const spanMs = Math.min(scale.toMs - scale.fromMs, ((scale.x1 - scale.x0) / 24) * median);
  const last = actor.handlings.at(-1)?.toMs ?? scale.toMs;
  const middleMs = Math.min((scale.fromMs + scale.toMs) / 2, Math.max(spanMs / 2, last - spanMs / 2));
  const fromMs = Math.max(0, middleMs - spanMs / 2);
  return { fromMs, toMs: fromMs + spanMs };
}
