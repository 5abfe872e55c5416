import type { MemberRowView } from '../../../engine/scenario/group-run-view.js';

/** The partitions that a member owns at the moment that is shown. */
export function ownedNow({ owned }: MemberRowView): readonly number[] {
  return owned
    .filter(({ toMs }) => toMs === undefined)
    .map(({ partition }) => partition)
    .sort((a, b) => a - b);
}
