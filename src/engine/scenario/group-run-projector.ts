import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { GroupBand } from './group-band.js';
import type { GroupRunSpec, GroupRunStep } from './group-run-spec.js';
import type { ActionView, GroupRunView } from './group-run-view.js';
import { TopicTrack, TrackedRecords } from './topic-track.js';
import { TraceProjector, type TraceProjection } from './trace-projector.js';

/** Turns the trace of a run of consumer groups into what the page shows. */
export class GroupRunProjector extends TraceProjector<GroupRunView> {
  constructor(spec: GroupRunSpec, originMs: Millis) {
    super(() => new GroupProjection(spec), originMs);
  }
}

const actions: ReadonlySet<GroupRunStep['does']> = new Set(['set-partitions', 'delete-records', 'reset-offsets']);

/** What the events of a run add up to. */
class GroupProjection implements TraceProjection<GroupRunView> {
  private readonly topics: readonly TopicTrack[];
  private readonly groups: readonly GroupBand[];
  private readonly actions = new Map<number, ActionView>();

  constructor(private readonly spec: GroupRunSpec) {
    const records = new TrackedRecords(spec);
    this.topics = spec.topics.map((topic) => new TopicTrack(topic, records));
    this.groups = spec.groups.map((group) => new GroupBand(group, this.topicOf(group.topic), records));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    if (event.kind === 'command') this.command(event, atMs);
    for (const topic of this.topics) topic.apply(event, atMs);
    for (const group of this.groups) group.apply(event, atMs);
  }

  view(atMs: Millis, finished: boolean): GroupRunView {
    return {
      atMs,
      finished,
      topics: this.topics.map((topic) => topic.view()),
      groups: this.groups.map((group) => group.view(atMs)),
      actions: [...this.actions.values()],
    };
  }

  private command(event: Extract<RecordedEvent, { kind: 'command' }>, atMs: Millis): void {
    const step = event.args?.['step'];
    if (typeof step !== 'number') return;
    const asked = this.spec.script[step];
    if (asked === undefined || !actions.has(asked.does)) return;
    if (event.id === `command:script-${step}`) {
      const unanswered = { answeredAtMs: undefined, refused: undefined, answerEvent: undefined };
      this.actions.set(step, { step, atMs, event: event.index, ...unanswered });
      return;
    }
    const action = this.actions.get(step);
    if (action === undefined) return;
    const { error, message } = event.args ?? {};
    const refused = typeof error === 'string' ? { code: error, message: String(message) } : undefined;
    this.actions.set(step, { ...action, answeredAtMs: atMs, refused, answerEvent: event.index });
    if (asked.does === 'set-partitions' && refused === undefined)
      this.topicOf(asked.topic).grow(asked.partitions, atMs);
  }

  private topicOf(name: string): TopicTrack {
    const topic = this.topics.find((each) => each.topic === name);
    if (topic === undefined)
      throw new Error(
        `The spec names the topic ${name}; its topics are ${this.topics.map((each) => each.topic).join(', ')}.`,
      );
    return topic;
  }
}
