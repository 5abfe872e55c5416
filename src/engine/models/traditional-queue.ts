import type { Millis } from '../environment/environment.js';
import type { Environment, EventId } from '../environment/trace-events.js';
import { DelayLine } from '../environment/delay-line.js';
import { QueueState, type QueueChange, type QueueDelivery, type Taking } from './queue-state.js';

export interface QueueOptions {
  readonly delivery: QueueDelivery;
  /** A message that is not acknowledged for so long, counted from when the queue gave it away, is ready again. */
  readonly acknowledgementTimeoutMs: Millis;
}

/** Someone who handles messages, one at a time. */
export interface QueueWorker {
  readonly id: string;
  /** Resolves when the message is handled: then it is acknowledged. A rejection is the caller's own failure, left unhandled. */
  handle(message: number, attempt: number): Promise<void>;
}

/**
 * A message queue as RabbitMQ and its kin have it, for comparison with a topic: a message goes to one worker, the one that has been free the longest, and is
 * gone once that has acknowledged it. Between queue and workers lie a few milliseconds each way.
 */
export class TraditionalQueue {
  private readonly state: QueueState;
  private readonly desks = new Map<string, Desk>();

  constructor(
    private readonly environment: Environment,
    readonly name: string,
    options: QueueOptions,
  ) {
    this.state = new QueueState(options.delivery, options.acknowledgementTimeoutMs);
  }

  /** Adds a message at the end. `message` is its number, unique in this queue; `cause` the event that brought it about. */
  send(message: number, cause?: EventId): void {
    this.state.apply(this.state.decideSend(message));
    this.environment.tracer.emit({
      kind: 'message-enqueued',
      id: this.messageId(message),
      ...(cause === undefined ? {} : { cause }),
      queue: this.name,
      message,
    });
    this.giveOut();
  }

  /** Adds a worker, behind those that wait already. Throws a RangeError if its id is taken. */
  addWorker(worker: QueueWorker): void {
    this.state.apply(this.state.decideAddWorker(worker.id));
    const random = this.environment.random.fork(`${this.name}/${worker.id}`);
    this.desks.set(worker.id, {
      worker,
      toWorker: new DelayLine(this.environment.clock, this.environment.timers, random.fork('to-worker')),
      toQueue: new DelayLine(this.environment.clock, this.environment.timers, random.fork('to-queue')),
    });
    this.giveOut();
  }

  /** Takes a worker out: what it holds is ready again, and what it still does counts no more. Throws a RangeError if there is none. */
  removeWorker(id: string): void {
    const changes = this.state.decideRemoveWorker(id);
    this.desks.delete(id);
    this.carryOut(changes);
  }

  private giveOut(): void {
    for (;;) {
      const taken = this.state.decideTake(this.environment.clock.now());
      if (taken === undefined) return;
      this.state.apply(taken);
      const { message, worker, attempt, timeoutAt } = taken;
      const taking: Taking = { message, worker, attempt };
      this.environment.tracer.emit({
        kind: 'message-taken',
        id: this.takingId(taking),
        cause: this.messageId(message),
        queue: this.name,
        ...taking,
        timeoutAt,
      });
      this.environment.timers.set(timeoutAt - this.environment.clock.now(), () =>
        this.carryOut(this.state.decideTimeout(taking)),
      );
      const desk = this.desks.get(worker) as Desk;
      desk.toWorker.send(() => void this.handle(desk, taking));
    }
  }

  private async handle(desk: Desk, taking: Taking): Promise<void> {
    if (!this.isThere(desk)) return;
    await desk.worker.handle(taking.message, taking.attempt);
    if (!this.isThere(desk)) return;
    this.tell('message-handled', taking);
    desk.toQueue.send(() => {
      if (this.isThere(desk)) this.carryOut(this.state.decideAcknowledge(taking));
    });
  }

  private isThere(desk: Desk): boolean {
    return this.desks.get(desk.worker.id) === desk;
  }

  private carryOut(changes: readonly QueueChange[]): void {
    for (const change of changes) {
      this.state.apply(change);
      if (change.kind === 'acknowledged') this.tell('message-acknowledged', change);
      if (change.kind === 'redelivered') this.tellRedelivered(change);
    }
    this.giveOut();
  }

  private tell(kind: 'message-handled' | 'message-acknowledged', { message, worker, attempt }: Taking): void {
    const cause = this.takingId({ message, worker, attempt });
    this.environment.tracer.emit({ kind, cause, queue: this.name, message, worker, attempt });
  }

  private tellRedelivered(change: Extract<QueueChange, { kind: 'redelivered' }>): void {
    const { message, worker, reason } = change;
    const cause = this.takingId(change);
    this.environment.tracer.emit({ kind: 'message-redelivered', cause, queue: this.name, message, worker, reason });
  }

  private messageId(message: number): EventId {
    return `message:${this.name}:${message}`;
  }

  private takingId({ message, attempt }: Taking): EventId {
    return `taken:${this.name}:${message}#${attempt}`;
  }
}

/** Where a worker sits: itself, and the way there and back. */
interface Desk {
  readonly worker: QueueWorker;
  readonly toWorker: DelayLine;
  readonly toQueue: DelayLine;
}
