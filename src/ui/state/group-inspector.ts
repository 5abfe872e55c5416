import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { causeChain } from '../../engine/scenario/cause-chain.js';
import type { GroupRunSpec } from '../../engine/scenario/group-run-spec.js';
import type { GroupBandView, GroupRunView, MemberRowView, TrackCell } from '../../engine/scenario/group-run-view.js';
import type { StoredRecord } from '../../engine/scenario/stored-record.js';
import type { GroupSelection } from '../components/group/group-stage-props.js';
import type { InspectorField, InspectorSubject, WhyStep } from '../components/panel-props.js';
import type { AppTexts } from '../texts/app-texts.js';
import type { GroupAppTexts } from '../texts/group-app-texts.js';
import { groupSentenceOf, reasonInWords, type GroupEventNames } from './group-sentences.js';
import { storedFields } from './inspector-subject.js';

/** What the inspector is told about what is picked out of a run of groups. */
export interface InspectedGroups {
  readonly selection: GroupSelection;
  readonly spec: GroupRunSpec;
  readonly picture: GroupRunView;
  /** Everything simulated so far: chains of causes look back only. */
  readonly trace: readonly RecordedEvent[];
  readonly originMs: number;
  /** Whether reasons may be told. */
  readonly reveal: boolean;
  /** What lies in the log of a record, once it was read back. */
  readonly stored: StoredRecord | undefined;
  readonly texts: AppTexts;
  readonly words: GroupAppTexts;
  readonly names: GroupEventNames;
}

type Of<Kind extends GroupSelection['kind']> = Extract<GroupSelection, { kind: Kind }>;

/** Everything about what is picked out of a run of groups, in words; undefined if it is not there at the moment that is shown. */
export function groupInspectorSubject(inspected: InspectedGroups): InspectorSubject | undefined {
  const { selection } = inspected;
  switch (selection.kind) {
    case 'record':
      return recordSubject(inspected, selection);
    case 'handling':
      return handlingSubject(inspected, selection);
    case 'owned':
      return ownedSubject(inspected, selection);
    case 'state':
      return stateSubject(inspected, selection);
    case 'commit':
      return commitSubject(inspected, selection);
    case 'action':
      return actionSubject(inspected, selection);
  }
}

function recordSubject(inspected: InspectedGroups, { topic, partition, offset }: Of<'record'>) {
  const { picture, texts, words, stored, names } = inspected;
  const cell = cellAt(picture, topic, partition, offset);
  if (cell === undefined) return undefined;
  const handled = picture.groups
    .filter((group) => group.topic === topic)
    .flatMap((group) =>
      group.members.flatMap(({ member, handlings }) =>
        handlings
          .filter((each) => each.partition === partition && each.offset === offset)
          .map((each) => ({ member, ...each })),
      ),
    );
  const fields: InspectorField[] = [
    { name: texts.inspector.key, value: cell.key ?? texts.components.record.noKey, monospaced: true },
    { name: words.inspector.appendedAt, value: texts.seconds(cell.appendedAtMs) },
    ...handled.map(({ member, fromMs, toMs, attempt, isCutShort }) => ({
      name: attempt > 1 ? `${words.inspector.handledBy} (${attempt})` : words.inspector.handledBy,
      value: `${member}, ${texts.seconds(fromMs)} – ${isCutShort ? words.inspector.cutShort : toMs === undefined ? words.inspector.inHand : texts.seconds(toMs)}`,
    })),
  ];
  return {
    title: words.inspector.record(topic, partition, offset),
    chip: { label: names.label(cell.record), key: cell.key },
    fields,
    value: cell.value,
    bytes: stored?.value ?? new TextEncoder().encode(cell.value),
    batch: stored === undefined ? [] : storedFields(stored, texts),
    why: whySteps(inspected, [
      ...handled.map(({ endEvent, event }) => endEvent ?? event).sort((one, other) => other - one),
      cell.event,
    ]),
  };
}

function handlingSubject(inspected: InspectedGroups, { member, event }: Of<'handling'>) {
  const { picture, texts, words, names } = inspected;
  const found = rowOf(picture, member);
  const handling = found?.row.handlings.find((each) => each.event === event);
  if (found === undefined || handling === undefined) return undefined;
  const { partition, offset, fromMs, toMs, attempt, isCutShort, record, endEvent } = handling;
  const cell = cellAt(picture, found.group.topic, partition, offset);
  const outcome = isCutShort
    ? words.inspector.cutShort
    : toMs === undefined
      ? words.inspector.inHand
      : words.inspector.handled;
  return {
    title: words.inspector.handling(member),
    chip: { label: names.label(record), key: cell?.key ?? null },
    fields: [
      { name: words.inspector.partitionName, value: String(partition), monospaced: true },
      { name: words.inspector.offset, value: String(offset), monospaced: true },
      { name: words.inspector.time, value: timeOf(fromMs, toMs, texts) },
      { name: words.inspector.attempt, value: String(attempt), monospaced: true },
      { name: words.inspector.outcome, value: outcome },
    ],
    value: cell?.value,
    batch: [],
    why: whySteps(inspected, [endEvent, event]),
  };
}

function ownedSubject(inspected: InspectedGroups, { member, partition, event }: Of<'owned'>) {
  const { picture, texts, words } = inspected;
  const found = rowOf(picture, member);
  const span = found?.row.owned.find((each) => each.event === event && each.partition === partition);
  if (found === undefined || span === undefined) return undefined;
  const standing = found.group.partitions.find((each) => each.partition === partition);
  const { fromMs, toMs, isLost, epoch } = span;
  const outcome = toMs === undefined ? words.inspector.owned : isLost ? words.inspector.lost : words.inspector.givenUp;
  const fields: InspectorField[] = [
    { name: words.inspector.group, value: found.group.group },
    { name: words.inspector.epoch, value: String(epoch), monospaced: true },
    { name: words.inspector.time, value: timeOf(fromMs, toMs, texts) },
    { name: words.inspector.outcome, value: outcome },
  ];
  if (toMs === undefined && standing?.start !== undefined)
    fields.push({
      name: words.inspector.startedAt,
      value: words.inspector.start(standing.start.source, standing.start.offset),
    });
  if (toMs === undefined && standing?.lag !== undefined)
    fields.push({ name: words.inspector.lag, value: String(standing.lag), monospaced: true });
  return {
    title: words.inspector.partition(member, partition),
    fields,
    batch: [],
    why: whySteps(inspected, [standing?.start?.event, event]),
  };
}

function stateSubject(inspected: InspectedGroups, { group, event }: Of<'state'>) {
  const { picture, texts, words, reveal, names } = inspected;
  const band = picture.groups.find((each) => each.group === group);
  const span = band?.states.find((each) => each.event === event);
  if (band === undefined || span === undefined) return undefined;
  const fields: InspectorField[] = [
    { name: words.inspector.state, value: span.state, monospaced: true },
    { name: words.inspector.epoch, value: String(span.epoch), monospaced: true },
    { name: words.inspector.time, value: timeOf(span.fromMs, span.toMs, texts) },
  ];
  if (span.toMs !== undefined)
    fields.push({ name: words.inspector.lasted, value: texts.seconds(span.toMs - span.fromMs) });
  if (reveal) fields.push({ name: words.inspector.reason, value: reasonInWords(span.reason, names) });
  return { title: words.stage.group(group), fields, batch: [], why: whySteps(inspected, [event]) };
}

function commitSubject(inspected: InspectedGroups, { group, partition, event }: Of<'commit'>) {
  const { picture, words, trace } = inspected;
  const band = picture.groups.find((each) => each.group === group);
  const commit = band?.commits.find((each) => each.event === event && each.partition === partition);
  if (commit === undefined) return undefined;
  const fields: InspectorField[] = [
    { name: words.inspector.group, value: group },
    ...(commit.member === '' ? [] : [{ name: words.inspector.member, value: commit.member }]),
    { name: words.inspector.partitionName, value: String(partition), monospaced: true },
    { name: words.inspector.offset, value: String(commit.offset), monospaced: true },
    {
      name: words.inspector.outcome,
      value: commit.refused === undefined ? words.inspector.accepted : `${words.inspector.refused}: ${commit.refused}`,
    },
  ];
  const recorded = trace[event];
  if (recorded?.kind === 'commit-refused')
    fields.push({ name: words.inspector.message, value: recorded.error.message });
  return { title: words.inspector.commit(commit.atMs), fields, batch: [], why: whySteps(inspected, [event]) };
}

function actionSubject(inspected: InspectedGroups, { step }: Of<'action'>) {
  const { picture, texts, words, spec } = inspected;
  const action = picture.actions.find((each) => each.step === step);
  const asked = spec.script[step];
  if (action === undefined || asked === undefined) return undefined;
  const { atMs, answeredAtMs, refused } = action;
  const outcome =
    answeredAtMs === undefined
      ? words.inspector.waiting
      : refused === undefined
        ? words.inspector.accepted
        : `${words.inspector.refused}: ${refused.code}`;
  const fields: InspectorField[] = [{ name: words.inspector.outcome, value: outcome }];
  if (answeredAtMs !== undefined)
    fields.unshift({ name: words.inspector.answeredAt, value: texts.seconds(answeredAtMs) });
  if (refused !== undefined) fields.push({ name: words.inspector.message, value: refused.message });
  return {
    title: `${words.inspector.action(atMs)}: ${words.stage.action(asked)}`,
    fields,
    batch: [],
    why: whySteps(inspected, [action.answerEvent, action.event]),
  };
}

function timeOf(fromMs: number, toMs: number | undefined, { seconds }: AppTexts): string {
  return `${seconds(fromMs)} – ${toMs === undefined ? '' : seconds(toMs)}`.trimEnd();
}

function cellAt({ topics }: GroupRunView, topic: string, partition: number, offset: number): TrackCell | undefined {
  return topics
    .find((each) => each.topic === topic)
    ?.partitions.find((each) => each.partition === partition)
    ?.cells.find((each) => each.offset === offset);
}

function rowOf(
  { groups }: GroupRunView,
  member: string,
): { readonly group: GroupBandView; readonly row: MemberRowView } | undefined {
  for (const group of groups) {
    const row = group.members.find((each) => each.member === member);
    if (row !== undefined) return { group, row };
  }
  return undefined;
}

/** From these events back to what caused them; none before reasons may be told. */
function whySteps(inspected: InspectedGroups, events: readonly (number | undefined)[]): readonly WhyStep[] {
  const { trace, originMs, picture, names, reveal } = inspected;
  if (!reveal) return [];
  const steps = new Map<number, WhyStep>();
  for (const event of events.flatMap((index) => (index === undefined ? [] : causeChain(trace, index)))) {
    const text = groupSentenceOf(event, names);
    if (text !== undefined && event.at - originMs <= picture.atMs)
      steps.set(event.index, { text, event: event.index, atMs: event.at - originMs });
  }
  return [...steps.values()];
}
