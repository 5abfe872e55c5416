import type {
  GroupBandView,
  GroupHandling,
  GroupPartitionView,
  GroupRunView,
  MemberRowView,
  PartitionTrackView,
} from '../../engine/scenario/group-run-view.js';
import type { GroupRunSpec, RunGroup, RunMember } from '../../engine/scenario/group-run-spec.js';
import type { RunRecord } from '../../engine/scenario/run-spec.js';
import type { Question, Scenario } from './scenario.js';
import type { ScenarioTexts } from './scenario-texts.js';

/** What a learner can change in a run of groups; where it is a config of Kafka's, by its name. */
export type GroupSettingName =
  | 'group.protocol'
  | 'session.timeout.ms'
  | 'heartbeat.interval.ms'
  | 'max.poll.interval.ms'
  | 'max.poll.records'
  | 'auto.offset.reset'
  | 'auto.commit.interval.ms'
  | 'commits'
  | 'handling'
  | 'members'
  | 'group.instance.id'
  | 'partitions'
  | 'keyed'
  | 'seed';

/** One thing that a scenario lets be changed. */
export interface GroupVariation {
  readonly setting: GroupSettingName;
  /** The group that it changes; all groups of the run, alike, if absent. */
  readonly group?: string;
  /** Of `handling`: the member whose time it is; without it every member of the group has a time of its own. */
  readonly member?: string;
}

/** A scenario on consumer groups. */
export interface GroupScenario<StepId extends string = string, QuestionId extends string = string> extends Scenario<
  StepId,
  QuestionId,
  GroupRunSpec,
  GroupRunView
> {
  /** What can be changed in the steps that let it be changed. */
  readonly variations: readonly GroupVariation[];
  /** Committed offsets can be dragged there too; it is done as `kafka-consumer-groups --reset-offsets` does it, at the moment that is shown. */
  readonly isOffsetDragged?: boolean;
}
export type GroupQuestion = Question<GroupRunSpec, GroupRunView>;
export type GroupScenarioTexts<StepId extends string = string, QuestionId extends string = string> = ScenarioTexts<
  StepId,
  QuestionId,
  GroupRunSpec,
  GroupRunView
>;

/** The group of a view; throws if the run has no such group. */
export function groupOf({ groups }: GroupRunView, group: string): GroupBandView {
  return found(
    groups.find((each) => each.group === group),
    `group '${group}'`,
    groups.map((each) => each.group),
  );
}

/** A member of any group of a view; throws if the run has no such member. */
export function memberOf({ groups }: GroupRunView, member: string): MemberRowView {
  const members = groups.flatMap((group) => group.members);
  return found(
    members.find((each) => each.member === member),
    `member '${member}'`,
    members.map((each) => each.member),
  );
}

/** How a group stands in a partition; throws if the group has no such partition. */
export function partitionOf(view: GroupRunView, group: string, partition: number): GroupPartitionView {
  const { partitions } = groupOf(view, group);
  return found(
    partitions.find((each) => each.partition === partition),
    `partition ${partition}`,
    partitions.map((each) => String(each.partition)),
  );
}

/** A partition of a topic; throws if the run has no such partition. */
export function trackOf({ topics }: GroupRunView, topic: string, partition: number): PartitionTrackView {
  const tracks = topics.flatMap((each) =>
    each.partitions.map((track) => ({ topic: each.topic, name: `${each.topic}-${track.partition}`, track })),
  );
  return found(
    tracks.find((each) => each.topic === topic && each.track.partition === partition),
    `partition '${topic}-${partition}'`,
    tracks.map(({ name }) => name),
  ).track;
}

/** A handling with who did it. */
export type HandlingBy = GroupHandling & { readonly member: string };

/** What a group handled, in the sequence in which it was begun. */
export function handlingsOf(view: GroupRunView, group: string): readonly HandlingBy[] {
  return groupOf(view, group)
    .members.flatMap(({ member, handlings }) => handlings.map((handling) => ({ ...handling, member })))
    .sort((a, b) => a.fromMs - b.fromMs || a.event - b.event);
}

/** Who owned a partition of a group at a moment, from a view at that moment or later; undefined if nobody did. */
export function ownerAt(view: GroupRunView, group: string, partition: number, atMs: number): string | undefined {
  return groupOf(view, group).members.find(({ owned }) =>
    owned.some(
      (span) => span.partition === partition && span.fromMs <= atMs && (span.toMs === undefined || span.toMs > atMs),
    ),
  )?.member;
}

/** How many finished handlings were of a record that the group had finished before. */
export function repeatsOf(view: GroupRunView, group: string): number {
  const { handledCount, handledRecords } = groupOf(view, group);
  return handledCount - handledRecords.length;
}

/** The records that the script sends, in their sequence. */
export function sendsOf({ script }: GroupRunSpec): readonly RunRecord[] {
  return script.flatMap((step) => (step.does === 'send' ? [{ key: step.key, value: step.value }] : []));
}

/** The group of a spec; throws if the spec has no such group. */
export function groupSpecOf({ groups }: GroupRunSpec, group: string): RunGroup {
  return found(
    groups.find((each) => each.group === group),
    `group '${group}'`,
    groups.map((each) => each.group),
  );
}

/** `spec` with one of its groups changed, or all of them. */
export function withGroup(
  spec: GroupRunSpec,
  group: string | undefined,
  change: (group: RunGroup) => RunGroup,
): GroupRunSpec {
  return {
    ...spec,
    groups: spec.groups.map((each) => (group === undefined || each.group === group ? change(each) : each)),
  };
}

/** `spec` with one of its members changed. */
export function withMember(spec: GroupRunSpec, member: string, change: (member: RunMember) => RunMember): GroupRunSpec {
  return withGroup(spec, undefined, (group) => ({
    ...group,
    members: group.members.map((each) => (each.member === member ? change(each) : each)),
  }));
}

/** `spec` with one of its groups alone, its members, and the topic that it reads; throws if the spec has no such group. */
export function alone(spec: GroupRunSpec, group: string): GroupRunSpec {
  const kept = groupSpecOf(spec, group);
  return {
    ...spec,
    groups: [kept],
    topics: spec.topics.filter(({ topic }) => topic === kept.topic),
    script: spec.script.filter(
      (step) => !('member' in step) || kept.members.some(({ member }) => member === step.member),
    ),
  };
}

/** `view` with some of its groups alone, and the topics that they read. */
export function withGroupsShown(view: GroupRunView, groups: readonly string[] | undefined): GroupRunView {
  if (groups === undefined) return view;
  const shown = view.groups.filter(({ group }) => groups.includes(group));
  return {
    ...view,
    topics: view.topics.filter(({ topic }) => shown.some((group) => group.topic === topic)),
    groups: shown,
  };
}

function found<Value>(value: Value | undefined, what: string, there: readonly string[]): Value {
  if (value === undefined) throw new Error(`The run has no ${what}; it has ${there.join(', ')}.`);
  return value;
}
