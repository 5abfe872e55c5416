import type { Clock, Millis } from '../environment/environment.js';
import type { Logger } from './logger.js';

/** Something that a client says about itself, in KafkaJS's shape. */
export interface InstrumentationEvent<Payload> {
  /** Counts the client's events, from 0. */
  readonly id: string;
  /** One of the client's `events`. */
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: Millis;
  readonly payload: Payload;
}

export type RemoveInstrumentationEventListener = () => void;

/** What a request event tells. There are no bytes in process, so KafkaJS's `size` is not among it. */
export interface RequestEventPayload {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  readonly broker: string;
  readonly clientId: string;
  readonly correlationId: number;
  readonly createdAt: Millis;
  readonly sentAt: Millis;
  readonly pendingDuration: Millis;
  readonly duration: Millis;
}

/** The listeners of one client. `Payloads` maps each event's type to what it tells. */
export class Instrumentation<Payloads extends object> {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listeners = new Map<keyof Payloads, Set<(event: InstrumentationEvent<never>) => void>>();
  #count = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Calls `listener` at each event of the type, until the returned function is called. */
  on<Type extends keyof Payloads>(
    type: Type,
    listener: (event: InstrumentationEvent<Payloads[Type]>) => void,
  ): RemoveInstrumentationEventListener {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Whether anybody would hear: what takes work to tell need not be told to nobody. */
  hears(type: keyof Payloads): boolean {
    return (this.#listeners.get(type)?.size ?? 0) > 0;
  }

  /** Tells the listeners. One that throws is logged; it stops neither the others nor the client. */
  emit<Type extends keyof Payloads & string>(type: Type, payload: Payloads[Type]): void {
    const listeners = this.#listeners.get(type);
    if (listeners === undefined || listeners.size === 0) return;
    const event = { id: String(this.#count++), type, timestamp: this.#clock.now(), payload };
    for (const listener of [...listeners]) {
      try {
        (listener as (event: InstrumentationEvent<Payloads[Type]>) => void)(event);
      } catch (error) {
        this.#logger.error(`A listener of ${type} threw.`, { error });
      }
    }
  }
}
