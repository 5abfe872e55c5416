import type { GroupRunSpec } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import type { ComponentTexts } from '../component-texts.js';
import type { KeyMark } from '../key-marks.js';
import type { GroupTexts } from './group-texts.js';

/** What is picked out of a run of groups. Events are indexes of the trace. */
export type GroupSelection =
  | { readonly kind: 'record'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly kind: 'handling'; readonly member: string; readonly event: number }
  /** A stretch in which a member owned a partition. */
  | { readonly kind: 'owned'; readonly member: string; readonly partition: number; readonly event: number }
  | { readonly kind: 'state'; readonly group: string; readonly event: number }
  | { readonly kind: 'commit'; readonly group: string; readonly partition: number; readonly event: number }
  /** A step of the script that an administrator took. */
  | { readonly kind: 'action'; readonly step: number };

/** Whether two selections are of the same thing. */
export function isSamePick(one: GroupSelection | null, other: GroupSelection): boolean {
  return one !== null && JSON.stringify(one) === JSON.stringify(other);
}

/** What the stage of groups draws and what it says back. */
export interface GroupStageProps {
  readonly spec: GroupRunSpec;
  readonly picture: GroupRunView;
  /** What the axis of time spans. */
  readonly axisEndMs: number;
  readonly selected: GroupSelection | null;
  /** False: no sum and no reason is told. */
  readonly reveal: boolean;
  readonly texts: ComponentTexts;
  readonly words: GroupTexts;
  /** The name of a record, by its index among the script's `send` steps. */
  readonly label: (record: number) => string;
  readonly mark: (record: number) => KeyMark;
  readonly onSelect: (selection: GroupSelection | null) => void;
  /** Given: the committed offsets of groups can be moved. */
  readonly onDragCommitted?: ((group: string, partition: number, offset: number) => void) | undefined;
  /** A sentence for the live region. */
  readonly onAnnounce?: ((sentence: string) => void) | undefined;
}
