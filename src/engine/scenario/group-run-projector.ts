import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { GroupBand } from './group-band.js';
import type { GroupRunSpec, GroupRunStep } from './group-run-spec.js';
import type { ActionView, GroupRunView } from './group-run-view.js';
import { TopicTrack, TrackedRecords } from './topic-track.js';

/**
 * Turns the trace of a run of consumer groups into what the page shows. A view at a moment is a pure function of spec and trace: going forward applies only
 * the events in between, going back begins again from the first.
 */
export class GroupRunProjector {
  private readonly events: RecordedEvent[] = [];
  private applied = 0;
  private finishedAtMs: Millis | undefined;
  private picture: GroupProjection;

  constructor(
    private readonly spec: GroupRunSpec,
    private readonly originMs: Millis,
  ) {
    this.picture = new GroupProjection(spec);
  }

  /** Adds events that follow those added before. */
  add(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      if (event.kind === 'command' && event.id === 'command:finished') this.finishedAtMs = event.at - this.originMs;
    }
  }

  /** All events added, in their sequence; `index` is their place here. */
  get trace(): readonly RecordedEvent[] {
    return this.events;
  }

  /** The run time at which nothing more happens, once the trace holds it. */
  get endMs(): Millis | undefined {
    return this.finishedAtMs;
  }

  /** The groups as they stood at `atMs`: nothing later is in it. */
  viewAt(atMs: Millis): GroupRunView {
    const until = this.originMs + atMs;
    const last = this.events[this.applied - 1];
    if (last !== undefined && last.at > until) {
      this.applied = 0;
      this.picture = new GroupProjection(this.spec);
    }
    for (; this.applied < this.events.length; this.applied++) {
      const event = this.events[this.applied] as RecordedEvent;
      if (event.at > until) break;
      this.picture.apply(event, event.at - this.originMs);
    }
    return this.picture.view(atMs, this.finishedAtMs !== undefined && atMs >= this.finishedAtMs);
  }
}

const actions: ReadonlySet<GroupRunStep['does']> = new Set(['set-partitions', 'delete-records', 'reset-offsets']);

/** What the events of a run add up to. */
class GroupProjection {
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
