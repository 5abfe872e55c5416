import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { HandlingLog, verdictOf } from './handling-log.js';
import type { LaneProjection } from './run-projector.js';
import type { PublishSubscribeLane, RunSpec } from './run-spec.js';
import type { PublishSubscribeView } from './run-view.js';

/** The publish/subscribe lane: who listens, what waits in whose inbox, what came before anybody listened. */
export class PublishSubscribeProjection implements LaneProjection {
  private readonly logs: Map<string, HandlingLog>;
  private readonly inboxes: Map<string, number[]>;
  private readonly published: number[] = [];
  private readonly missed: Map<string, number[]>;

  constructor(
    lane: PublishSubscribeLane,
    private readonly spec: RunSpec,
  ) {
    const ids = lane.subscribers.map((subscriber) => subscriber.id);
    this.logs = new Map(ids.map((id) => [id, new HandlingLog(id)]));
    this.inboxes = new Map(ids.map((id) => [id, []]));
    this.missed = new Map(ids.map((id) => [id, []]));
  }

  apply(event: RecordedEvent, atMs: Millis): void {
    switch (event.kind) {
      case 'subscriber-came': {
        const log = this.logs.get(event.subscriber);
        if (log !== undefined) log.presentSinceMs = atMs;
        this.missed.set(event.subscriber, [...this.published]);
        break;
      }
      case 'message-published':
        this.published.push(event.message);
        break;
      case 'message-received':
        this.inboxes.get(event.subscriber)?.push(event.message);
        break;
      case 'message-taken-up':
        this.inboxes.set(
          event.subscriber,
          (this.inboxes.get(event.subscriber) ?? []).filter((message) => message !== event.message),
        );
        this.logs
          .get(event.subscriber)
          ?.begin({ record: event.message, attempt: 1, fromMs: atMs, deliveryEvent: event.index });
        break;
      case 'message-finished':
        this.logs.get(event.subscriber)?.finish(event.message, atMs, event.index);
        break;
    }
  }

  view(): PublishSubscribeView {
    const logs = [...this.logs.values()];
    return {
      lane: 'publish-subscribe',
      inboxes: [...this.inboxes].map(([actor, waiting]) => ({ actor, waiting: [...waiting] })),
      missed: [...this.missed].map(([actor, records]) => ({ actor, records: [...records] })),
      actors: logs.map((log) => log.view({ standsBy: false })),
      verdicts: logs.map((log) => verdictOf(log.actor, [log], this.spec)),
      deliveredCount: logs.reduce((sum, log) => sum + log.deliveredCount, 0),
      handledCount: logs.reduce((sum, log) => sum + log.handledCount, 0),
    };
  }
}
