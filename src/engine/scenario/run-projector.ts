import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import type { LaneSpec, RunSpec } from './run-spec.js';
import type { LaneView, RunView, SentRecord } from './run-view.js';
import { PublishSubscribeProjection } from './publish-subscribe-projection.js';
import { QueueProjection } from './queue-projection.js';
import { TopicProjection } from './topic-projection.js';
import { TraceProjector, type TraceProjection } from './trace-projector.js';

/** One lane's picture of the trace so far: `apply` takes the events in their sequence, `view` draws what they add up to. */
export interface LaneProjection {
  apply(event: RecordedEvent, atMs: Millis): void;
  view(): LaneView;
}

/** Turns the trace of a run of lanes into what the page shows. */
export class RunProjector extends TraceProjector<RunView> {
  constructor(spec: RunSpec, originMs: Millis) {
    super(() => new LanesProjection(spec), originMs);
  }
}

/** The lanes beside each other, and the records that they share. */
class LanesProjection implements TraceProjection<RunView> {
  private readonly sent: SentRecord[] = [];
  private readonly lanes: readonly LaneProjection[];

  constructor(spec: RunSpec) {
    this.lanes = spec.lanes.map((lane) => projectionOf(lane, spec));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    if (event.kind === 'command' && typeof event.args?.['record'] === 'number')
      this.sent.push({ record: event.args['record'], atMs });
    for (const lane of this.lanes) lane.apply(event, atMs);
  }

  view(atMs: Millis, finished: boolean): RunView {
    return { atMs, finished, sent: [...this.sent], lanes: this.lanes.map((lane) => lane.view()) };
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
