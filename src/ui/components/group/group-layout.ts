import type { GroupBandView, TopicTrackView } from '../../../engine/scenario/group-run-view.js';

/** Where the rows of a group's band lie, in pixels from its top. */
export interface BandLayout {
  readonly height: number;
  /** The group's states, as bars. */
  readonly state: Row;
  /** Who is read by nobody: a slot a partition. */
  readonly paused: Row & { readonly slot: number };
  /** By the members of the view. Each has a slot a partition, so that a partition that moves stays at its height. */
  readonly members: readonly Row[];
  /** Undefined in a folded band. */
  readonly commits: Row | undefined;
  /** How high a partition's slot in a member's row is. */
  readonly slot: number;
}

export interface Row {
  readonly y: number;
  readonly height: number;
}

/** What the height of a band depends on. */
export interface BandShape extends Pick<GroupBandView, 'members' | 'partitions'> {
  /** Its members and commits are not shown. */
  readonly isFolded: boolean;
}

/** How high a partition's slot in a member's row is, and how far rows are apart. */
export interface BandFit {
  readonly slot: number;
  readonly gap: number;
}

const fitOf = (labelPx: number, lines: number, gap = 5): BandFit => ({ slot: Math.round(labelPx * lines), gap });
/** How high slots can be, in lines: seen from afar, high enough for labels in them, for bars with bars in them, and for bars alone. */
const [far, forLabels, forBars, least] = [2.6, 1.5, 0.86, 0.5] as const;
/** Where nothing fits, rows close up, too. */
const tightest = (labelPx: number): BandFit => fitOf(labelPx, least, 2);

/** Lays out a band. A row is as high as the name of its member, and its slots share that. */
export function layOutBand({ members, partitions, isFolded }: BandShape, fit: BandFit, labelPx: number): BandLayout {
  const count = Math.max(1, partitions.length);
  const below = ({ y, height }: Row): number => y + height + fit.gap;
  const state = { y: 2, height: labelPx + 6 };
  const pausedSlot = Math.max(3, Math.min(6, Math.floor((labelPx + 4) / count)));
  const paused = { y: below(state), height: Math.max(labelPx, pausedSlot * count), slot: pausedSlot };
  const height = Math.max(fit.slot * count, labelPx + 6);
  const slot = Math.max(fit.slot, Math.floor(height / count));
  if (isFolded) return { height: below(paused), state, paused, members: [], commits: undefined, slot };
  const rows = members.map((_, at) => ({ y: below(paused) + 2 + at * (height + fit.gap), height }));
  const commits = { y: below(rows.at(-1) ?? paused) + 1, height: labelPx + 2 };
  return { height: below(commits), state, paused, members: rows, commits, slot };
}

/** The highest slots with which all bands fit into a height; the lowest if none do. */
export function fitBands(bands: readonly BandShape[], availablePx: number, labelPx: number): BandFit {
  return (
    [far, forLabels, forBars, 0.72, 0.6, least]
      .map((lines) => fitOf(labelPx, lines))
      .find((fit) => neededPx(bands, fit, labelPx) <= availablePx) ?? tightest(labelPx)
  );
}

/** Slots where the page scrolls anyway: for labels, or, where there is much to see, for bars. */
export function roomySlots(isLittle: boolean, labelPx: number): BandFit {
  return fitOf(labelPx, isLittle ? forLabels : forBars);
}

/** Whether groups of several members are too many to be seen together, with slots however low. */
export function areBandsFolded(
  groups: readonly Pick<GroupBandView, 'members' | 'partitions'>[],
  availablePx: number,
  labelPx: number,
): boolean {
  const open = groups.map(({ members, partitions }) => ({ members, partitions, isFolded: false }));
  return (
    groups.length > 1 &&
    groups.some(({ members }) => members.length > 1) &&
    neededPx(open, tightest(labelPx), labelPx) > availablePx
  );
}

/** How high bands are with their headings. */
function neededPx(bands: readonly BandShape[], fit: BandFit, labelPx: number): number {
  const heading = labelPx * 1.4 + 6;
  return bands.reduce((sum, band) => sum + layOutBand(band, fit, labelPx).height + heading, 0);
}

/** How many tracks of a topic are beside each other. Many are sooner, so that there is room below them. */
export function trackColumns(partitions: number, width: number, labelPx: number): 1 | 2 {
  return partitions > 1 && width >= (partitions > 4 ? 44 : 56) * labelPx ? 2 : 1;
}

/** About how high the tracks of topics are together. */
export function tracksHeight(
  topics: readonly Pick<TopicTrackView, 'partitions'>[],
  width: number,
  labelPx: number,
): number {
  const rows = topics.map(({ partitions: { length } }) => Math.ceil(length / trackColumns(length, width, labelPx)));
  return rows.reduce((sum, count) => sum + count, 0) * 5 * labelPx;
}

/** One character for each group, to stand on its flags: a letter of its name that is like no digit, of the beginnings of words if they are enough; its number if no letter is left. */
export function groupMarks(groups: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return groups.map((group, at) => {
    const initials = group.split(/[^\p{L}]+/u).map((word) => word.slice(0, 1));
    const letters = [...initials, ...Array.from(group)].map((letter) => letter.toUpperCase());
    const mark = letters.find((letter) => /(?![IO])\p{L}/u.test(letter) && !taken.has(letter)) ?? String(at + 1);
    taken.add(mark);
    return mark;
  });
}
