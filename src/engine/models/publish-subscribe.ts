import type { Environment, EventId } from '../environment/trace-events.js';
import { DelayLine } from '../environment/delay-line.js';
import { SubscriptionState } from './subscription-state.js';

/** Someone who handles what is published while it listens, one message at a time, in sequence. */
export interface Subscriber {
  readonly id: string;
  /** Resolves when the message is handled. A rejection is the caller's own failure, left unhandled. */
  handle(message: number): Promise<void>;
}

/**
 * Publish/subscribe as Redis and NATS have it, for comparison with a topic: a message goes to everybody who listens when it is published, and nothing is kept
 * for anybody else. Between publisher and subscriber lie a few milliseconds.
 */
export class PublishSubscribe {
  private readonly listeners = new Map<string, Listener>();

  constructor(
    private readonly environment: Environment,
    readonly name: string,
  ) {}

  /** Sends a message to all who listen now. `message` is its number; `cause` the event that brought it about. */
  publish(message: number, cause?: EventId): void {
    this.environment.tracer.emit({
      kind: 'message-published',
      id: this.messageId(message),
      ...(cause === undefined ? {} : { cause }),
      topic: this.name,
      message,
      listeners: this.listeners.size,
    });
    for (const listener of this.listeners.values()) {
      listener.state.apply({ kind: 'sent', message });
      listener.line.send(() => this.receive(listener, message));
    }
  }

  /** From now on the subscriber gets what is published. Throws a RangeError if its id is taken. */
  subscribe(subscriber: Subscriber): void {
    const { id } = subscriber;
    if (this.listeners.has(id))
      throw new RangeError(`${this.name} has a subscriber ${id} already. Give each subscriber an id of its own.`);
    const random = this.environment.random.fork(`${this.name}/${id}`);
    const line = new DelayLine(this.environment.clock, this.environment.timers, random);
    this.listeners.set(id, { subscriber, line, state: new SubscriptionState(), isListening: true });
    this.environment.tracer.emit({ kind: 'subscriber-came', topic: this.name, subscriber: id });
  }

  /** The subscriber goes, and with it everything that it had not finished. Throws a RangeError if there is none. */
  unsubscribe(id: string): void {
    const listener = this.listeners.get(id);
    if (listener === undefined)
      throw new RangeError(`${this.name} has no subscriber ${id}; it has ${[...this.listeners.keys()].join(', ')}.`);
    listener.isListening = false;
    this.listeners.delete(id);
    const dropped = listener.state.unfinished;
    this.environment.tracer.emit({ kind: 'subscriber-left', topic: this.name, subscriber: id, dropped });
  }

  private receive(listener: Listener, message: number): void {
    if (!listener.isListening) return;
    listener.state.apply({ kind: 'received', message });
    this.tell('message-received', listener, message, this.messageId(message));
    this.takeUp(listener);
  }

  private takeUp(listener: Listener): void {
    const takenUp = listener.state.decideTakeUp();
    if (takenUp === undefined) return;
    listener.state.apply(takenUp);
    const { message } = takenUp;
    this.tell('message-taken-up', listener, message, eventId('received', this.name, listener, message));
    void this.handle(listener, message);
  }

  private async handle(listener: Listener, message: number): Promise<void> {
    await listener.subscriber.handle(message);
    if (!listener.isListening) return;
    listener.state.apply({ kind: 'finished', message });
    this.tell('message-finished', listener, message, eventId('taken', this.name, listener, message));
    this.takeUp(listener);
  }

  private tell(
    kind: 'message-received' | 'message-taken-up' | 'message-finished',
    listener: Listener,
    message: number,
    cause: EventId,
  ): void {
    const id = eventId(idPrefixes[kind], this.name, listener, message);
    const subscriber = listener.subscriber.id;
    this.environment.tracer.emit({ kind, id, cause, topic: this.name, message, subscriber });
  }

  private messageId(message: number): EventId {
    return `message:${this.name}:${message}`;
  }
}

const idPrefixes = { 'message-received': 'received', 'message-taken-up': 'taken', 'message-finished': 'finished' };

function eventId(prefix: string, topic: string, { subscriber }: Listener, message: number): EventId {
  return `${prefix}:${topic}:${message}@${subscriber.id}`;
}

interface Listener {
  readonly subscriber: Subscriber;
  readonly line: DelayLine;
  readonly state: SubscriptionState;
  isListening: boolean;
}
