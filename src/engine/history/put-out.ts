import type { HistoryEvent } from './history.js';

/** Which members the coordinators have put out so far, and have not had again since. What such a member is told by an older answer gives it nothing. */
export class PutOut {
  readonly #fences = new Map<string, Extract<HistoryEvent, { f: 'fence' }>>();

  /** Goes on by one event. */
  note(event: HistoryEvent): void {
    if (event.f === 'fence') this.#fences.set(event.who, event);
    // It has joined again, under its id where the protocol lets it; or that it was put out was never written down.
    if (event.f === 'member') this.#fences.delete(event.m);
  }

  has(member: string): boolean {
    return this.#fences.has(member);
  }

  /** How the member was put out; undefined if it is in. */
  fenceOf(member: string): Extract<HistoryEvent, { f: 'fence' }> | undefined {
    return this.#fences.get(member);
  }
}
