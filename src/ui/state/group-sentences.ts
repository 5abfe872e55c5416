import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import type { GroupRunSpec, GroupRunStep, RunGroupProtocol } from '../../engine/scenario/group-run-spec.js';
import { readReason, type GroupReasonKind } from './group-reasons.js';

/** Sentences about what happened to groups, in one language. Partitions are numbers, moments run times in milliseconds. */
export interface GroupEventTexts {
  readonly sent: (record: string) => string;
  readonly finished: string;
  readonly appended: (records: readonly string[], partition: number, baseOffset: number) => string;
  readonly step: (step: GroupRunStep) => string | undefined;
  readonly answered: (step: GroupRunStep) => string;
  readonly refused: (step: GroupRunStep, code: string, message: string) => string;
  /** `epoch` is what a group of that protocol counts: generations or epochs. */
  readonly stateChanged: (
    group: string,
    to: string,
    protocol: RunGroupProtocol,
    epoch: number,
    reason: string,
  ) => string;
  /** Why a group came into a state; `members` by their names in the run. */
  readonly reasons: Readonly<Record<GroupReasonKind, (members: readonly string[]) => string>>;
  readonly epochChanged: (group: string, epoch: number) => string;
  readonly targetAssigned: (group: string, epoch: number) => string;
  readonly memberEpochChanged: (member: string, epoch: number, state: string) => string;
  readonly converted: (group: string, to: 'classic' | 'consumer') => string;
  readonly joined: (member: string, group: string) => string;
  readonly left: (
    member: string,
    group: string,
    reason: 'left' | 'session-expired' | 'rebalance-timeout' | 'replaced',
  ) => string;
  readonly groupDeleted: (group: string, reason: 'deleted' | 'expired') => string;
  readonly assigned: (
    member: string,
    partitions: readonly number[],
    protocol: RunGroupProtocol,
    epoch: number,
  ) => string;
  readonly revoked: (member: string, partitions: readonly number[], isLost: boolean) => string;
  readonly started: (member: string) => string;
  readonly ended: (
    member: string,
    end: 'stopped' | 'crashed' | 'failed',
    error: { readonly code: string; readonly message: string } | undefined,
  ) => string;
  readonly begun: (member: string, record: string, partition: number, offset: number) => string;
  readonly handled: (member: string, record: string) => string;
  readonly committed: (group: string, partition: number, offset: number) => string;
  readonly commitRefused: (member: string, code: string, message: string) => string;
  readonly offsetReset: (member: string, partition: number, offset: number, isOutOfRange: boolean) => string;
  readonly logStart: (partition: number, offset: number) => string;
}

/** What names records and members of one run. */
export interface GroupEventNames {
  readonly texts: GroupEventTexts;
  readonly spec: GroupRunSpec;
  readonly label: (record: number) => string;
  /** The records (by their index among the script's `send` steps) that a topic has from one offset to another, both included. */
  readonly recordsAt: (topic: string, partition: number, from: number, to: number) => readonly number[];
  /** The member of the run behind an id that the coordinator gave; the id itself if it is not known. */
  readonly memberOf: (id: string) => string;
}

const numbersOf = (partitions: readonly { readonly partition: number }[]): readonly number[] =>
  partitions.map(({ partition }) => partition).sort((a, b) => a - b);

const protocolOf = ({ spec }: GroupEventNames, group: string): RunGroupProtocol =>
  spec.groups.find((each) => each.group === group)?.protocol ?? 'eager';

/** An event in words; undefined for what is no matter of the story. */
export function groupSentenceOf(event: RecordedEvent, names: GroupEventNames): string | undefined {
  if ('topic' in event && event.topic.startsWith('__')) return undefined;
  const { texts, label } = names;
  switch (event.kind) {
    case 'command':
      return commandSentence(event, names);
    case 'batch-appended': {
      const records = names.recordsAt(event.topic, event.partition, event.baseOffset, event.lastOffset);
      return records.length === 0 ? undefined : texts.appended(records.map(label), event.partition, event.baseOffset);
    }
    case 'log-start-advanced':
      return texts.logStart(event.partition, event.logStartOffset);
    case 'group-state-changed':
      return texts.stateChanged(
        event.group,
        event.to,
        protocolOf(names, event.group),
        event.generation,
        reasonInWords(event.reason, names),
      );
    case 'group-epoch-changed':
      return texts.epochChanged(event.group, event.epoch);
    case 'target-assigned':
      return texts.targetAssigned(event.group, event.epoch);
    case 'member-epoch-changed':
      return texts.memberEpochChanged(names.memberOf(event.member), event.epoch, event.state);
    case 'group-converted':
      return texts.converted(event.group, event.to);
    case 'member-joined':
      return texts.joined(event.client, event.group);
    case 'member-left':
      return texts.left(names.memberOf(event.member), event.group, event.reason);
    case 'group-deleted':
      return texts.groupDeleted(event.group, event.reason);
    case 'partitions-assigned':
      return texts.assigned(
        event.client,
        numbersOf(event.partitions),
        protocolOf(names, event.group),
        event.generation,
      );
    case 'partitions-revoked':
      return texts.revoked(event.client, numbersOf(event.partitions), event.lost);
    case 'application-started':
      return texts.started(event.client);
    case 'application-ended':
      return texts.ended(event.client, event.end, event.error);
    case 'handling-begun':
    case 'handling-ended': {
      const [record] = names.recordsAt(event.topic, event.partition, event.offset, event.offset);
      if (record === undefined) return undefined;
      return event.kind === 'handling-begun'
        ? texts.begun(event.client, label(record), event.partition, event.offset)
        : texts.handled(event.client, label(record));
    }
    case 'offset-committed':
      return texts.committed(event.group, event.partition, event.offset);
    case 'commit-refused':
      return texts.commitRefused(event.client, event.error.code, event.error.message);
    case 'offset-reset':
      return texts.offsetReset(event.client, event.partition, event.offset, event.reason === 'out-of-range');
    default:
      return undefined;
  }
}

function commandSentence(
  event: Extract<RecordedEvent, { kind: 'command' }>,
  { texts, spec, label }: GroupEventNames,
): string | undefined {
  if (event.id === 'command:finished') return texts.finished;
  const [, kind, place] = /^command:(script|answer)-(\d+)$/.exec(event.id ?? '') ?? [];
  const at = Number(place);
  const step = spec.script[at];
  if (kind === undefined || step === undefined) return undefined;
  if (kind === 'script') {
    if (step.does !== 'send') return texts.step(step);
    return texts.sent(label(spec.script.slice(0, at).filter(({ does }) => does === 'send').length));
  }
  const { error, message } = event.args ?? {};
  if (typeof error !== 'string') return texts.answered(step);
  return texts.refused(step, error, typeof message === 'string' ? message : '');
}

/** Why a group came into a state, in words; what the coordinator said if it is not known. */
export function reasonInWords(
  reason: string,
  { texts, memberOf }: Pick<GroupEventNames, 'texts' | 'memberOf'>,
): string {
  const read = readReason(reason, memberOf);
  return read === undefined ? reason : texts.reasons[read.kind](read.members);
}

/** The members of a run by the ids that the coordinator gave them, from the trace. */
export function membersById(trace: readonly RecordedEvent[]): ReadonlyMap<string, string> {
  return new Map(
    trace.flatMap((event) =>
      event.kind === 'member-joined' || event.kind === 'partitions-assigned' ? [[event.member, event.client]] : [],
    ),
  );
}
