import type { LaneId } from '../../engine/scenario/run-spec.js';
import type { ActorView, LaneView, RunView } from '../../engine/scenario/run-view.js';
import type { FocusRow } from './focus-grid.js';
import type { StageLayout } from './stage-layout.js';
import { xAt, type TimeScale } from './time-axis.js';

/** The rows of the focus grid, by name. */
export const nowRows = {
  strip: 'records',
  ready: 'queue ready',
  inHand: 'queue in hand',
  inbox: (actor: string) => `inbox ${actor}`,
  partition: (partition: number) => `partition ${partition}`,
} as const;

export const barRow = (lane: LaneId, actor: string): string => `bars ${lane} ${actor}`;

/** The lane of that name at the moment, if the run has it. */
export function laneOf<Lane extends LaneId>(
  view: RunView | undefined,
  lane: Lane,
): Extract<LaneView, { lane: Lane }> | undefined {
  return view?.lanes.find((candidate): candidate is Extract<LaneView, { lane: Lane }> => candidate.lane === lane);
}

export function actorOf(view: RunView | undefined, lane: LaneId, actor: string): ActorView | undefined {
  return laneOf(view, lane)?.actors.find((candidate) => candidate.actor === actor);
}

/**
 * Everything on the stage that can be focused, from top to bottom: the strip of records, and in each lane first the state now, then the bars of each
 * row that lie on the axis. Rows too dense for bars have one item, which zooms.
 */
export function focusRows(
  view: RunView,
  recordCount: number,
  layout: StageLayout,
  scale: TimeScale,
  isDense: (lane: LaneId, actor: ActorView) => boolean,
): readonly FocusRow[] {
  const cellX = (index: number) => layout.strip.x + index * 30;
  const rowOf = (id: string, count: number): FocusRow => ({ id, first: 0, last: count - 1, xOf: cellX });
  return [
    rowOf(nowRows.strip, recordCount),
    ...layout.lanes.flatMap(({ lane, isFolded }) => {
      const drawn = laneOf(view, lane);
      if (drawn === undefined || isFolded) return [];
      return [
        ...rowsNow(drawn).map(({ id, count }) => rowOf(id, count)),
        ...drawn.actors.map((actor) => barsRow(lane, actor, view.atMs, scale, isDense(lane, actor))),
      ];
    }),
  ];
}

function rowsNow(lane: LaneView): readonly { readonly id: string; readonly count: number }[] {
  switch (lane.lane) {
    case 'queue':
      return [
        { id: nowRows.ready, count: lane.ready.length },
        { id: nowRows.inHand, count: lane.inFlight.length },
      ];
    case 'publish-subscribe':
      return lane.inboxes.map(({ actor, waiting }) => ({ id: nowRows.inbox(actor), count: waiting.length }));
    case 'topic':
      return lane.partitions.map(({ partition, cells }) => ({ id: nowRows.partition(partition), count: cells.length }));
  }
}

function barsRow(lane: LaneId, actor: ActorView, atMs: number, scale: TimeScale, dense: boolean): FocusRow {
  const id = barRow(lane, actor.actor);
  if (dense) return { id, first: 0, last: 0, xOf: () => scale.x0 };
  const isShown = (handling: ActorView['handlings'][number]) =>
    (handling.toMs ?? atMs) >= scale.fromMs && handling.fromMs <= scale.toMs;
  const first = actor.handlings.findIndex(isShown);
  const last = actor.handlings.findLastIndex(isShown);
  return first === -1
    ? { id, first: 0, last: -1, xOf: () => scale.x0 }
    : { id, first, last, xOf: (index) => xAt(scale, actor.handlings[index]?.fromMs ?? 0) };
}
