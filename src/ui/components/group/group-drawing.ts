import type { GroupBandView, GroupHandling, GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { focusId, type FocusRow } from '../focus-grid.js';
import type { KeyMark } from '../key-marks.js';
import { xAt, type TimeScale } from '../time-axis.js';
import type { BandShape } from './group-layout.js';
import type { GroupSelection, GroupStageProps } from './group-stage-props.js';

/** What every part of the stage of groups shares. */
export interface GroupDrawing extends GroupStageProps {
  /** Prefix of the ids of patterns. */
  readonly id: string;
  readonly labelPx: number;
  readonly tabStop: string | undefined;
  /** The character on a group's flags. */
  readonly groupMark: (group: string) => string;
  readonly fill: (mark: KeyMark) => string;
  readonly choose: (id: string, selection: GroupSelection) => void;
  readonly press: (event: KeyboardEvent, id: string, selection: GroupSelection | undefined) => void;
  readonly focus: (id: string) => void;
  readonly onTrack: (row: string, reveal: (index: number) => void) => () => void;
}

/** The rows of the focus grid. */
export const groupRows = {
  track: (topic: string, partition: number) => `track ${topic} ${partition}`,
  committed: (group: string, partition: number) => `committed ${group} ${partition}`,
  actions: 'actions',
  states: (group: string) => `states ${group}`,
  owned: (member: string) => `owned ${member}`,
  handled: (member: string) => `handled ${member}`,
  commits: (group: string) => `commits ${group}`,
} as const;

/** Everything that can be focused, in reading sequence: tracks with their flags, what the administrator did, and each group's band. */
export function groupFocusRows(
  picture: Omit<GroupRunView, 'groups'> & { readonly groups: readonly (GroupBandView & BandShape)[] },
  scale: TimeScale,
  isDragged: boolean,
): readonly FocusRow[] {
  const timed = (id: string, moments: readonly number[]): FocusRow => ({
    id,
    first: 0,
    last: moments.length - 1,
    xOf: (index) => xAt(scale, moments[index] ?? 0),
  });
  const from = ({ fromMs }: { readonly fromMs: number }): number => fromMs;
  const at = ({ atMs }: { readonly atMs: number }): number => atMs;
  return [
    ...picture.topics.flatMap(({ topic, partitions }) =>
      partitions.flatMap(({ partition, cells }): FocusRow[] => [
        ...picture.groups
          .filter((group) => isDragged && group.topic === topic && isCommitted(group, partition))
          .map(({ group }) => ({ id: groupRows.committed(group, partition), first: 0, last: 0, xOf: () => 0 })),
        { id: groupRows.track(topic, partition), first: 0, last: cells.length - 1, xOf: (index) => index * 32 },
      ]),
    ),
    timed(groupRows.actions, picture.actions.map(at)),
    ...picture.groups.flatMap(({ group, states, members, commits, isFolded }) => [
      timed(groupRows.states(group), states.map(from)),
      ...(isFolded
        ? []
        : [
            ...members.flatMap(({ member, owned, handlings }) => [
              timed(groupRows.owned(member), owned.map(from)),
              timed(groupRows.handled(member), handlings.map(from)),
            ]),
            timed(groupRows.commits(group), commits.map(at)),
          ]),
    ]),
  ];
}

function isCommitted({ partitions }: GroupBandView, partition: number): boolean {
  return partitions.some((each) => each.partition === partition && each.committed !== undefined);
}

/** What makes an SVG element a button of the stage. */
export function button(drawing: GroupDrawing, row: string, index: number, selection: GroupSelection, name: string) {
  const id = focusId(row, index);
  return {
    role: 'button',
    tabindex: drawing.tabStop === id ? 0 : -1,
    'aria-label': name,
    'aria-pressed': drawing.selected !== null && JSON.stringify(drawing.selected) === JSON.stringify(selection),
    'data-focus': id,
    onclick: () => drawing.choose(id, selection),
    onkeydown: (event: KeyboardEvent) => drawing.press(event, id, selection),
    onfocus: () => drawing.focus(id),
  } as const;
}

/** The label of a handling: the record's, and how often the group has begun it if it is not the first time. */
export function handlingLabel(drawing: Pick<GroupDrawing, 'label'>, { record, attempt }: GroupHandling): string {
  return attempt > 1 ? `${drawing.label(record)}×${attempt}` : drawing.label(record);
}
