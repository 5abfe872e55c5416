import type { Cancellable, PunctuationType } from '../processor/processor.js';
import { StreamsError } from '../streams-error.js';

interface Schedule extends Cancellable {
  readonly nodeName: string;
  readonly intervalMs: number;
  readonly callback: (timestampMs: number) => void;
  dueMs: number;
  isCancelled: boolean;
}

/** Calls what is due; in which way is for the task to say, which knows what a node is and what a failure means. */
export type Punctuate = (nodeName: string, timestampMs: number, callback: (timestampMs: number) => void) => void;

/** The punctuations of one task (Kafka's two `PunctuationQueue`s). */
export class Punctuations {
  readonly #schedules: Record<PunctuationType, Schedule[]> = { 'stream-time': [], 'wall-clock': [] };

  /** @throws StreamsError IllegalArgumentException for an interval below 1 ms or a negative start */
  schedule(
    type: PunctuationType,
    schedule: { nodeName: string; intervalMs: number; firstMs: number; callback: (timestampMs: number) => void },
  ): Cancellable {
    if (!(schedule.intervalMs >= 1))
      throw new StreamsError(
        'IllegalArgumentException',
        `The minimum supported scheduling interval is 1 millisecond, but ${schedule.intervalMs} was given.`,
      );
    if (schedule.firstMs < 0)
      throw new StreamsError(
        'IllegalArgumentException',
        `A punctuation starts at ${schedule.firstMs}. Give 0 or more.`,
      );
    const { firstMs, ...rest } = schedule;
    const added: Schedule = {
      ...rest,
      dueMs: firstMs,
      isCancelled: false,
      cancel() {
        this.isCancelled = true;
      },
    };
    this.#schedules[type].push(added);
    return { cancel: () => added.cancel() };
  }

  /** Calls what is due at `nowMs`, the one that is due longest first, each once however many intervals have passed. Tells whether there was any. */
  run(type: PunctuationType, nowMs: number, punctuate: Punctuate): boolean {
    let hasRun = false;
    for (let due = this.#next(type, nowMs); due !== undefined; due = this.#next(type, nowMs)) {
      const { dueMs, intervalMs } = due;
      // Once for all that was missed, and then in step again.
      due.dueMs = dueMs + (Math.max(0, Math.floor((nowMs - dueMs) / intervalMs)) + 1) * intervalMs;
      punctuate(due.nodeName, nowMs, due.callback);
      hasRun = true;
    }
    return hasRun;
  }

  /** When the wall clock moves the next one; `null` if there is none. */
  get nextWallClockMs(): number | null {
    const due = this.#schedules['wall-clock'].filter(({ isCancelled }) => !isCancelled).map(({ dueMs }) => dueMs);
    return due.length === 0 ? null : Math.min(...due);
  }

  #next(type: PunctuationType, nowMs: number): Schedule | undefined {
    let next: Schedule | undefined;
    let cancelled = 0;
    for (const each of this.#schedules[type]) {
      if (each.isCancelled) cancelled += 1;
      else if (each.dueMs <= nowMs && (next === undefined || each.dueMs < next.dueMs)) next = each;
    }
    if (cancelled > 0) this.#schedules[type] = this.#schedules[type].filter(({ isCancelled }) => !isCancelled);
    return next;
  }
}
