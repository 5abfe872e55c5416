import type { ClassicGroup, ClassicMember, GroupFields } from './classic-group.js';
import { applyMapChanges, type MapChanges } from './map-draft.js';

/** What becomes of a group in memory. */
export type GroupChange =
  | {
      readonly kind: 'update';
      /** The group that was decided about, new or known. */
      readonly group: ClassicGroup;
      readonly fields: GroupFields;
      readonly members: MapChanges<ClassicMember>;
      readonly staticMembers: MapChanges<string>;
      readonly pendingJoins: MapChanges<true>;
      readonly supporters: MapChanges<number>;
    }
  /** It is gone. */
  | { readonly kind: 'removal'; readonly groupId: string };

type Changeable<Group> = {
  -readonly [Field in keyof Group]: Group[Field] extends ReadonlyMap<string, infer Value>
    ? Map<string, Value>
    : Group[Field];
};

/** The only way in which a group in memory changes. Gives the group as it is now; undefined when it is gone. */
export function applyGroupChange(change: GroupChange): ClassicGroup | undefined {
  if (change.kind === 'removal') return undefined;
  const group = change.group as Changeable<ClassicGroup>;
  Object.assign(group, change.fields);
  applyMapChanges(group.members, change.members);
  applyMapChanges(group.staticMembers, change.staticMembers);
  applyMapChanges(group.pendingJoins, change.pendingJoins);
  applyMapChanges(group.supporters, change.supporters);
  return group;
}
