import type { Overtaking } from '../../engine/scenario/run-view.js';
import { textWidth } from './text-measure.js';
import { xAt, type TimeScale } from './time-axis.js';
import type { Box, RowLayout } from './stage-layout.js';

/** A bracket from where the later record was finished to where the earlier one was, and the place of its words. */
export interface Bracket {
  readonly overtaking: Overtaking;
  readonly path: string;
  /** The earlier record is not finished yet: the bracket is open at the head. */
  readonly isOpen: boolean;
  readonly text: string;
  /** Undefined: there was no room for its words. */
  readonly label: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' } | undefined;
}

export interface Brackets {
  readonly brackets: readonly Bracket[];
  /** How many have no words. */
  readonly unlabelled: number;
  /** Where to say so. */
  readonly moreAt: { readonly x: number; readonly y: number } | undefined;
}

export interface BracketsInput {
  readonly overtakings: readonly Overtaking[];
  readonly atMs: number;
  readonly scale: TimeScale;
  readonly band: Box;
  readonly rowOf: (actor: string) => RowLayout | undefined;
  readonly labelPx: number;
  readonly textOf: (overtaking: Overtaking) => string;
  /** Words for those without a label, to reserve their room. */
  readonly moreText: (count: number) => string;
}

/** Brackets that lie over each other take lines this far apart. */
const levelPx = 4;
const levels = 3;
const padding = 6;

/**
 * Places the brackets of one lane and their words. Lines that would lie on each other get levels; words stand in the band above the rows, right of
 * their bracket or left of it, where they meet neither other words nor other lines; what finds no room is counted.
 */
export function placeBrackets(input: BracketsInput): Brackets {
  const { scale, band, labelPx } = input;
  const visible = input.overtakings
    .filter((overtaking) => overtaking.laterHandledMs <= input.atMs)
    .map((overtaking) => {
      const isOpen = overtaking.earlierHandledMs === undefined || overtaking.earlierHandledMs > input.atMs;
      const endMs = isOpen ? input.atMs : overtaking.earlierHandledMs;
      return {
        overtaking,
        isOpen,
        endMs,
        later: input.rowOf(overtaking.laterActor),
        earlier: input.rowOf(overtaking.earlierActor),
      };
    })
    .filter(({ overtaking, endMs }) => endMs >= scale.fromMs && overtaking.laterHandledMs <= scale.toMs)
    .sort((a, b) => a.overtaking.laterHandledMs - b.overtaking.laterHandledMs);

  const baseline = band.y + labelPx;
  const floor = band.y + band.height - 2;
  const ends = new Array<number>(levels).fill(-Infinity);
  const drawn = visible.flatMap(({ overtaking, isOpen, endMs, later, earlier }) => {
    if (later === undefined || earlier === undefined) return [];
    const from = clamp(xAt(scale, overtaking.laterHandledMs), scale.x0, scale.x1);
    const to = clamp(xAt(scale, endMs), scale.x0, scale.x1);
    const free = ends.findIndex((end) => end < from - 2);
    const level = free === -1 ? levels - 1 : free;
    ends[level] = Math.max(ends[level] ?? -Infinity, to);
    return [
      {
        overtaking,
        isOpen,
        from,
        to,
        text: input.textOf(overtaking),
        path: bracketPath(from, to, later, earlier, floor - level * levelPx),
      },
    ];
  });

  const taken: { from: number; to: number }[] = [];
  const lines = drawn.map(({ from, to }) => ({ from, to }));
  const isFree = (from: number, to: number, own: number) =>
    from >= scale.x0 &&
    to <= scale.x1 + labelPx &&
    !taken.some((other) => overlaps(from, to, other)) &&
    !lines.some((line, at) => at !== own && overlaps(from, to, line));
  let unlabelled = 0;
  const brackets = drawn.map(({ overtaking, isOpen, from, to, text, path }, at): Bracket => {
    const width = textWidth(text, labelPx) + padding;
    const right = { x: to + padding, from: to, to: to + width + padding, anchor: 'start' as const };
    const left = { x: from - padding, from: from - width - padding, to: from, anchor: 'end' as const };
    const place = [right, left].find((candidate) => isFree(candidate.from + 1, candidate.to - 1, at));
    if (place === undefined) {
      unlabelled++;
      return { overtaking, isOpen, path, text, label: undefined };
    }
    taken.push({ from: place.from, to: place.to });
    return { overtaking, isOpen, path, text, label: { x: place.x, y: baseline, anchor: place.anchor } };
  });
  return {
    brackets,
    unlabelled,
    moreAt: unlabelled === 0 ? undefined : placeMore(input, taken, lines, unlabelled, baseline),
  };
}

function placeMore(
  input: BracketsInput,
  taken: readonly { from: number; to: number }[],
  lines: readonly { from: number; to: number }[],
  unlabelled: number,
  y: number,
) {
  const width = textWidth(input.moreText(unlabelled), input.labelPx) + padding;
  const starts = [...taken, ...lines].map(({ to }) => to + padding).sort((a, b) => a - b);
  const x = starts.find(
    (start) =>
      start + width <= input.scale.x1 + input.labelPx &&
      ![...taken, ...lines].some((other) => overlaps(start, start + width, other)),
  );
  return { x: x ?? input.scale.x1 - width, y };
}

/** From the top of the later bar's end, along a line, to the end of the earlier bar. */
function bracketPath(from: number, to: number, later: RowLayout, earlier: RowLayout, bandY: number): string {
  if (later.top <= earlier.top) {
    const foot = earlier === later ? later.top - 2 : earlier.top;
    return `M${round(from)} ${later.top - 1}V${bandY}H${round(to)}V${foot}`;
  }
  const line = later.top - 3;
  return `M${round(from)} ${later.top + 2}V${line}H${round(to)}V${earlier.top + earlier.barHeight}`;
}

const overlaps = (from: number, to: number, other: { from: number; to: number }) => from < other.to && to > other.from;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const round = (value: number) => Math.round(value * 10) / 10;
