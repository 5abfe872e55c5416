import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { HandlingLog, verdictOf } from './handling-log.js';
import type { LaneProjection } from './run-projector.js';
import type { QueueLane, RunSpec } from './run-spec.js';
import type { QueueView } from './run-view.js';

/** The queue lane: what is ready, what is in whose hands until when, what is gone. */
export class QueueProjection implements LaneProjection {
  private ready: number[] = [];
  private readonly inFlight = new Map<number, QueueView['inFlight'][number]>();
  private readonly logs: Map<string, HandlingLog>;
  private acknowledged = 0;
  private redelivered = 0;

  constructor(
    private readonly lane: QueueLane,
    private readonly spec: RunSpec,
  ) {
    this.logs = new Map(lane.workers.map((worker) => [worker.id, new HandlingLog(worker.id)]));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    switch (event.kind) {
      case 'message-enqueued':
        this.ready.push(event.message);
        break;
      case 'message-taken': {
        this.ready = this.ready.filter((message) => message !== event.message);
        const timeoutAtMs = event.timeoutAt - (event.at - atMs);
        this.inFlight.set(event.message, {
          record: event.message,
          actor: event.worker,
          attempt: event.attempt,
          timeoutAtMs,
        });
        this.logs
          .get(event.worker)
          ?.begin({ record: event.message, attempt: event.attempt, fromMs: atMs, deliveryEvent: event.index });
        break;
      }
      case 'message-handled':
        this.logs.get(event.worker)?.finish(event.message, atMs, event.index);
        break;
      case 'message-acknowledged':
        this.inFlight.delete(event.message);
        this.acknowledged++;
        break;
      case 'message-redelivered':
        this.inFlight.delete(event.message);
        this.ready = [...this.ready, event.message].sort((a, b) => a - b);
        this.redelivered++;
        break;
    }
  }

  view(): QueueView {
    const logs = [...this.logs.values()];
    return {
      lane: 'queue',
      ready: [...this.ready],
      inFlight: [...this.inFlight.values()],
      acknowledgedCount: this.acknowledged,
      redeliveredCount: this.redelivered,
      actors: logs.map((log, at) =>
        log.view({ presentSinceMs: 0, standsBy: this.lane.delivery === 'exclusive' && at > 0 }),
      ),
      verdicts: [verdictOf('queue', logs, this.spec)],
      deliveredCount: logs.reduce((sum, log) => sum + log.deliveredCount, 0),
      handledCount: logs.reduce((sum, log) => sum + log.handledCount, 0),
    };
  }
}
