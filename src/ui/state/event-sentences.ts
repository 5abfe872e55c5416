import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import type { LaneId } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';

/** Sentences about what happened, in one language. `record` is a record's label, `actor` an actor's name. */
export interface EventTexts {
  readonly sent: (record: string) => string;
  readonly finished: string;
  readonly enqueued: (record: string) => string;
  readonly taken: (actor: string, record: string, attempt: number) => string;
  readonly handled: (actor: string, record: string) => string;
  readonly acknowledged: (record: string) => string;
  readonly redelivered: (actor: string, record: string, reason: 'timeout' | 'worker-gone') => string;
  readonly subscribed: (actor: string) => string;
  readonly published: (record: string, listeners: number) => string;
  readonly received: (actor: string, record: string) => string;
  readonly appended: (records: string, partition: number, baseOffset: number, bytes: number) => string;
  readonly producerSent: (record: string, partition: number) => string;
  readonly delivered: (actor: string, record: string, partition: number, offset: number) => string;
  readonly committed: (group: string, partition: number, offset: number) => string;
  readonly assigned: (actor: string, partitions: readonly number[], generation: number) => string;
  readonly revoked: (actor: string, partitions: readonly number[]) => string;
  readonly joined: (actor: string, group: string) => string;
}

/** What names records and actors of one run. */
export interface EventNames {
  readonly texts: EventTexts;
  readonly label: (record: number) => string;
  readonly actor: (lane: LaneId, actor: string, group: string | undefined) => string;
  /** The topic's records by place, from a view of the run at or after the events. */
  readonly view: RunView;
}

/** An event in words; undefined for what is no matter of the story (requests, high watermarks, preparations). */
export function sentenceOf(event: RecordedEvent, { texts, label, actor, view }: EventNames): string | undefined {
  if ('topic' in event && event.topic.startsWith('__')) return undefined;
  switch (event.kind) {
    case 'command':
      if (typeof event.args?.['record'] === 'number') return texts.sent(label(event.args['record']));
      return event.id === 'command:finished' ? texts.finished : undefined;
    case 'message-enqueued':
      return texts.enqueued(label(event.message));
    case 'message-taken':
      return texts.taken(actor('queue', event.worker, undefined), label(event.message), event.attempt);
    case 'message-handled':
      return texts.handled(actor('queue', event.worker, undefined), label(event.message));
    case 'message-acknowledged':
      return texts.acknowledged(label(event.message));
    case 'message-redelivered':
      return texts.redelivered(actor('queue', event.worker, undefined), label(event.message), event.reason);
    case 'subscriber-came':
      return texts.subscribed(actor('publish-subscribe', event.subscriber, undefined));
    case 'message-published':
      return texts.published(label(event.message), event.listeners);
    case 'message-received':
      return texts.received(actor('publish-subscribe', event.subscriber, undefined), label(event.message));
    case 'message-taken-up':
      return texts.taken(actor('publish-subscribe', event.subscriber, undefined), label(event.message), 1);
    case 'message-finished':
      return texts.handled(actor('publish-subscribe', event.subscriber, undefined), label(event.message));
    case 'batch-appended': {
      const records = recordsAt(view, event.partition, event.baseOffset, event.lastOffset);
      if (records.length === 0) return undefined;
      return texts.appended(records.map(label).join(' '), event.partition, event.baseOffset, event.bytes);
    }
    case 'record-sent':
      return texts.producerSent(label(event.send), event.partition);
    case 'record-delivered':
    case 'record-handled': {
      const [record] = recordsAt(view, event.partition, event.offset, event.offset);
      if (record === undefined) return undefined;
      const name = actor('topic', event.client, event.group);
      return event.kind === 'record-handled'
        ? texts.handled(name, label(record))
        : texts.delivered(name, label(record), event.partition, event.offset);
    }
    case 'offset-committed':
      return texts.committed(event.group, event.partition, event.offset);
    case 'partitions-assigned':
      return texts.assigned(
        actor('topic', event.client, event.group),
        event.partitions.map(({ partition }) => partition),
        event.generation,
      );
    case 'partitions-revoked':
      return texts.revoked(
        actor('topic', event.client, event.group),
        event.partitions.map(({ partition }) => partition),
      );
    case 'member-joined':
      return texts.joined(actor('topic', event.client, event.group), event.group);
    default:
      return undefined;
  }
}

function recordsAt(view: RunView, partition: number, baseOffset: number, lastOffset: number): readonly number[] {
  const topic = view.lanes.find((lane) => lane.lane === 'topic');
  if (topic?.lane !== 'topic') return [];
  const cells = topic.partitions.find((each) => each.partition === partition)?.cells ?? [];
  return cells.filter(({ offset }) => offset >= baseOffset && offset <= lastOffset).map(({ record }) => record);
}
