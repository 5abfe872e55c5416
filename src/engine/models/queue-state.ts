import type { Millis } from '../environment/environment.js';

/** `competing`: whoever is free takes the next message. `exclusive`: the worker that came first takes all, the next one after it has left. */
export type QueueDelivery = 'competing' | 'exclusive';

/** A message in the hands of a worker; `attempt` counts from 1. */
export interface Taking {
  readonly message: number;
  readonly worker: string;
  readonly attempt: number;
}

/** What can happen to a queue. */
export type QueueChange =
  | { readonly kind: 'enqueued'; readonly message: number }
  | { readonly kind: 'worker-came'; readonly worker: string }
  | { readonly kind: 'worker-left'; readonly worker: string }
  | ({ readonly kind: 'taken'; readonly timeoutAt: Millis } & Taking)
  | ({ readonly kind: 'redelivered'; readonly reason: 'timeout' | 'worker-gone' } & Taking)
  | ({ readonly kind: 'acknowledged' } & Taking)
  /** The worker has no message in its hands any more, whether its acknowledgement counted or came too late. */
  | { readonly kind: 'worker-free'; readonly worker: string };

/**
 * The state of a traditional queue: which messages are ready, which in flight, who is free. A worker holds one message at a time (a prefetch of 1). A message
 * that comes back takes its old place among the ready ones, as RabbitMQ puts it "if possible". `decide…` say what happens next, `apply` alone makes it so.
 */
export class QueueState {
  /** In the order in which they were sent. */
  private readonly ready: number[] = [];
  private readonly order = new Map<number, number>();
  private readonly attempts = new Map<number, number>();
  private readonly inFlight = new Map<number, Taking>();
  /** In the order in which they came. */
  private readonly workers: string[] = [];
  /** Those without a message, the one that has been free the longest first. */
  private readonly free: string[] = [];

  constructor(
    private readonly delivery: QueueDelivery,
    private readonly acknowledgementTimeoutMs: Millis,
  ) {}

  has(worker: string): boolean {
    return this.workers.includes(worker);
  }

  decideSend(message: number): QueueChange {
    if (this.order.has(message))
      throw new RangeError(`Message ${message} was sent to this queue before. Give each message a number of its own.`);
    return { kind: 'enqueued', message };
  }

  decideAddWorker(worker: string): QueueChange {
    if (this.has(worker))
      throw new RangeError(`This queue has a worker ${worker} already. Give each worker an id of its own.`);
    return { kind: 'worker-came', worker };
  }

  /** What the worker holds comes back before it goes. */
  decideRemoveWorker(worker: string): readonly QueueChange[] {
    if (!this.has(worker))
      throw new RangeError(`This queue has no worker ${worker}; it has ${this.workers.join(', ')}.`);
    const held = [...this.inFlight.values()].filter((taking) => taking.worker === worker);
    return [
      ...held.map((taking): QueueChange => ({ ...taking, kind: 'redelivered', reason: 'worker-gone' })),
      { kind: 'worker-left', worker },
    ];
  }

  /** The next message for the next worker, if there are both. */
  decideTake(now: Millis): Extract<QueueChange, { kind: 'taken' }> | undefined {
    const [message] = this.ready;
    const worker = this.delivery === 'competing' ? this.free[0] : this.free.find((each) => each === this.workers[0]);
    if (message === undefined || worker === undefined) return undefined;
    const attempt = (this.attempts.get(message) ?? 0) + 1;
    return { kind: 'taken', message, worker, attempt, timeoutAt: now + this.acknowledgementTimeoutMs };
  }

  /** An acknowledgement arrives: of a message that the worker does not hold any more it frees the worker and does nothing else. */
  decideAcknowledge(taking: Taking): readonly QueueChange[] {
    if (!this.has(taking.worker)) return [];
    const free: QueueChange = { kind: 'worker-free', worker: taking.worker };
    return this.isInFlight(taking) ? [{ ...taking, kind: 'acknowledged' }, free] : [free];
  }

  /** The timer of a message fires: it is ready again, while the worker may still be at it. */
  decideTimeout(taking: Taking): readonly QueueChange[] {
    return this.isInFlight(taking) ? [{ ...taking, kind: 'redelivered', reason: 'timeout' }] : [];
  }

  apply(change: QueueChange): void {
    switch (change.kind) {
      case 'enqueued':
        this.order.set(change.message, this.order.size);
        this.ready.push(change.message);
        break;
      case 'worker-came':
        this.workers.push(change.worker);
        this.free.push(change.worker);
        break;
      case 'worker-left':
        remove(this.workers, change.worker);
        remove(this.free, change.worker);
        break;
      case 'taken':
        remove(this.ready, change.message);
        remove(this.free, change.worker);
        this.attempts.set(change.message, change.attempt);
        this.inFlight.set(change.message, {
          message: change.message,
          worker: change.worker,
          attempt: change.attempt,
        });
        break;
      case 'redelivered':
        this.inFlight.delete(change.message);
        this.putBack(change.message);
        break;
      case 'acknowledged':
        this.inFlight.delete(change.message);
        break;
      case 'worker-free':
        this.free.push(change.worker);
        break;
    }
  }

  private isInFlight({ message, worker, attempt }: Taking): boolean {
    const held = this.inFlight.get(message);
    return held?.worker === worker && held.attempt === attempt;
  }

  private putBack(message: number): void {
    const place = this.place(message);
    const at = this.ready.findIndex((other) => this.place(other) > place);
    this.ready.splice(at < 0 ? this.ready.length : at, 0, message);
  }

  private place(message: number): number {
    return this.order.get(message) ?? Infinity;
  }
}

function remove<Item>(items: Item[], item: Item): void {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
}
