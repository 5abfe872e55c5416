import type { GroupBandView, MemberRowView, OwnedSpan } from '../../../engine/scenario/group-run-view.js';
import { xAt, type TimeScale } from '../time-axis.js';
import type { GroupTexts } from './group-texts.js';

/** The partitions that a member owns at the moment that is shown. */
export function ownedNow({ owned }: MemberRowView): readonly number[] {
  return owned
    .filter(({ toMs }) => toMs === undefined)
    .map(({ partition }) => partition)
    .sort((a, b) => a - b);
}

/** How a member fares at the moment that is shown. */
export function conditionOf(row: MemberRowView): 'absent' | 'stopped' | 'crashed' | 'failed' | 'idle' | 'working' {
  const life = row.lives.at(-1);
  if (life === undefined) return 'absent';
  if (life.end !== undefined) return life.end;
  return ownedNow(row).length === 0 ? 'idle' : 'working';
}

/** What became of a group, in sums. One member alone moves nothing. */
export function totalsOf(band: GroupBandView, { totals }: Pick<GroupTexts, 'totals'>): readonly string[] {
  const repeats = band.handledCount - band.handledRecords.length;
  return [
    totals.paused(band.pausedMs),
    ...(band.members.length > 1 ? [totals.moved(band.movedCount)] : []),
    totals.handled(band.handledCount),
    ...(repeats > 0 ? [totals.repeats(repeats)] : []),
  ];
}

/** The part of a stretch of time that lies on an axis, wide enough to be seen. */
export function spanOn(
  scale: TimeScale,
  fromMs: number,
  toMs: number,
  leastPx = 2.5,
): { readonly x: number; readonly width: number } {
  const x = Math.max(scale.x0, xAt(scale, fromMs));
  return { x, width: Math.max(leastPx, Math.min(scale.x1, xAt(scale, toMs)) - x) };
}

/** A partition that went from one member to another: the end of one's stretch and the beginning of the other's. */
export interface Move {
  readonly partition: number;
  readonly from: string;
  readonly fromMs: number;
  readonly to: string;
  readonly toMs: number;
  /** Of the stretch that begins. */
  readonly event: number;
}

/** Each partition's way from member to member, by time. */
export function movesOf({ members }: Pick<GroupBandView, 'members'>): readonly Move[] {
  const spans = members
    .flatMap(({ member, owned }) => owned.map((span) => ({ member, ...span })))
    .sort((a, b) => a.fromMs - b.fromMs);
  const last = new Map<number, { readonly member: string } & OwnedSpan>();
  return spans.flatMap((span): Move[] => {
    const before = last.get(span.partition);
    last.set(span.partition, span);
    if (before === undefined || before.member === span.member) return [];
    return [
      {
        partition: span.partition,
        from: before.member,
        fromMs: Math.min(before.toMs ?? span.fromMs, span.fromMs),
        to: span.member,
        toMs: span.fromMs,
        event: span.event,
      },
    ];
  });
}

/** A zigzag down the right edge of something that was torn off, as a path that goes on from its top right corner. */
export function tornEdge(x: number, y: number, height: number): string {
  const teeth = Math.max(2, Math.round(height / 5));
  const step = height / teeth;
  return Array.from(
    { length: teeth },
    (_, at) => `L${x - 3} ${y + (at + 0.5) * step}L${x} ${y + (at + 1) * step}`,
  ).join('');
}
