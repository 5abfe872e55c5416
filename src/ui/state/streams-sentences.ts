import type { RecordedEvent, RecordInWords } from '../../engine/environment/trace-events.js';
import type { StreamsRunSpec, StreamsRunStep } from '../../engine/scenario/streams-run-spec.js';

/** Sentences about what happened to applications, in one language. Times are run times in milliseconds. */
export interface StreamsEventTexts {
  readonly finished: string;
  readonly sent: (topic: string, key: string | null, value: string | null) => string;
  readonly step: (step: StreamsRunStep) => string;
  readonly answered: (step: StreamsRunStep) => string;
  readonly refused: (step: StreamsRunStep, code: string, message: string) => string;
  readonly stored: (
    topic: string,
    partition: number,
    offset: number,
    record: {
      readonly key: string | null;
      readonly value: string | null;
      readonly window: { startMs: number; endMs: number } | undefined;
    },
  ) => string;
  readonly started: (instance: string) => string;
  readonly ended: (
    instance: string,
    end: 'stopped' | 'crashed' | 'failed',
    error: { readonly code: string; readonly message: string } | undefined,
  ) => string;
  readonly stateChanged: (instance: string, to: string) => string;
  readonly assigned: (instance: string, task: string, role: 'active' | 'standby') => string;
  readonly restored: (instance: string, task: string, records: number) => string;
  readonly taskEnded: (instance: string, task: string, reason: string) => string;
  readonly processed: (
    task: string,
    topic: string,
    offset: number,
    timestampMs: number,
    streamTimeMs: number,
  ) => string;
  readonly dropped: (
    task: string,
    node: string,
    reason: string,
    timestampMs: number,
    streamTimeMs: number,
    window: { startMs: number; endMs: number } | undefined,
  ) => string;
  readonly topicCreated: (topic: string, partitions: number) => string;
  readonly topicDeleted: (topic: string) => string;
  readonly cleaned: (topic: string, partition: number, removed: number) => string;
  readonly committed: (instance: string, tasks: readonly string[]) => string;
}

/** What names things of one run. */
export interface StreamsEventNames {
  readonly texts: StreamsEventTexts;
  readonly spec: StreamsRunSpec;
  readonly originMs: number;
  /** The applications that are shown; all if undefined. */
  readonly shown: readonly string[] | undefined;
}

/** An event in words; undefined for what is no matter of the story. */
export function streamsSentenceOf(event: RecordedEvent, names: StreamsEventNames): string | undefined {
  const { texts, originMs, shown } = names;
  if ('topic' in event && event.topic.startsWith('__')) return undefined;
  if (shown !== undefined && 'application' in event && !shown.includes(event.application)) return undefined;
  if (shown !== undefined && 'group' in event && !shown.includes(event.group)) return undefined;
  const inRun = (window: RecordInWords['window']) =>
    window && { startMs: window.start - originMs, endMs: window.end - originMs };
  switch (event.kind) {
    case 'command':
      return commandSentence(event, names);
    case 'topic-created':
      return texts.topicCreated(event.topic, event.partitions);
    case 'topic-deleted':
      return texts.topicDeleted(event.topic);
    case 'records-stored':
      return event.records
        .map((record, at) =>
          texts.stored(event.topic, event.partition, event.baseOffset + at, {
            ...record,
            window: inRun(record.window),
          }),
        )
        .join(' ');
    case 'log-cleaned':
      return texts.cleaned(
        event.topic,
        event.partition,
        event.removed.reduce((sum, [from, to]) => sum + to - from + 1, 0),
      );
    case 'application-started':
      return texts.started(event.client);
    case 'application-ended':
      return texts.ended(event.client, event.end, event.error);
    case 'application-state-changed':
      return texts.stateChanged(event.client, event.to);
    case 'task-assigned':
      return texts.assigned(event.client, event.task, event.role);
    case 'task-restored':
      return texts.restored(event.client, event.task, event.records);
    case 'task-ended':
      return texts.taskEnded(event.client, event.task, event.reason);
    case 'record-processed':
      return texts.processed(
        event.task,
        event.topic,
        event.offset,
        event.timestamp - originMs,
        event.streamTime - originMs,
      );
    case 'record-dropped':
      return texts.dropped(
        event.task,
        event.node,
        event.reason,
        event.timestamp - originMs,
        event.streamTime - originMs,
        inRun(event.window),
      );
    case 'tasks-committed':
      return texts.committed(event.client, event.tasks);
    default:
      return undefined;
  }
}

function commandSentence(
  event: Extract<RecordedEvent, { kind: 'command' }>,
  { texts, spec }: StreamsEventNames,
): string | undefined {
  if (event.id === 'command:finished') return texts.finished;
  const [, kind, place] = /^command:(script|answer)-(\d+)$/.exec(event.id ?? '') ?? [];
  const step = spec.script[Number(place)];
  if (kind === undefined || step === undefined) return undefined;
  if (kind === 'script') return step.does === 'send' ? texts.sent(step.topic, step.key, step.value) : texts.step(step);
  const { error, message } = event.args ?? {};
  if (typeof error !== 'string') return texts.answered(step);
  return texts.refused(step, error, typeof message === 'string' ? message : '');
}
