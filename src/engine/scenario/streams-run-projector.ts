import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { ApplicationPicture } from './application-picture.js';
import { StreamsTopicPicture } from './streams-topic-picture.js';
import type { StreamsRunSpec, StreamsRunStep } from './streams-run-spec.js';
import type { StreamsActionView, StreamsRunView, StreamsTopicView } from './streams-run-view.js';
import { TraceProjector, type TraceProjection } from './trace-projector.js';

/** Turns the trace of a run of streams applications into what the page shows. */
export class StreamsRunProjector extends TraceProjector<StreamsRunView> {
  constructor(spec: StreamsRunSpec, originMs: Millis) {
    super(() => new StreamsPicture(spec, originMs), originMs);
  }
}

const quiet: ReadonlySet<StreamsRunStep['does']> = new Set(['send']);

/** What the events of a run add up to. */
class StreamsPicture implements TraceProjection<StreamsRunView> {
  private readonly topics = new Map<string, StreamsTopicPicture>();
  private readonly applications: readonly ApplicationPicture[];
  private readonly actions = new Map<number, StreamsActionView>();

  constructor(
    private readonly spec: StreamsRunSpec,
    private readonly originMs: Millis,
  ) {
    for (const { topic, partitions } of spec.topics)
      this.topics.set(topic, new StreamsTopicPicture(topic, partitions, originMs));
    this.applications = spec.applications.map((application) => new ApplicationPicture(application, originMs));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    switch (event.kind) {
      case 'command':
        this.command(event, atMs);
        break;
      case 'topic-created':
        if (!event.topic.startsWith('__'))
          this.topics.set(event.topic, new StreamsTopicPicture(event.topic, event.partitions, this.originMs));
        break;
      case 'topic-deleted':
        this.topics.delete(event.topic);
        for (const application of this.applications) application.topicDeleted(event.topic);
        break;
      case 'records-stored': {
        const cells = this.topics.get(event.topic)?.stored(event, atMs) ?? [];
        for (const application of this.applications) application.stored(event.topic, event.partition, cells);
        break;
      }
      case 'log-cleaned':
      case 'log-start-advanced':
        this.topics.get(event.topic)?.apply(event);
        break;
      default:
        for (const application of this.applications) application.apply(event, atMs, this.topics);
    }
  }

  view(atMs: Millis, finished: boolean): StreamsRunView {
    const inputs = new Set(this.applications.flatMap((application) => application.sourceTopics));
    const roleOf = (topic: string) => {
      for (const application of this.applications) {
        const role = application.roleOf(topic);
        if (role !== undefined) return { role, application: application.application };
      }
      return { role: inputs.has(topic) ? ('input' as const) : ('output' as const), application: undefined };
    };
    const views = [...this.topics.values()].map((topic): StreamsTopicView => ({
      topic: topic.topic,
      ...roleOf(topic.topic),
      partitions: topic.view(),
    }));
    const weight = { input: 0, output: 1, repartition: 2, changelog: 3 };
    return {
      atMs,
      finished,
      topics: views.sort((a, b) => weight[a.role] - weight[b.role]),
      applications: this.applications.map((application) => application.view()),
      actions: [...this.actions.values()],
    };
  }

  private command(event: Extract<RecordedEvent, { kind: 'command' }>, atMs: Millis): void {
    const step = event.args?.['step'];
    if (typeof step !== 'number') return;
    const asked = this.spec.script[step];
    if (asked === undefined || quiet.has(asked.does)) return;
    if (event.id === `command:script-${step}`) {
      this.actions.set(step, { step, atMs, answeredAtMs: undefined, refused: undefined, event: event.index });
      if (asked.does === 'deploy')
        this.applications.find(({ application }) => application === asked.application)?.deploy(asked.program);
      return;
    }
    const action = this.actions.get(step);
    if (action === undefined) return;
    const { error, message } = event.args ?? {};
    const refused = typeof error === 'string' ? { code: error, message: String(message) } : undefined;
    this.actions.set(step, { ...action, answeredAtMs: atMs, refused });
    if (asked.does === 'clean-up') for (const application of this.applications) application.cleanedUp(asked.instance);
    if (asked.does === 'set-partitions' && refused === undefined) this.topics.get(asked.topic)?.grow(asked.partitions);
  }
}
