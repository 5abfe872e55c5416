import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';

/** What the events of a run add up to: `apply` takes them in their sequence, `view` draws the picture so far. */
export interface TraceProjection<View> {
  apply(event: RecordedEvent, atMs: Millis): void;
  view(atMs: Millis, finished: boolean): View;
}

/**
 * Turns the trace of a run into what the page shows. A view at a moment is a pure function of spec and trace: going forward applies only the
 * events in between, going back begins again from the first.
 */
export class TraceProjector<View> {
  private readonly events: RecordedEvent[] = [];
  private applied = 0;
  private finishedAtMs: Millis | undefined;
  private picture: TraceProjection<View>;

  /** `begin` gives the picture of a run of which nothing has happened. */
  constructor(
    private readonly begin: () => TraceProjection<View>,
    private readonly originMs: Millis,
  ) {
    this.picture = begin();
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
  viewAt(atMs: Millis): View {
    const until = this.originMs + atMs;
    const last = this.events[this.applied - 1];
    if (last !== undefined && last.at > until) {
      this.applied = 0;
      this.picture = this.begin();
    }
    for (; this.applied < this.events.length; this.applied++) {
      const event = this.events[this.applied] as RecordedEvent;
      if (event.at > until) break;
      this.picture.apply(event, event.at - this.originMs);
    }
    return this.picture.view(atMs, this.finishedAtMs !== undefined && atMs >= this.finishedAtMs);
  }
}
