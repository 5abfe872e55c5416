import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import type { LaneSpec, RunSpec } from './run-spec.js';
import type { LaneView, RunView, SentRecord } from './run-view.js';
import { PublishSubscribeProjection } from './publish-subscribe-projection.js';
import { QueueProjection } from './queue-projection.js';
import { TopicProjection } from './topic-projection.js';

/** One lane's picture of the trace so far: `apply` takes the events in their sequence, `view` draws what they add up to. */
export interface LaneProjection {
  apply(event: RecordedEvent, atMs: Millis): void;
  view(): LaneView;
}

/**
 * Turns the trace of a run into what the page shows. A view at a moment is a pure function of spec and trace: going forward applies only the
 * events in between, going back begins again from the first.
 */
export class RunProjector {
  private readonly events: RecordedEvent[] = [];
  private sent: SentRecord[] = [];
  private lanes: LaneProjection[];
  private applied = 0;
  private finishedAtMs: Millis | undefined;

  constructor(
    private readonly spec: RunSpec,
    private readonly originMs: Millis,
  ) {
    this.lanes = spec.lanes.map((lane) => projectionOf(lane, spec));
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

  /** The run as it stood at `atMs`: nothing later is in it. */
  viewAt(atMs: Millis): RunView {
    const until = this.originMs + atMs;
    const last = this.events[this.applied - 1];
    if (last !== undefined && last.at > until) this.reset();
    for (; this.applied < this.events.length; this.applied++) {
      const event = this.events[this.applied] as RecordedEvent;
      if (event.at > until) break;
      this.apply(event);
    }
    return {
      atMs,
      finished: this.finishedAtMs !== undefined && atMs >= this.finishedAtMs,
      sent: [...this.sent],
      lanes: this.lanes.map((lane) => lane.view()),
    };
  }

  private apply(event: RecordedEvent): void {
    const atMs = event.at - this.originMs;
    if (event.kind === 'command' && typeof event.args?.['record'] === 'number') {
      this.sent.push({ record: event.args['record'], atMs });
    }
    for (const lane of this.lanes) lane.apply(event, atMs);
  }

  private reset(): void {
    this.applied = 0;
    this.sent = [];
    this.lanes = this.spec.lanes.map((lane) => projectionOf(lane, this.spec));
  }
}

/** The run as it stood at `atMs` (run time), from the whole trace: for tests and single questions; a `RunProjector` is quicker for many. */
export function viewAt(spec: RunSpec, events: readonly RecordedEvent[], originMs: Millis, atMs: Millis): RunView {
  const projector = new RunProjector(spec, originMs);
  projector.add(events);
  return projector.viewAt(atMs);
}

function projectionOf(lane: LaneSpec, spec: RunSpec): LaneProjection {
  switch (lane.lane) {
    case 'queue':
      return new QueueProjection(lane, spec);
    case 'publish-subscribe':
      return new PublishSubscribeProjection(lane, spec);
    case 'topic':
      return new TopicProjection(lane, spec);
  }
}
