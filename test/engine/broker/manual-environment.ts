import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import type { Environment, TraceEvent } from '../../../src/engine/environment/trace-events.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Lets every promise continuation run that can. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** An environment whose clock stands still until it is moved by hand; it keeps what was traced. */
export class ManualEnvironment implements Environment {
  readonly events: TraceEvent[] = [];
  readonly random: SeededRandom;
  readonly clock = { now: () => this.now };
  readonly timers = {
    set: (delayMs: number, callback: () => void) => {
      const timer = { at: this.now + delayMs, order: this.order++, callback };
      this.pending.add(timer);
      return { cancel: () => this.pending.delete(timer) };
    },
  };
  readonly tracer = { emit: (event: TraceEvent) => this.events.push(event) };
  private readonly pending = new Set<Timer>();
  private order = 0;

  constructor(
    private now = Date.UTC(2026, 0, 1),
    seed = 'manual',
  ) {
    this.random = new SeededRandom(seed);
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.pending.size;
  }

  /** Moves the clock, firing what falls due on the way and letting it take effect. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await settle();
    for (;;) {
      const due = [...this.pending].filter(({ at }) => at <= until);
      const next = due.sort((left, right) => left.at - right.at || left.order - right.order)[0];
      if (next === undefined) break;
      this.pending.delete(next);
      this.now = next.at;
      next.callback();
      await settle();
    }
    this.now = until;
  }

  /** What was traced of one kind. */
  tracedOf<Kind extends TraceEvent['kind']>(kind: Kind): Extract<TraceEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<TraceEvent, { kind: Kind }> => event.kind === kind);
  }
}
