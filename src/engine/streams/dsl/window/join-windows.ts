import type { JoinWindowSpec } from '../../processors/stream-stream-join.js';
import { requireArgument, requireGrace } from './argument.js';

/** How far apart the records of two streams may be to be joined. Seen from the left one; both ends inclusive; times in ms. */
export class JoinWindows implements JoinWindowSpec {
  private constructor(
    readonly beforeMs: number,
    readonly afterMs: number,
    readonly graceMs: number,
  ) {
    requireArgument(beforeMs + afterMs >= 0, 'Window interval (ie, beforeMs+afterMs) must not be negative.');
    requireGrace(graceMs);
  }

  static ofTimeDifferenceWithNoGrace(timeDifferenceMs: number): JoinWindows {
    return new JoinWindows(timeDifferenceMs, timeDifferenceMs, 0);
  }

  /** @param graceMs how long after its end a window takes late records */
  static ofTimeDifferenceAndGrace(timeDifferenceMs: number, graceMs: number): JoinWindows {
    return new JoinWindows(timeDifferenceMs, timeDifferenceMs, graceMs);
  }

  /** The right record may be so much earlier than the left one; negative: it must be later. */
  before(timeDifferenceMs: number): JoinWindows {
    return new JoinWindows(timeDifferenceMs, this.afterMs, this.graceMs);
  }

  /** The right record may be so much later than the left one; negative: it must be earlier. */
  after(timeDifferenceMs: number): JoinWindows {
    return new JoinWindows(this.beforeMs, timeDifferenceMs, this.graceMs);
  }

  /** How long both sides' records are kept to be found by the other's. */
  get retentionMs(): number {
    return this.beforeMs + this.afterMs + this.graceMs;
  }
}
