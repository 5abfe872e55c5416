import type { Millis } from '../environment/environment.js';
import { judgeSequence } from '../history/sequence.js';
import type { RunSpec } from './run-spec.js';
import type { ActorView, Handling, SequenceVerdict } from './run-view.js';

/** The bars of one actor: what was put into its hands and what it finished. */
export class HandlingLog {
  private readonly handlings: Handling[] = [];
  presentSinceMs: Millis | undefined;

  constructor(readonly actor: string) {}

  begin(handling: Omit<Handling, 'toMs' | 'handledEvent'>): void {
    this.handlings.push({ ...handling, toMs: undefined, handledEvent: undefined });
  }

  /** Ends the open handling of `record`; nothing if there is none (it was taken away). */
  finish(record: number, toMs: Millis, handledEvent: number): void {
    for (let at = this.handlings.length - 1; at >= 0; at--) {
      const handling = this.handlings[at] as Handling;
      if (handling.record !== record || handling.toMs !== undefined) continue;
      this.handlings[at] = { ...handling, toMs, handledEvent };
      return;
    }
  }

  get all(): readonly Handling[] {
    return this.handlings;
  }

  get deliveredCount(): number {
    return this.handlings.length;
  }

  get handledCount(): number {
    return this.handlings.reduce((count, handling) => (handling.toMs === undefined ? count : count + 1), 0);
  }

  view(more: Pick<ActorView, 'standsBy'> & Partial<ActorView>): ActorView {
    return {
      actor: this.actor,
      presentSinceMs: this.presentSinceMs,
      handlings: [...this.handlings],
      deliveredCount: this.deliveredCount,
      handledCount: this.handledCount,
      ...more,
    };
  }
}

/** Judges those who share the work together (`scope`): was each key's sequence kept among what they finished? */
export function verdictOf(scope: string, logs: readonly HandlingLog[], spec: RunSpec): SequenceVerdict {
  return judgeSequence(
    scope,
    logs.flatMap((log) =>
      log.all.map((handling) => ({
        actor: log.actor,
        record: handling.record,
        key: spec.records[handling.record]?.key ?? null,
        deliveredMs: handling.fromMs,
        handledMs: handling.toMs,
        evidence:
          handling.handledEvent === undefined
            ? [handling.deliveryEvent]
            : [handling.deliveryEvent, handling.handledEvent],
      })),
    ),
  );
}
