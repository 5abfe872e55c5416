import type { Serde } from '../serdes.js';
import { StreamsError } from '../streams-error.js';

/** A serde that may be the application's default, which is known once a task begins. */
export class SerdeSlot<T> {
  private serde: Serde<T> | null;

  /** @param what whose serde it is, for the message when there is none */
  constructor(
    own: Serde<T> | null,
    private readonly what: string,
  ) {
    this.serde = own;
  }

  bind(ofApplication: Serde<unknown> | null): void {
    this.serde ??= ofApplication as Serde<T> | null;
  }

  get bound(): Serde<T> {
    if (this.serde !== null) return this.serde;
    throw new StreamsError('StreamsException', `There is no serde for ${this.what}: give one, or a default.`);
  }
}
