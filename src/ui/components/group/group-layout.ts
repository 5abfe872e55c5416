import type { GroupBandView } from '../../../engine/scenario/group-run-view.js';

/** Where the rows of a group's band lie, in pixels from its top. */
export interface BandLayout {
  readonly height: number;
  /** The group's states, as bars. */
  readonly state: Row;
  /** Who is read by nobody: a slot a partition. */
  readonly paused: Row & { readonly slot: number };
  /** By the members of the view. Each has a slot a partition, so that a partition that moves stays at its height. */
  readonly members: readonly Row[];
  readonly commits: Row;
  /** How high a partition's slot in a member's row is. */
  readonly slot: number;
}

export interface Row {
  readonly y: number;
  readonly height: number;
}

/** What the height of a band depends on. */
export type BandShape = Pick<GroupBandView, 'members' | 'partitions'>;

const gap = 5;

/** How high slots can be: seen from afar, high enough for labels in them, for bars with bars in them, for bars alone. */
export function slotHeights(labelPx: number): readonly [number, number, number, number] {
  return [2.6, 1.5, 0.86, 0.5].map((lines) => Math.round(labelPx * lines)) as [number, number, number, number];
}

/** Lays out a band with slots of a height. */
export function layOutBand({ members, partitions }: BandShape, slot: number, labelPx: number): BandLayout {
  const count = Math.max(1, partitions.length);
  const state = { y: 2, height: labelPx + 6 };
  const pausedSlot = Math.max(3, Math.min(6, Math.floor((labelPx + 4) / count)));
  const paused = { y: below(state), height: Math.max(labelPx, pausedSlot * count), slot: pausedSlot };
  const height = Math.max(slot * count, labelPx + 4);
  const rows = members.map((_, at) => ({ y: below(paused) + 2 + at * (height + gap), height }));
  const commits = { y: below(rows.at(-1) ?? paused) + 1, height: labelPx + 2 };
  return { height: below(commits), state, paused, members: rows, commits, slot };
}

const below = ({ y, height }: Row): number => y + height + gap;

/** The highest slots with which all bands fit into a height; the lowest if none do. */
export function fittingSlot(bands: readonly BandShape[], availablePx: number, labelPx: number): number {
  const heights = slotHeights(labelPx);
  const head = labelPx * 2.4;
  const needed = (slot: number): number =>
    bands.reduce((sum, band) => sum + layOutBand(band, slot, labelPx).height + head, 0);
  return heights.find((slot) => needed(slot) <= availablePx) ?? heights[3];
}

/** One character for each group, to stand on its flags: its first letter, or its number where letters are alike. */
export function groupMarks(groups: readonly string[]): readonly string[] {
  const letters = groups.map((group) => group.slice(0, 1).toUpperCase());
  return new Set(letters).size === groups.length ? letters : groups.map((_, at) => String(at + 1));
}
